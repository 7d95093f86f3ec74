"""Mandarin put into a dialect's words: the way back of ``normalise``, for questions that measure it."""

from __future__ import annotations

import functools
import random
import re

from dialects.packs import Pack, WordMapping


def in_dialect(text: str, pack: Pack, share: float, dice: random.Random) -> str:
    """Each word that the pack knows is replaced with probability ``share``, the longest words first.

    Single characters stay: “不” stands inside too many words.
    """
    words = _by_mandarin(pack.words)
    if not words:
        return text
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))

    def replaced(found: re.Match[str]) -> str:
        return dice.choice(words[found[0]]) if dice.random() < share else found[0]

    return pattern.sub(replaced, text)


@functools.cache
def _by_mandarin(words: tuple[WordMapping, ...]) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for word in words:
        if len(word.mandarin) > 1:
            known.setdefault(word.mandarin, []).append(word.dialect)
    return known

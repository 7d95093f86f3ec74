"""Which dialect somebody speaks, from the words they used. Pure; sound is not looked at.

A word that one pack has speaks for that dialect more than a word half the packs share (inverse pack frequency, as
inverse document frequency in Spärck Jones 1972), and a longer word more than a single character.
"""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from pathlib import Path

from dialects.normalise import matches
from dialects.packs import FOLDER, list_packs, load_pack

STANDARD = "mandarin"


def guess(texts: list[str], folder: Path = FOLDER) -> list[tuple[str, float]]:
    """Dialects with evidence, the likeliest first; scores sum to 1. No dialect word at all: an empty list."""
    score = evidence(texts, folder)
    total = sum(score.values())
    ranked = sorted(((name, value / total) for name, value in score.items()), key=lambda p: (-p[1], p[0]))
    return [(name, round(value, 4)) for name, value in ranked]


def evidence(texts: list[str], folder: Path = FOLDER) -> dict[str, float]:
    """Weight of the words that speak for each dialect; a two-character word of one pack alone weighs about 3."""
    score: dict[str, float] = defaultdict(float)
    shared = _packs_with(folder)
    number = len(list_packs(folder))
    for name in list_packs(folder):
        if name == STANDARD:
            continue
        pack = load_pack(name, folder)
        commands = {said for words in pack.commands.values() for said in words}
        for text in texts:
            found = [change.dialect for change in matches(text, pack)]
            found += [text] if text in commands else []
            score[name] += sum(_weight(word, shared.get(word, 1), number) for word in found)
    return {name: value for name, value in score.items() if value}


def _weight(word: str, packs: int, number: int) -> float:
    return math.log(1 + number / packs) * math.sqrt(len(word))


@functools.cache
def _packs_with(folder: Path) -> dict[str, int]:
    """In how many packs each dialect word is."""
    count: dict[str, int] = defaultdict(int)
    for name in list_packs(folder):
        for word in load_pack(name, folder).words:
            count[word.dialect] += 1
    return dict(count)

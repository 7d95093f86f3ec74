"""Dialect words to Mandarin words, before the engine. Pure; the raw text is always kept.

Longest match from left to right. Left alone: numbers, quoted text, words the pack protects (“联系” must not become
“联是”), and whatever follows “我叫”, “名字是” …, which is a name.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from dialects.packs import Pack

NAME = re.compile(r"(?:名字(?:是|叫)?|我叫|他叫|她叫|叫做|姓名(?:是)?)[^，。！？,.!?\s]{2,4}")
QUOTED = re.compile(r"“[^”]*”|《[^》]*》|\"[^\"]*\"")
NUMBER = re.compile(r"[0-9A-Za-z]+")


@dataclass(frozen=True)
class Change:
    """One replacement: characters `start` to `end` of the raw text."""

    start: int
    end: int
    dialect: str
    mandarin: str


@dataclass(frozen=True)
class Normalised:
    """`raw` as it was heard, `text` for the engine, and what was changed."""

    raw: str
    text: str
    changes: tuple[Change, ...] = ()


def normalise(text: str, pack: Pack) -> Normalised:
    """The text in Mandarin words. A Mandarin sentence stays as it is."""
    mapping, longest = _mapping(pack)
    if not mapping:
        return Normalised(text, text)
    kept = _kept(text, pack)
    out: list[str] = []
    changes: list[Change] = []
    at = 0
    while at < len(text):
        end = next(
            (
                e
                for e in range(min(len(text), at + longest), at, -1)
                if text[at:e] in mapping and not any(kept[at:e])
            ),
            None,
        )
        if end is None:
            out.append(text[at])
            at += 1
            continue
        word = text[at:end]
        out.append(mapping[word])
        changes.append(Change(at, end, word, mapping[word]))
        at = end
    return Normalised(text, "".join(out), tuple(changes))


def _kept(text: str, pack: Pack) -> list[bool]:
    """For each character whether it must stay."""
    kept = [False] * len(text)
    spans = [m.span() for pattern in (QUOTED, NUMBER) for m in pattern.finditer(text)]
    spans += [(m.end() - len(m.group()), m.end()) for m in NAME.finditer(text)]
    for word in pack.protect:
        spans += [(m.start(), m.end()) for m in re.finditer(re.escape(word), text)]
    for start, end in spans:
        kept[start:end] = [True] * (end - start)
    return kept


@functools.cache
def _mapping_of(words: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], int]:
    mapping = dict(words)
    return mapping, max(map(len, mapping), default=0)


def _mapping(pack: Pack) -> tuple[dict[str, str], int]:
    return _mapping_of(tuple((w.dialect, w.mandarin) for w in pack.words if w.dialect != w.mandarin))

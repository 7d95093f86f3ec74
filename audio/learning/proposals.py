"""Dialect words that a pack seems to lack: what was said, as the pack understands it, against its meaning. Pure."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from dialects.normalise import normalise
from dialects.packs import Pack

LONGEST = 4
LEAST_TIMES = 2


@dataclass(frozen=True)
class Proposal:
    """A word of the dialect, what it seems to mean, and in how many recordings."""

    dialect: str
    mandarin: str
    times: int


def propose(pairs: Iterable[tuple[str, str]], pack: Pack) -> list[Proposal]:
    """From (what was said, meaning) pairs; most frequent first. For people to judge, never applied."""
    found: Counter[tuple[str, str]] = Counter()
    for said, meaning in pairs:
        if meaning:
            found.update(set(_replaced(normalise(said, pack).text, meaning)))
    return [
        Proposal(dialect, mandarin, times)
        for (dialect, mandarin), times in sorted(found.items(), key=lambda row: (-row[1], row[0]))
        if times >= LEAST_TIMES
    ]


def _replaced(said: str, meaning: str) -> Iterable[tuple[str, str]]:
    matcher = difflib.SequenceMatcher(a=said, b=meaning, autojunk=False)
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        if kind == "replace" and a1 - a0 <= LONGEST and b1 - b0 <= LONGEST:
            yield said[a0:a1], meaning[b0:b1]

"""Takes personal data out of what is kept for people to read later: numbers, and the names a form holds."""

from __future__ import annotations

from collections.abc import Iterable

from actions.values.digits import fold, runs

HIDDEN = "＊"
SHORTEST = 4


def masked(text: str, names: Iterable[str] = ()) -> str:
    """The text with every run of four or more digits (spoken ones too) and the given names replaced."""
    folded = fold(text)
    for run in reversed(runs(folded, cross=True, tens=False)):
        if len(run.digits) >= SHORTEST:
            start, end = run.part(0, len(run.digits))
            folded = folded[:start] + HIDDEN * 4 + folded[end:]
    for name in sorted(filter(None, names), key=len, reverse=True):
        folded = folded.replace(name, HIDDEN * 2)
    return folded

"""How alike two sentences sound: edit distance over units, cheaper where people or a dialect confuse them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from audio.acoustic.units import FINALS, INITIALS
from audio.graphs.accent import Accent

CONFUSED = {
    ("zh", "z"): 0.3, ("ch", "c"): 0.3, ("sh", "s"): 0.3, ("iii", "ii"): 0.3, ("n", "l"): 0.4, ("r", "l"): 0.6,
    ("f", "h"): 0.6, ("eng", "en"): 0.3, ("ing", "in"): 0.3, ("ang", "an"): 0.5, ("iang", "ian"): 0.6,
    ("uang", "uan"): 0.5, ("u", "o"): 0.7, ("uo", "o"): 0.4, ("b", "p"): 0.7, ("d", "t"): 0.7, ("g", "k"): 0.7,
    ("j", "q"): 0.7, ("zh", "ch"): 0.7, ("z", "c"): 0.7,
}  # fmt: skip
"""Costs of the pairs that speakers of Mandarin from many places merge, and of voicing that telephones blur;
chosen by hand after the packs' common shifts, not measured."""
ACROSS = 1.3  # an initial for a final: never alike


def likeness(one: Sequence[str], other: Sequence[str], accent: Accent) -> float:
    """1 for the same sounds, 0 for nothing in common; weights of the accent's shifts make their pairs cheap."""
    longest = max(len(one), len(other))
    if not longest:
        return 0.0
    row = [float(place) for place in range(len(other) + 1)]
    for i, said in enumerate(one, start=1):
        diagonal, row[0] = row[0], float(i)
        for j, meant in enumerate(other, start=1):
            cost = 0.0 if said == meant else _cost(said, meant, accent)
            diagonal, row[j] = row[j], min(row[j] + 1.0, row[j - 1] + 1.0, diagonal + cost)
    return max(0.0, 1.0 - row[-1] / longest)


def _cost(said: str, meant: str, accent: Accent) -> float:
    cost = _plain_cost(said, meant)
    for one, two in ((said, meant), (meant, said)):
        for shifted, weight in accent.shifts.get(one, ()):
            if shifted == two:
                cost = min(cost, 1.0 - weight)
    return cost


@lru_cache(maxsize=4096)
def _plain_cost(one: str, two: str) -> float:
    if (one in INITIALS) != (two in INITIALS) or (one in FINALS) != (two in FINALS):
        return ACROSS
    return CONFUSED.get((one, two), CONFUSED.get((two, one), 1.0))

"""Which sounds somebody made where others were expected: a Viterbi alignment of CTC posteriors. Pure.

Expected is a row of units (1..58). Each may be said as any unit v at the price −log P(v | u), or be left out;
blanks may stand between, and the same unit twice running needs one (Graves et al. 2006, CTC). Nothing may be
put in between: what a speaker adds goes to the blank or to a neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio.acoustic.units import BLANK, UNITS

Floats = NDArray[np.float64]
LEFT_OUT = 0
"""Column of the price table (and value in `Alignment.said`) for a unit that was not said."""
_COUNT = len(UNITS)
_NEVER = -1e30


@dataclass(frozen=True)
class Alignment:
    """`said[i]` is the unit (1..58) heard for the i-th expected one, or LEFT_OUT; `score` a log likelihood."""

    said: tuple[int, ...]
    score: float


def align(posteriors: NDArray[np.floating], expected: Sequence[int], prices: Floats) -> Alignment | None:
    """The best alignment; None when there is less sound than units.

    `posteriors`: natural logs (frames, 59); `prices`: natural log probabilities (59, 59), row = expected unit,
    column = said unit, column LEFT_OUT = left out.
    """
    length, frames = len(expected), len(posteriors)
    if not length or frames < length // 2 + 1:
        return None
    sounding = np.asarray(posteriors[:, 1:], np.float64)
    silent = np.asarray(posteriors[:, BLANK], np.float64)
    wanted = np.asarray(expected)
    enter = prices[wanted][:, 1:]  # (length, 58)
    skip = prices[wanted, LEFT_OUT]
    in_unit = np.full((length, _COUNT), _NEVER)
    in_blank = np.full(length + 1, _NEVER)
    in_blank[0] = 0.0
    if length:
        in_blank[1] = skip[0]
    came_unit = np.zeros((frames, length, _COUNT), np.int16)
    came_blank = np.zeros((frames, length + 1), np.int16)
    for frame in range(frames):
        from_state, back = _ways_in(in_unit, in_blank, skip)
        entering = from_state + enter
        stays = in_unit >= entering
        came_unit[frame] = np.where(stays, -1, back)
        new_unit = np.where(stays, in_unit, entering) + sounding[frame]
        in_blank, came_blank[frame] = _blank(in_unit, in_blank, skip, frame)
        in_blank = in_blank + silent[frame]
        in_unit = new_unit
    return _traced(in_unit, in_blank, skip, came_unit, came_blank)


def _ways_in(in_unit: Floats, in_blank: Floats, skip: Floats) -> tuple[Floats, NDArray[np.int16]]:
    """For each position and unit the best score of arriving there, and where from.

    A way is coded as 100 · (units skipped) + the unit left (1..58) or 0 for a blank.
    """
    best = in_unit.max(axis=1)
    owner = in_unit.argmax(axis=1)
    others = in_unit.copy()
    others[np.arange(len(owner)), owner] = _NEVER
    second, second_owner = others.max(axis=1), others.argmax(axis=1)
    length = len(best)
    columns = np.arange(_COUNT)
    left = np.full((length + 1, _COUNT), _NEVER)  # row k: k units are behind us
    way = np.zeros((length + 1, _COUNT), np.int16)
    left[:] = in_blank[:, None]
    own = columns[None, :] == owner[:, None]
    unit_best = np.where(own, second[:, None], best[:, None])
    unit_way = np.where(own, second_owner[:, None], owner[:, None]) + 1
    better = unit_best > left[1:]
    left[1:] = np.where(better, unit_best, left[1:])
    way[1:] = np.where(better, unit_way, 0)
    arrive, back = left[:-1].copy(), way[:-1].copy()
    skipping = left[:-2] + skip[:-1, None]
    better = skipping > arrive[1:]
    arrive[1:] = np.where(better, skipping, arrive[1:])
    back[1:] = np.where(better, way[:-2] + 100, back[1:])
    return arrive, back


def _blank(in_unit: Floats, in_blank: Floats, skip: Floats, frame: int) -> tuple[Floats, NDArray[np.int16]]:
    """Blank after k units: from itself (−1) or from the k-th unit (its number)."""
    best, owner = in_unit.max(axis=1), in_unit.argmax(axis=1) + 1
    came = np.full(len(in_blank), -1, np.int16)
    better = best > in_blank[1:]
    came[1:] = np.where(better, owner, -1)
    result = in_blank.copy()
    result[1:] = np.where(better, best, in_blank[1:])
    return result, came


def _traced(
    in_unit: Floats,
    in_blank: Floats,
    skip: Floats,
    came_unit: NDArray[np.int16],
    came_blank: NDArray[np.int16],
) -> Alignment | None:
    frames, length = came_unit.shape[:2]
    said = [LEFT_OUT] * length
    ends: list[tuple[float, int, int]] = [  # score, units behind, unit or 0 for the blank
        (float(in_blank[length]), length, 0),
        (float(in_unit[length - 1].max()), length, int(in_unit[length - 1].argmax()) + 1),
    ]
    if length > 1:
        ends.append((float(in_blank[length - 1] + skip[-1]), length - 1, 0))
        last = in_unit[length - 2]
        ends.append((float(last.max() + skip[-1]), length - 1, int(last.argmax()) + 1))
    score, behind, unit = max(ends)
    if score <= _NEVER / 2:
        return None
    for frame in range(frames - 1, -1, -1):
        if unit == 0:
            came = int(came_blank[frame, behind])
            unit = came if came > 0 else 0
            continue
        said[behind - 1] = unit
        came = int(came_unit[frame, behind - 1, unit - 1])
        if came >= 0:
            behind -= 1 + came // 100
            unit = came % 100
    return Alignment(tuple(said), score)

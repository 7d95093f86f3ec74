"""Where in a recording each syllable lies: CTC forced alignment with our acoustic network.

CTC outputs are spikes; a boundary is put where the sound is weakest between the last spike of one syllable and
the first of the next (Viterbi over the usual blank-interleaved states, Graves et al. 2006, without the sum).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

FRAME = 0.03  # seconds an output frame of the network
HOP = 0.01  # seconds between energies
LONG_GAP = 0.4  # seconds between spikes that hold a pause
TAIL, LEAD = 0.2, 0.12  # seconds kept behind the last and before the first spike of a syllable at a pause

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Span:
    """One unit's spikes: first and last frame, and the mean log posterior there."""

    first: int
    last: int
    score: float


def force(posteriors: Float32, labels: Sequence[int]) -> list[Span]:
    """The best CTC path of ``labels`` through log ``posteriors`` (frames, outputs); blank is 0.

    Raises ValueError when there are too few frames for the labels.
    """
    states = np.zeros(2 * len(labels) + 1, int)
    states[1::2] = labels
    skip = np.zeros(states.size, bool)
    skip[3::2] = states[3::2] != states[1:-2:2]
    frames = len(posteriors)
    score = np.full(states.size, -np.inf)
    score[:2] = posteriors[0, states[:2]]
    back = np.zeros((frames, states.size), np.int8)
    for frame in range(1, frames):
        ways = np.full((3, states.size), -np.inf)
        ways[0], ways[1, 1:] = score, score[:-1]
        ways[2, 2:] = np.where(skip[2:], score[:-2], -np.inf)
        back[frame] = ways.argmax(axis=0)
        score = ways.max(axis=0) + posteriors[frame, states]
    state = states.size - 1 if score[-1] >= score[-2] else states.size - 2
    if not np.isfinite(score[state]):
        raise ValueError(f"{frames} frames are too few for {len(labels)} units")
    path = np.zeros(frames, int)
    for frame in range(frames - 1, -1, -1):
        path[frame] = state
        state -= int(back[frame, state])
    return [_span(posteriors, path, 2 * index + 1, label) for index, label in enumerate(labels)]


def boundaries(samples: Float32, rate: int, spikes: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """(start, end) seconds of each syllable from the (first, last) frame of its spikes."""
    energy = _energy(samples, rate)
    length = samples.size / rate
    starts = [max(0.0, spikes[0][0] * FRAME - LEAD)]
    ends = []
    for (_, last), (first, _) in pairwise(spikes):
        left, right = last * FRAME, first * FRAME
        if right - left >= LONG_GAP:
            ends.append(left + TAIL)
            starts.append(right - LEAD)
        else:
            middle = _weakest(energy, left, right)
            ends.append(middle)
            starts.append(middle)
    ends.append(min(length, spikes[-1][1] * FRAME + TAIL))
    return list(zip(starts, ends, strict=True))


def _span(posteriors: Float32, path: NDArray[np.int_], state: int, label: int) -> Span:
    frames = np.flatnonzero(path == state)
    return Span(int(frames[0]), int(frames[-1]), float(posteriors[frames, label].mean()))


def _energy(samples: Float32, rate: int) -> Float32:
    hop = int(HOP * rate)
    padded = np.pad(samples, (hop // 2, 2 * hop))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * hop)[::hop]
    energy: Float32 = np.sqrt((windows**2).mean(axis=1)).astype(np.float32)
    return energy


def _weakest(energy: Float32, left: float, right: float) -> float:
    first, last = round(left / HOP), round(right / HOP)
    if last - first < 3:
        return (left + right) / 2
    return (first + 1 + int(energy[first + 1 : last].argmin())) * HOP

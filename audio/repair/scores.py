"""How well sentences fit the sound: CTC full-sum scores against a free path, for hundreds of sentences at once.

This is the second pass over a finished utterance: a closed list of sentences, each with other speech allowed
before and after it at a price, beside the path that may take any unit in any frame (the garbage path). A score
is the log of their ratio: 0 would be a sentence that is the best of all unit sequences, −2 a unit is poor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio.acoustic.units import BLANK, UNIT_IDS, UNITS
from audio.graphs.accent import Accent

Float32 = NDArray[np.float32]
Units = tuple[str, ...]
ENTER, OUTSIDE = 1.0, 1.6  # nats: for speech outside the sentence at one end, and for each unit heard there
FLOOR = -12.0  # nats a frame: one frame alone does not condemn a sentence
WORST = -690.0  # log of the smallest double, about


@dataclass(frozen=True)
class Sound:
    """An utterance as the acoustic model heard it.

    ``ratios`` (frames of 30 ms, 59): log posteriors less the best one of their frame. ``greedy``: the units of
    the best path. ``before``: units of it that lie before each frame, and in all (frames + 1).
    """

    ratios: Float32
    greedy: Units
    before: NDArray[np.int64]

    @staticmethod
    def of(posteriors: Float32) -> Sound:
        """From log posteriors, column 0 the blank."""
        best = posteriors.argmax(axis=1)
        changed = np.concatenate([[True], best[1:] != best[:-1]]) if len(best) else np.zeros(0, bool)
        begins = changed & (best != BLANK)
        greedy = tuple(UNITS[number - 1] for number in best[begins])
        ratios = np.maximum(posteriors - posteriors.max(axis=1, keepdims=True), FLOOR)
        return Sound(ratios, greedy, np.concatenate([[0], np.cumsum(begins)]))

    def accented(self, accent: Accent, *, tolerant: bool = True) -> Sound:
        """The same sound for a speaker of a dialect: a unit is also heard where its shifted one was.

        ``tolerant`` adds the dialect's sound to Mandarin's; else the probabilities are those of the accent, so
        that scores say whose speech this is.
        """
        if not accent.shifts:
            return self
        mixed = np.exp(self.ratios.astype(np.float64))
        plain = mixed.copy()
        for meant, said in accent.shifts.items():
            column = UNIT_IDS[meant]
            kept = 1.0 if tolerant else accent.kept(meant)
            others = sum(share * plain[:, UNIT_IDS[other]] for other, share in said if other)
            dropped = 0.0 if tolerant else sum(share for other, share in said if not other)
            mixed[:, column] = (kept + dropped) * plain[:, column] + others
        return Sound(
            np.asarray(np.log(np.maximum(mixed, np.exp(FLOOR))), np.float32), self.greedy, self.before
        )


def scores(sound: Sound, sentences: Sequence[Units]) -> NDArray[np.float64]:
    """One score a sentence, in nats, at most about 0."""
    if not sentences or not len(sound.ratios):
        return np.full(len(sentences), WORST)
    labels, skips, ends = _lattice(sentences)
    chances = np.exp(sound.ratios.astype(np.float64))
    count, states = labels.shape
    enter = np.exp(-np.where(sound.before > 0, ENTER + OUTSIDE * sound.before, 0.0))
    left = sound.before[-1] - sound.before
    leave = np.exp(-np.where(left > 0, ENTER + OUTSIDE * left, 0.0))
    alpha = np.zeros((count, states))
    total = np.zeros(count)
    rows = np.arange(count)
    for frame, chance in enumerate(chances):
        moved = alpha.copy()
        moved[:, 1:] += alpha[:, :-1]
        moved[:, 2:] += alpha[:, :-2] * skips[:, 2:]
        moved[:, 1] += enter[frame]
        alpha = moved * chance[labels]
        total += (alpha[rows, ends] + alpha[rows, ends - 1]) * _leaving(sound, frame, leave)
    return np.log(np.maximum(total, np.exp(WORST)))


def _leaving(sound: Sound, frame: int, leave: NDArray[np.float64]) -> float:
    """Weight of ending the sentence with this frame: once a run, where the next unit begins or nothing follows."""
    last = frame == len(sound.ratios) - 1
    begins = not last and sound.before[frame + 2] > sound.before[frame + 1]
    return float(leave[frame + 1]) if last or begins else 0.0


def _lattice(
    sentences: Sequence[Units],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Labels with blanks between (count, 2·longest + 1), where the blank may be skipped, last states."""
    longest = max(map(len, sentences))
    labels = np.zeros((len(sentences), 2 * longest + 2), np.int64)
    for row, units in enumerate(sentences):
        labels[row, 1 : 2 * len(units) : 2] = [UNIT_IDS[unit] for unit in units]
    skips = np.zeros(labels.shape)
    skips[:, 2:] = (labels[:, 2:] != BLANK) & (labels[:, 2:] != labels[:, :-2])
    return labels, skips, np.array([2 * len(units) for units in sentences])

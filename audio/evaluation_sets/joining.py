"""A phrase out of pieces of recordings: the longest stretches that somebody really said, cross-faded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio.evaluation_sets.cuts import Recording

RATE = 16_000
FADE = 0.024  # seconds that neighbouring pieces share
LOUDNESS = 0.06  # root mean square that every piece is brought to
MOST_GAIN = 6.0
MARGIN = 0.25  # seconds of quiet noise before and behind the phrase

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Piece:
    """Syllables ``first`` to ``last`` (both in) of a recording."""

    recording: Recording
    first: int
    last: int

    @property
    def times(self) -> tuple[float, float]:
        return self.recording.times[self.first][0], self.recording.times[self.last][1]


class Bank:
    """Where each syllable can be had, in the recordings of one speaker or of several."""

    def __init__(self, recordings: Iterable[Recording]) -> None:
        self._places: dict[str, list[tuple[Recording, int]]] = defaultdict(list)
        for recording in recordings:
            for index, syllable in enumerate(recording.syllables):
                if recording.usable(index):
                    self._places[syllable].append((recording, index))

    def cover(self, syllables: Sequence[str], tones: Sequence[str]) -> list[Piece] | None:
        """The fewest pieces (the longest stretch first, then most right tones, then best score), or None."""
        pieces: list[Piece] = []
        at = 0
        while at < len(syllables):
            places = self._places.get(syllables[at])
            if not places:
                return None
            found = [self._stretch(place, syllables[at:], tones[at:]) for place in places]
            length, _, _, piece = max(found, key=lambda one: one[:3])
            pieces.append(piece)
            at += length
        return pieces

    def _stretch(
        self, place: tuple[Recording, int], syllables: Sequence[str], tones: Sequence[str]
    ) -> tuple[int, float, float, Piece]:
        recording, first = place
        length = 1
        while (
            length < len(syllables)
            and first + length < len(recording.syllables)
            and recording.syllables[first + length] == syllables[length]
            and recording.usable(first + length)
        ):
            length += 1
        tone_share = sum(recording.tones[first + n] == tones[n] for n in range(length)) / length
        score = sum(recording.scores[first : first + length]) / length
        return length, tone_share, score, Piece(recording, first, first + length - 1)


def joined(pieces: Sequence[Piece], read: Callable[[str], Samples], generator: np.random.Generator) -> Samples:
    """16 kHz samples of the pieces one after the other; ``read`` gives the sound of a path."""
    fade = int(FADE * RATE)
    ramp = np.sin(np.linspace(0, np.pi / 2, fade)) ** 2
    sound = np.zeros(0, np.float32)
    for piece in pieces:
        start, end = (round(second * RATE) for second in piece.times)
        whole = read(piece.recording.path)
        cut = whole[max(0, start - fade // 2) : end + fade // 2].copy()
        cut *= min(MOST_GAIN, LOUDNESS / (float(np.sqrt(np.mean(cut**2))) + 1e-6))
        cut[:fade] *= ramp
        cut[-fade:] *= ramp[::-1]
        joint = np.zeros(max(0, sound.size - fade) + cut.size, np.float32)
        joint[: sound.size] += sound
        joint[max(0, sound.size - fade) :] += cut
        sound = joint
    silence = int(MARGIN * RATE)
    padded = np.pad(sound, silence) + generator.normal(0, 0.0006, sound.size + 2 * silence)
    return padded.astype(np.float32)

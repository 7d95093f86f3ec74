"""A bank of people's syllables: every evaluation recording with the place of each of its syllables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from audio.acoustic.features import RATE, mfcc
from audio.acoustic.network import Network, posteriors
from audio.acoustic.units import UNIT_IDS, UnknownSyllable, syllable_units
from audio.evaluation_sets.alignment import boundaries, force
from audio.files import AudioFileError, read_speech
from audio.resampling import to_float

LEAST_SCORE = -3.0  # mean log posterior of a syllable's spikes; below it the reader probably said otherwise
LEAST_SENTENCE = -2.0  # the same over a sentence
SHORTEST, LONGEST = 0.08, 0.7  # seconds of a usable syllable


@dataclass(frozen=True)
class Recording:
    """One aligned recording: toneless ``syllables`` (units joined), their ``tones``, ``times`` and ``scores``."""

    path: str
    speaker: str
    gender: str
    syllables: tuple[str, ...]
    tones: tuple[str, ...]
    times: tuple[tuple[float, float], ...]
    scores: tuple[float, ...]

    def usable(self, index: int) -> bool:
        start, end = self.times[index]
        return self.scores[index] >= LEAST_SCORE and SHORTEST <= end - start <= LONGEST


def align_all(network: Network, manifest: Path, dialects: Iterable[str] = ("mandarin",)) -> Iterator[Recording]:
    """Aligned recordings of the manifest; those that do not fit their text are left out."""
    for line in manifest.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row.get("dialect") not in dialects or not row.get("pinyin"):
            continue
        try:
            recording = _align(network, manifest.parent, row)
        except (ValueError, AudioFileError, UnknownSyllable):
            continue
        if np.mean(recording.scores) >= LEAST_SENTENCE:
            yield recording


def save(recordings: Iterable[Recording], file: Path) -> None:
    lines = [json.dumps(asdict(recording), ensure_ascii=False) for recording in recordings]
    file.write_text("\n".join(lines) + "\n", "utf-8")


def load(file: Path) -> list[Recording]:
    return [_recording(json.loads(line)) for line in file.read_text("utf-8").splitlines()]


def sound_key(pinyin: str) -> str:
    """A syllable as the network tells it apart: its units, without tone."""
    return "+".join(syllable_units(pinyin))


def _align(network: Network, folder: Path, row: dict[str, Any]) -> Recording:
    path = folder / row["path"]
    samples = read_speech(path)
    pinyin = row["pinyin"].split()
    units = [syllable_units(syllable) for syllable in pinyin]
    labels = [UNIT_IDS[unit] for group in units for unit in group]
    scores = posteriors(network, torch.from_numpy(mfcc(samples))).numpy()
    spans = iter(force(scores, labels))
    groups = [[next(spans) for _ in group] for group in units]
    spikes = [(group[0].first, group[-1].last) for group in groups]
    return Recording(
        str(path), row["speaker"], row.get("gender") or "", tuple("+".join(group) for group in units),
        tuple(syllable[-1] for syllable in pinyin),
        tuple(boundaries(to_float(samples), RATE, spikes)),
        tuple(round(float(np.mean([span.score for span in group])), 3) for group in groups),
    )  # fmt: skip


def _recording(row: dict[str, Any]) -> Recording:
    times = tuple((float(start), float(end)) for start, end in row.pop("times"))
    syllables, tones, scores = (tuple(row.pop(key)) for key in ("syllables", "tones", "scores"))
    return Recording(**row, syllables=syllables, tones=tones, scores=scores, times=times)

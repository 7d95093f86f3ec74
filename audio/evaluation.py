"""How well recordings are heard: ``xiangyin eval speech MANIFEST``.

A manifest has one JSON object a line: ``path`` (relative to the manifest), ``text``, ``speaker``,
``dialect``, ``seconds`` and, where known, ``topic`` and ``service``. Each recording goes through the same
recogniser as a caller's; errors are edits over reference length, in characters and in toneless syllables.
"""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin

from audio import g711
from audio.files import AudioFileError, read_audio
from audio.hearing import Heard, nothing_heard
from audio.recogniser import hear
from audio.resampling import resample, to_float, to_int16
from dialects.normalise import normalise
from dialects.packs import PackError, load_pack

Channel = Literal["16k", "8k-alaw", "noise"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
NOISE_DECIBELS = 10.0  # speech over white noise in the "noise" channel
Turn = Callable[[str], Mapping[str, Any]]
Float32 = NDArray[np.float32]


def evaluate_speech(
    manifest: Path, channel: Channel = "16k", turn: Turn | None = None
) -> Iterator[dict[str, Any]]:
    """One row a recording, then one with the totals.

    ``turn`` takes the heard text and gives ``topic``, ``service`` and ``status`` of the reply; without it
    these are null. A file that cannot be read counts as unheard, with ``problem`` in its row. Raises
    OSError or ValueError when the manifest itself cannot be read.
    """
    total = _Tally()
    by_dialect: dict[str, _Tally] = defaultdict(_Tally)
    for wanted in _rows(manifest):
        row, tallied = _one(manifest.parent, wanted, channel, turn)
        total.add(tallied)
        by_dialect[str(wanted.get("dialect", "mandarin"))].add(tallied)
        yield row
    dialects = {name: tally.summary() for name, tally in sorted(by_dialect.items())}
    yield {"totals": True, "channel": channel, **total.summary(), "dialects": dialects}


def through(channel: Channel, samples: Float32, rate: int) -> tuple[Float32, int]:
    """The sound as that channel delivers it: 8 kHz A-law (G.711), or with noise at 10 dB."""
    if channel == "8k-alaw":
        narrow = resample(samples, rate, 8000)
        return to_float(g711.decode(g711.encode(to_int16(narrow)))), 8000
    if channel == "noise":
        noise = np.random.default_rng(0).standard_normal(samples.size).astype(np.float32)
        power = float(np.sqrt(np.mean(samples**2)))
        return np.clip(samples + noise * power * 10 ** (-NOISE_DECIBELS / 20), -1, 1).astype(np.float32), rate
    return samples, rate


def characters(text: str) -> list[str]:
    """Chinese characters, letters and digits of a text; marks and blanks do not count."""
    return re.findall(r"[\u3400-\u9fff]|[A-Za-z0-9]", text.upper())


def syllables(text: str) -> list[str]:
    """Toneless pinyin of the characters; what is not Chinese stays as it is."""
    return lazy_pinyin("".join(characters(text)), style=Style.NORMAL)


def edits(heard: list[str], wanted: list[str]) -> int:
    """Levenshtein distance."""
    row = list(range(len(wanted) + 1))
    for i, one in enumerate(heard, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(wanted, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (one != other))
    return row[-1]


@dataclass
class _Tally:
    """Counts over recordings; the labelled pairs are (right, asked)."""

    recordings: int = 0
    unheard: int = 0
    exact: int = 0
    character_edits: int = 0
    characters: int = 0
    syllable_edits: int = 0
    syllables: int = 0
    seconds: float = 0.0
    processing: float = 0.0
    labelled: dict[str, tuple[int, int]] = field(default_factory=lambda: {"topic": (0, 0), "service": (0, 0)})

    def add(self, other: _Tally) -> None:
        for name in ("recordings", "unheard", "exact", "character_edits", "characters", "syllable_edits",
                     "syllables", "seconds", "processing"):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for key, (right, asked) in other.labelled.items():
            self.labelled[key] = (self.labelled[key][0] + right, self.labelled[key][1] + asked)

    def summary(self) -> dict[str, Any]:
        return {
            "recordings": self.recordings,
            "unheard": self.unheard,
            "sentence_accuracy": _share(self.exact, self.recordings),
            "character_error": _share(self.character_edits, self.characters),
            "syllable_error": _share(self.syllable_edits, self.syllables),
            "topic_accuracy": _share(*self.labelled["topic"]),
            "service_accuracy": _share(*self.labelled["service"]),
            "seconds": round(self.seconds, 2),
            "real_time_factor": _share(self.processing, self.seconds),
        }


def _one(
    folder: Path, wanted: Mapping[str, Any], channel: Channel, turn: Turn | None
) -> tuple[dict[str, Any], _Tally]:
    begun = time.perf_counter()
    dialect, text = str(wanted.get("dialect", "mandarin")), str(wanted["text"])
    problem = None
    try:
        samples, rate = through(channel, *read_audio(folder / str(wanted["path"])))
        heard, seconds = hear(to_int16(samples), rate, dialect), samples.size / rate
    except AudioFileError as error:
        heard, seconds, problem = _unreadable(), 0.0, error.code
    normalised = _normalised(heard.text, dialect)
    reply = turn(normalised) if turn is not None and heard.text else {}
    row = {
        "path": wanted["path"], "heard": heard.text, "normalised": normalised,
        "topic": reply.get("topic"), "service": reply.get("service"),
        "status": reply.get("status") or ("unheard" if heard.unheard else None),
        "seconds": round(seconds, 2), "ms": round((time.perf_counter() - begun) * 1000),
    }  # fmt: skip
    if problem:
        row["problem"] = problem
    return row, _tallied(wanted, text, heard, seconds, reply if turn is not None else None)


def _tallied(
    wanted: Mapping[str, Any], text: str, heard: Heard, seconds: float, reply: Mapping[str, Any] | None
) -> _Tally:
    said, meant = characters(heard.text), characters(text)
    heard_syllables, meant_syllables = syllables(heard.text), syllables(text)
    labelled = {
        key: (int(reply is not None and reply.get(key) == wanted[key]), 1)
        if reply is not None and wanted.get(key)
        else (0, 0)
        for key in ("topic", "service")
    }
    return _Tally(
        1, int(heard.unheard), int(said == meant), edits(said, meant), len(meant),
        edits(heard_syllables, meant_syllables), len(meant_syllables), seconds, heard.processing_seconds, labelled,
    )  # fmt: skip


def _rows(manifest: Path) -> Iterable[dict[str, Any]]:
    for number, line in enumerate(manifest.read_text("utf-8").splitlines(), start=1):
        if line.strip():
            row = json.loads(line)
            if "path" not in row or "text" not in row:
                raise ValueError(f"{manifest}, line {number}: path and text are needed")
            yield row


def _normalised(text: str, dialect: str) -> str:
    try:
        return normalise(text, load_pack(dialect)).text
    except PackError:
        return text


def _unreadable() -> Heard:
    return nothing_heard("", 0.0, "end_of_sound")


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None

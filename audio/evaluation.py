"""How well recordings are heard: ``xiangyin eval speech MANIFEST``.

A manifest has one JSON object a line: ``path`` (relative to the manifest), ``text``, ``speaker``, ``dialect``,
``seconds`` and, where known, ``topic``, ``also`` (further right topics), ``service``, ``question`` (kind of
question being answered; ``kind`` in the sets of audio.acoustic), ``choices``, ``age``, ``source``, ``condition``.
Each recording goes through the same recogniser as a caller's; errors are edits over reference length, in characters
and in toneless syllables.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from audio import g711
from audio.files import AudioFileError, read_audio
from audio.hearing import QUESTION_KINDS, TURN_SECONDS, Heard, Question, nothing_heard
from audio.recogniser import hear
from audio.resampling import resample, to_float, to_int16
from audio.scores import Tally, Totals, label_tally, words_tally
from dialects.normalise import normalise
from dialects.packs import PackError, load_pack

Channel = Literal["16k", "8k-alaw", "noise"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
NOISE_DECIBELS = 10.0  # speech over white noise in the "noise" channel
Turn = Callable[[Heard, str], Mapping[str, Any]]
"""(what was heard, dialect) → ``topic``, ``service``, ``status`` and ``candidates`` of the reply."""
Float32 = NDArray[np.float32]
log = logging.getLogger(__name__)
_SHOWN = ("topic", "service", "status")


def evaluate_speech(
    manifest: Path,
    channels: Sequence[Channel] = ("16k",),
    turn: Turn | None = None,
    sample: int | None = None,
) -> Iterator[dict[str, Any]]:
    """One row a recording and channel, then one with the totals.

    ``sample``: so many recordings, spread evenly over the manifest. A file that cannot be read and a line that
    is no row cost a row with ``problem``, not the run. Without ``turn`` topic, service and status are null.
    Raises OSError or ValueError when the manifest itself cannot be read or has no usable line at all.
    """
    totals = Totals()
    for wanted in _spread(_rows(manifest), sample):
        for channel in channels:
            row, tally = _one(manifest.parent, wanted, channel, turn)
            totals.add(tally, {"dialect": "mandarin", **wanted, "channel": channel})
            yield row
    yield {"totals": True, "channel": "+".join(channels), **totals.summary()}


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


def _one(
    folder: Path, wanted: Mapping[str, Any], channel: Channel, turn: Turn | None
) -> tuple[dict[str, Any], Tally]:
    begun, cpu = time.perf_counter(), time.process_time()
    dialect, problem = str(wanted.get("dialect") or "mandarin"), wanted.get("problem")
    heard, seconds = nothing_heard("", 0.0, "end_of_sound"), 0.0
    if not problem:
        try:
            samples, rate = through(
                channel, *read_audio(folder / str(wanted["path"]), max_seconds=TURN_SECONDS)
            )
            heard, seconds = hear(to_int16(samples), rate, dialect, _question(wanted)), samples.size / rate
        except AudioFileError as error:
            problem = error.code
    hearing, cpu = time.perf_counter() - begun, time.process_time() - cpu
    reply: Mapping[str, Any] = {}
    if turn is not None and heard.text:
        try:
            reply = turn(heard, dialect)
        except Exception:  # whatever broke, it costs this line and is told in it, not the run
            log.exception("the turn for %s failed", wanted.get("path"))
            reply = {"status": "failed"}
    row = {
        "path": wanted.get("path"), "heard": heard.text, "normalised": _normalised(heard.text, dialect),
        **{key: reply.get(key) for key in _SHOWN},
        "seconds": round(seconds, 2), "ms": round((time.perf_counter() - begun) * 1000), "channel": channel,
    }  # fmt: skip
    row["status"] = row["status"] or ("unheard" if heard.unheard else None)
    if problem:
        row["problem"] = problem
        return row, Tally(unreadable=1) if "text" not in wanted else _unreadable(wanted)
    tally = words_tally(heard.text, str(wanted["text"]), str(wanted.get("pinyin") or ""))
    tally.add(Tally(seconds=seconds, processing=hearing, cpu=cpu))
    if turn is not None:
        tally.add(label_tally(wanted, reply))
    return row, tally


def _unreadable(wanted: Mapping[str, Any]) -> Tally:
    """A recording that is named but cannot be read counts as unheard."""
    tally = words_tally("", str(wanted["text"]), str(wanted.get("pinyin") or ""))
    tally.add(Tally(unreadable=1))
    return tally


def _question(wanted: Mapping[str, Any]) -> Question:
    kind = wanted.get("question") or "open"
    choices = tuple(str(choice) for choice in wanted.get("choices") or ())
    return Question(kind if kind in QUESTION_KINDS else "open", choices)


def _rows(manifest: Path) -> list[dict[str, Any]]:
    rows, usable = [], 0
    for number, line in enumerate(manifest.read_text("utf-8", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        row = _row(line)
        usable += "problem" not in row
        rows.append({**row, "line": number})
    if not usable:
        raise ValueError(f"{manifest}, line {rows[0]['line'] if rows else 1}: path and text are needed")
    return rows


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return {"problem": "bad_line"}
    if not isinstance(row, dict) or not row.get("path") or not isinstance(row.get("text"), str):
        return {"problem": "bad_line", "path": row.get("path") if isinstance(row, dict) else None}
    row["question"] = row.get("question") or row.get("kind")
    return {key: value for key, value in row.items() if key != "problem"}


def _spread(rows: list[dict[str, Any]], sample: int | None) -> list[dict[str, Any]]:
    if not sample or sample >= len(rows):
        return rows
    return [rows[index * len(rows) // sample] for index in range(sample)]


def _normalised(text: str, dialect: str) -> str:
    try:
        return normalise(text, load_pack(dialect)).text
    except PackError:
        return text

"""A second recogniser, an extra: it hears a finished utterance again while the first one's words are at hand.

Vosk streams; the second ear re-scores within a deadline, and its reading joins the alternatives, or leads where
the first one was unsure. Names, numbers and closed questions stay with Vosk's own graphs. Also the judge of how
intelligible our voices are (audio.voice_evaluation).

Which one: the first name of the pack's `models` that is an ear installed here. A pack names only ears that know
its dialect; Wu, Xiang, Min and Hakka have none.
A folder is an ear by what lies in it (`audio.ear_sherpa`, `audio.ear_whisper`) when its library is installed too.
"""

from __future__ import annotations

import importlib.util
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol, TypeVar

from audio import ear_sherpa, ear_whisper
from audio.hearing import BYTES_A_SECOND, OPEN, Heard, Partial, Question, nothing_heard
from audio.models import search_folders
from dialects.packs import PackError, load_pack

DEADLINE = 2.0  # seconds after the end of the utterance
SURE = 0.85  # a first reading at or above this confidence stays the first
LONGEST = 20.0  # seconds of sound that are heard again
_log = logging.getLogger("xiangyin.hearing")
_worker = ThreadPoolExecutor(1, thread_name_prefix="second-ear")
_last: deque[Future[Heard]] = deque(maxlen=1)


class Ear(Protocol):
    """What an adapter gives: text of a whole utterance, 16 kHz mono int16. Raises RuntimeError."""

    @property
    def name(self) -> str: ...
    def transcribe(self, pcm16k_int16: bytes, dialect: str) -> str: ...


class Asking(Protocol):
    @property
    def question(self) -> Question: ...


S = TypeVar("S", bound=Asking)
J = TypeVar("J")


class EarRecogniser:
    """An ear behind the port of every recogniser: it says nothing until the utterance is finished."""

    def __init__(self, ear: Ear, dialect: str = "mandarin") -> None:
        self.name, self._ear, self._dialect = ear.name, ear, dialect

    def start(self, question: Question = OPEN) -> EarStream:
        return EarStream(self._ear, self._dialect)


class EarStream:
    """One utterance; see audio.hearing.Stream. These models give no confidence: 0.5 stands for “not known”."""

    def __init__(self, ear: Ear, dialect: str) -> None:
        self._ear, self._dialect, self._sound = ear, dialect, bytearray()

    def feed(self, pcm16k_int16: bytes) -> Partial | None:
        self._sound += pcm16k_int16
        return None

    def finish(self) -> Heard:
        began = time.perf_counter()
        seconds = len(self._sound) / BYTES_A_SECOND
        text = self._ear.transcribe(bytes(self._sound), self._dialect) if self._sound else ""
        took = time.perf_counter() - began
        if not text:
            return nothing_heard(self._ear.name, seconds, "end_of_sound", took)
        return Heard(text, 0.5, (), (), seconds, took, self._ear.name, "end_of_sound")


def second_ear(dialect: str = "mandarin") -> EarRecogniser | None:
    """The second recogniser of a dialect, None where its pack names none that is installed."""
    installed = list_ears()
    try:
        name = next((name for name in load_pack(dialect).models if name in installed), None)
    except PackError:
        name = None
    return EarRecogniser(_ear(installed[name]), dialect) if name else None


def list_ears() -> dict[str, Path]:
    """Installed ears by name, with their folders."""
    found: dict[str, Path] = {}
    for base in search_folders():
        for folder in sorted(base.iterdir()) if base.is_dir() else ():
            if _library(folder) and folder.name not in found:
                found[folder.name] = folder
    return found


def reconsider(
    heard: Heard,
    pcm16k_int16: bytes,
    dialect: str,
    question: Question = OPEN,
    *,
    ear: EarRecogniser | None = None,
    deadline: float = DEADLINE,
) -> Heard:
    """What both ears make of an utterance; `heard` itself where there is no second one, or it is late or deaf.

    An ear that is still busy with an utterance it was late for is not asked again until it has finished.
    """
    if question.kind != "open" or heard.audio_seconds > LONGEST or not pcm16k_int16:
        return heard
    ear = ear or second_ear(dialect)
    if ear is None or _busy():
        return heard
    began = time.perf_counter()
    task: Future[Heard] = _worker.submit(_whole, ear, pcm16k_int16)
    _last.append(task)
    try:
        other = task.result(deadline)
    except TooLate:
        task.cancel()
        _log.info("the second ear %s took more than %.1f s", ear.name, deadline)
        return heard
    except (RuntimeError, ValueError, OSError) as error:
        _log.warning("the second ear %s failed: %s", ear.name, error)
        return heard
    both = _agree(heard, other)
    return replace(both, processing_seconds=heard.processing_seconds + time.perf_counter() - began)


def _busy() -> bool:
    return bool(_last) and not _last[-1].done()


def both_ears(judge: Callable[[Heard, str, S], J]) -> Callable[[Heard, str, S], J]:
    """A judge of what was heard (audio.repair) that hears with the second ear first, where there is one."""

    def judged(heard: Heard, dialect: str, situation: S) -> J:
        return judge(reconsider(heard, heard.sound, dialect, situation.question), dialect, situation)

    return judged


def _whole(ear: EarRecogniser, pcm: bytes) -> Heard:
    stream = ear.start()
    stream.feed(pcm)
    return stream.finish()


def _agree(first: Heard, other: Heard) -> Heard:
    if not other.text or other.text == first.text:
        return first
    if first.text and first.confidence >= SURE:
        return replace(first, alternatives=(other.text, *_without(first.alternatives, other.text)))
    rest = (first.text, *first.alternatives) if first.text else first.alternatives
    return replace(
        first, text=other.text, alternatives=_without(rest, other.text), model=f"{first.model}+{other.model}"
    )


def _without(readings: tuple[str, ...], text: str) -> tuple[str, ...]:
    return tuple(reading for reading in readings if reading != text)


def _library(folder: Path) -> str | None:
    """The adapter that takes this folder and can run here."""
    for adapter in (ear_sherpa, ear_whisper):
        if adapter.takes(folder) and importlib.util.find_spec(adapter.LIBRARY) is not None:
            return str(adapter.LIBRARY)
    return None


@lru_cache(maxsize=2)
def _ear(folder: Path) -> Ear:
    return ear_sherpa.SherpaEar(folder) if ear_sherpa.takes(folder) else ear_whisper.WhisperEar(folder)

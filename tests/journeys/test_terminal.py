"""The community terminal as its own process: a microphone that a recording speaks into, a speaker that we record."""

from __future__ import annotations

import codecs
import io
import json
import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from assistant.assembly import hear_samples
from assistant.records import Records
from assistant.settings import ROOT
from assistant.stack import Stack
from assistant.wording import canned
from audio.files import read_speech
from audio.speaking import as_wav
from audio.voice import speak
from tests.journeys.spoken import recording
from tests.sound_card import sound_card  # noqa: F401

pytestmark = pytest.mark.process
PATIENCE = 120.0
"""Seconds that anything may take on a busy machine."""


class Screen:
    """The terminal's process on a pseudo-terminal; what it shows is read until an expected text appears."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self._fd, inner = pty.openpty()
        command = [str(ROOT / "xiangyin"), "terminal", *arguments]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=inner, stdout=inner, stderr=inner, close_fds=True
        )
        os.close(inner)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.shown = ""
        self._read = 0
        """How much of it `until` has gone past."""

    def until(self, text: str) -> str:
        """Read on until the text is shown; what was shown on the way."""
        stop = time.monotonic() + PATIENCE
        while (found := self.shown.find(text, self._read)) < 0:
            ready, _, _ = select.select([self._fd], [], [], max(0.0, stop - time.monotonic()))
            assert ready, f"“{text}” was not shown; the end of what was: {self.shown[-1500:]}"
            try:
                self.shown += self._decoder.decode(os.read(self._fd, 65536))
            except OSError as error:  # a pseudo-terminal whose process has ended
                raise AssertionError(f"it ended before “{text}”: {self.shown[-1500:]}") from error
        passed, self._read = self.shown[self._read : found], found + len(text)
        return passed

    def type(self, line: str) -> None:
        os.write(self._fd, f"{line}\n".encode())

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        os.close(self._fd)


@pytest.fixture
def terminal(
    stack: Stack,
    sound_card: Any,  # noqa: F811
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Screen]:
    """A running terminal that writes `transcript.txt`; its further arguments are the parameter."""
    settings = stack.settings
    ports = {
        "XIANGYIN_ENGINE_PORT": str(settings.engine_port),
        "XIANGYIN_ACTIONS_PORT": str(settings.actions_port),
        "XIANGYIN_DEPARTMENTS_PORT": str(settings.departments_port),
        "XIANGYIN_GATEWAY_PORT": str(settings.gateway_port),
        "XIANGYIN_SKIP_SETUP": "1",
        "TERM": "xterm",
    }
    arguments = ["--transcript", str(tmp_path / "transcript.txt"), *getattr(request, "param", [])]
    screen = Screen(arguments, {**sound_card.environment, **ports})
    yield screen
    screen.close()


def seconds_of_sound(sound: bytes, rate: int) -> float:
    """How long mono int16 sound is not silent, in steps of 20 ms."""
    step = rate // 50
    samples = np.frombuffer(sound[: len(sound) // (2 * step) * 2 * step], np.int16).astype(np.int32)
    return float((np.abs(samples).reshape(-1, step).max(axis=1) > 200).sum()) * 0.02


def recorded(wav: Path) -> float:
    """Seconds of sound in a recording that may still be going on (its header is not written yet)."""
    return seconds_of_sound(wav.read_bytes()[44:], 16_000) if wav.exists() else 0.0


def spoken_to_its_end(text: str) -> float:
    """Seconds of sound that the whole text has."""
    sound, rate = soundfile.read(io.BytesIO(speak(text)), dtype="int16")
    return seconds_of_sound(sound.tobytes(), rate)


def real_person(shared: Path, wav: Path) -> Path:
    """A recording of a person, three to five seconds of open speech, as a WAV."""
    folder = shared / "speech" / "eval"
    rows = map(json.loads, (folder / "manifest.jsonl").read_text("utf-8").splitlines())
    row = next(row for row in rows if row["dialect"] == "mandarin" and 3.0 < row["seconds"] < 5.0)
    wav.write_bytes(as_wav(read_speech(folder / row["path"]).tobytes(), 16_000))
    return wav


def test_spoken_to_answered_and_a_service_begun(
    terminal: Screen,
    sound_card: Any,  # noqa: F811
    tmp_path: Path,
    protocol: Callable[[Iterable[str]], None],
) -> None:
    terminal.until("请说…")  # the welcome was spoken
    played = sound_card.record(tmp_path / "answer.wav")
    sound_card.speak_into_microphone(recording("养老金一年要认证几次", tmp_path / "question.wav"))
    terminal.until("我想一下…")
    terminal.until("请说…")
    sound_card.speak_into_microphone(recording("我要办养老金资格认证", tmp_path / "request.wav"))
    terminal.until("我想一下…")
    terminal.until("请说…")
    played.terminate()
    played.wait(10)
    terminal.type("q")
    assert terminal.process.wait(30) == 0
    transcript = (tmp_path / "transcript.txt").read_text("utf-8")
    heard = hear_samples(read_speech(tmp_path / "answer.wav"), "mandarin", None).text
    protocol([transcript, f"喇叭里录到的声音，用自己的耳朵再听一遍：{heard}"])
    assert transcript.count("说：") == 2 and "认证" in transcript
    assert "认证" in heard  # what came out of the speaker was speech about it


PARTIAL = re.compile(r"您说：[^…\x1b\r\n]+…")


@pytest.mark.parametrize("terminal", [["--idle", "30"]], indirect=True)
def test_a_person_is_heard_interrupts_and_is_forgotten(
    terminal: Screen,
    sound_card: Any,  # noqa: F811
    stack: Stack,
    shared: Path,
    tmp_path: Path,
) -> None:
    person = real_person(shared, tmp_path / "person.wav")
    transcript = tmp_path / "transcript.txt"

    def cut_short(question: str, interrupt: Callable[[], Any]) -> None:
        """Ask by typing, interrupt once the answer sounds: less of it is heard than it has."""
        wav = tmp_path / f"{question}.wav"
        terminal.type(question)
        terminal.until("我想一下…")
        recorder = sound_card.record(wav)
        terminal.until("我在说")
        stop = time.monotonic() + PATIENCE
        while recorded(wav) < 0.5:
            assert time.monotonic() < stop, f"no answer was heard: {terminal.shown[-1500:]}"
            time.sleep(0.05)
        interrupt()
        terminal.until("请说…")
        recorder.terminate()
        recorder.wait(10)
        answer = transcript.read_text("utf-8").splitlines()[-1].removeprefix("答：")
        assert recorded(wav) < 0.7 * spoken_to_its_end(answer), answer

    terminal.until("请说…")
    sound_card.speak_into_microphone(person)
    assert PARTIAL.search(terminal.until("我想一下…"))
    terminal.until("我在说")
    terminal.until("请说…")
    assert transcript.read_text("utf-8").count("说：") == 1

    cut_short("养老金资格认证要带什么材料", lambda: terminal.type(""))
    cut_short("社保卡丢了怎么补办", lambda: sound_card.speak_into_microphone(person))
    assert PARTIAL.search(terminal.until("我想一下…"))  # what interrupted is the next turn
    terminal.until("我在说")
    terminal.until("请说…")
    turns = transcript.read_text("utf-8").count("说：")
    assert turns == 4

    assert "我在说" in terminal.until(canned("session_ended"))  # warned aloud, then wiped
    assert terminal.shown.rindex("\x1b[3J") > terminal.shown.rindex("您说：")  # the scroll-back too
    terminal.type("养老金一年要认证几次")
    terminal.until("我想一下…")
    terminal.until("我在说")
    terminal.type("q")
    assert terminal.process.wait(30) == 0
    rows = Records(stack.settings.database_url).recent(turns + 1)
    after, *before = (row["conversation"] for row in rows if row["channel"] == "terminal")
    assert len(before) == turns and len(set(before)) == 1 and after not in before

"""The community terminal as its own process: a microphone that a recording speaks into, a speaker that we record."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.assembly import hear_samples
from assistant.settings import ROOT
from assistant.stack import Stack
from audio.files import read_speech
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
        self.shown = ""

    def until(self, text: str) -> None:
        """Read on from here until the text is shown."""
        seen, stop = "", time.monotonic() + PATIENCE
        while text not in seen:
            ready, _, _ = select.select([self._fd], [], [], max(0.0, stop - time.monotonic()))
            assert ready, f"“{text}” was not shown; the end of what was: {self.shown[-1500:]}"
            try:
                piece = os.read(self._fd, 65536).decode("utf-8", "replace")
            except OSError as error:  # a pseudo-terminal whose process has ended
                raise AssertionError(f"it ended before “{text}”: {self.shown[-1500:]}") from error
            seen += piece
            self.shown += piece

    def type(self, line: str) -> None:
        os.write(self._fd, f"{line}\n".encode())

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        os.close(self._fd)


@pytest.fixture
def terminal(stack: Stack, sound_card: Any, tmp_path: Path) -> Iterator[Screen]:  # noqa: F811
    settings = stack.settings
    ports = {
        "XIANGYIN_ENGINE_PORT": str(settings.engine_port),
        "XIANGYIN_ACTIONS_PORT": str(settings.actions_port),
        "XIANGYIN_DEPARTMENTS_PORT": str(settings.departments_port),
        "XIANGYIN_GATEWAY_PORT": str(settings.gateway_port),
        "XIANGYIN_SKIP_SETUP": "1",
        "TERM": "xterm",
    }
    screen = Screen(["--transcript", str(tmp_path / "transcript.txt")], {**sound_card.environment, **ports})
    yield screen
    screen.close()


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

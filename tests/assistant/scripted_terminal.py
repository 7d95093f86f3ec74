"""A terminal whose visitor, devices and voice follow a script in virtual time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from assistant.channels.terminal import Terminal
from assistant.channels.terminal_screen import Screen
from assistant.turn import Reply
from assistant.wording import canned
from audio.devices import DeviceError
from audio.hearing import Heard, Question

FRAME = bytes(640)
WELCOME = canned("welcome")


@dataclass
class Script:
    """What happens, frame by frame: `say` puts speech from a time on, `keys` puts lines at a time."""

    speech: list[tuple[float, float, str]] = field(default_factory=list)  # from, to, text
    lines: list[tuple[float, str]] = field(default_factory=list)
    lost_at: float = 1e9
    back_at: float = 1e9
    opened: list[float] = field(default_factory=list)
    now: float = 0.0

    def read(self) -> bytes:
        self.now += 0.02
        if self.lost_at <= self.now < self.back_at:
            raise DeviceError("lost")
        if self.now > 600:
            raise AssertionError("the terminal never left")
        return FRAME

    listens_while_speaking = True

    def open(self) -> Script:
        """Opens even while it is lost, as sound servers do; only `read` finds out."""
        self.opened.append(self.now)
        return self

    def flush(self) -> None:
        return

    def get(self, timeout: float = 0.0) -> str | None:
        self.now += timeout
        if self.lines and self.now >= self.lines[0][0]:
            return self.lines.pop(0)[1]
        return None


class Ear:
    """A listener that follows the script instead of sound."""

    def __init__(self, script: Script, question: Question) -> None:
        self._script, self.question = script, question
        self.partial, self.speech, self._pressed = "", 0.0, False
        self.started = self.ended = False
        self._quiet = 0.0

    def feed(self, frame: bytes) -> str | None:
        now = self._script.now
        said = next((text for start, end, text in self._script.speech if start <= now < end), None)
        self.speech = 0.9 if said is not None else 0.0
        self._quiet = 0.0 if said is not None else self._quiet + 0.02
        before, self.partial = self.partial, said if said is not None else self.partial
        self.started = self.started or said is not None
        self.ended = self.ended or self._quiet >= (1.0 if self.started else 7.0)
        return self.partial if self.partial != before else None

    def press(self) -> None:
        self.ended = True

    def finish(self) -> Heard:
        return Heard(self.partial, 0.9, (), (), 1.0, 0.01, "script", "silence")


class Mouth:
    """Plays each sentence for three seconds of the script's time; lost at `lost_at`, another opens at `back_at`."""

    def __init__(self, script: Script, lost_at: float = 1e9, back_at: float = 1e9) -> None:
        self._script, self.log, self._until = script, [], 0.0
        self.lost_at, self.back_at = lost_at, back_at

    @property
    def playing(self) -> bool:
        if self._script.now >= self.lost_at:
            raise DeviceError("speaker_lost")
        return self._script.now < self._until

    def open(self) -> Mouth:
        """The next one, with the same log."""
        if self._script.now < self.back_at:
            raise DeviceError("no_speaker")
        again = Mouth(self._script)
        again.log = self.log
        return again

    def play(self, wav: bytes) -> None:
        self.log.append(("play", wav.decode(), round(self._script.now, 1)))
        self._until = self._script.now + 3.0

    def duck(self) -> None:
        self.log.append(("duck", "", round(self._script.now, 1)))

    def resume(self) -> None:
        self.log.append(("resume", "", round(self._script.now, 1)))

    def stop(self) -> None:
        self.log.append(("stop", "", round(self._script.now, 1)))
        self._until = 0.0

    def said(self) -> list[str]:
        return [text for action, text, _ in self.log if action == "play"]


def voice(text: str, dialect: str, rate: float, volume: float) -> Iterator[tuple[str, bytes]]:
    for sentence in text.split("|"):
        yield sentence, sentence.encode()


@dataclass
class House:
    """Everything around the terminal."""

    script: Script
    turns: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    output: io.StringIO = field(default_factory=io.StringIO)
    conversations: int = 0
    ended: list[str] = field(default_factory=list)

    def take_turn(self, conversation: str, text: str | None, heard: Heard | None) -> Reply:
        self.turns.append((conversation, text, heard.text if heard else None))
        said = text if text is not None else heard.text if heard else ""
        if said == "坏":
            raise RuntimeError("engine gone")
        return Reply(conversation, said, "answered", f"答{said}|第二句", f"屏幕{said}[red]",
                     expecting={"kind": "yes_no", "choices": []}, rate=0.85)  # fmt: skip

    def conversation(self) -> str:
        self.conversations += 1
        return f"terminal-{self.conversations}"

    def run(self, *, ears: bool = True, mouth: Mouth | None = None, **options: Any) -> Mouth:
        mouth = mouth or Mouth(self.script)

        def listen(dialect: str, question: Question, pace: object) -> Ear:
            self.questions.append(question)
            return Ear(self.script, question)

        options.setdefault("voice", voice)
        Terminal(
            self.take_turn, self.conversation, self.ended.append,
            Screen(Console(file=self.output, width=100)), self.script,  # type: ignore[arg-type]
            self.script if ears else None, mouth, listen=listen, **options,  # type: ignore[arg-type]
        ).run()  # fmt: skip
        return mouth

"""A telephone line in virtual time with a scripted caller, a scripted engine and a voice of constant samples."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Mapping
from typing import Any

import numpy as np

from assistant.channels.phone.transport import FRAME_SAMPLES, FRAME_SECONDS, Event, Gone, Int16, Key, Sound
from assistant.turn import Reply
from audio.endpointing import Endpointer
from audio.hearing import Heard, Question
from audio.voice import sentences_of

QUIET = np.zeros(FRAME_SAMPLES, np.int16)
SECONDS_A_SENTENCE = 1.0


class Codes:
    """Texts as sample values, so that a sample says which sentence it belongs to."""

    def __init__(self) -> None:
        self._texts = [""]

    def of(self, text: str) -> int:
        if text not in self._texts:
            self._texts.append(text)
        return self._texts.index(text)

    def text(self, code: int) -> str:
        return self._texts[code]


class Line:
    """The scripted transport. Times are seconds of the call; a frame passes with each `Sound`."""

    def __init__(self, codes: Codes, script: list[tuple[float, Any]], end: float) -> None:
        self.codes, self.script, self.now = codes, sorted(script, key=lambda s: s[0]), 0.0
        self.script.append((end, Gone("script ended")))
        self.queue: list[int] = []
        self.said: list[tuple[float, str]] = []  # (time, sentence) whenever the sentence heard changes
        self.quiet, self.longest_quiet = 0.0, 0.0
        self.held = self.ended = False
        self.transfers: list[str] = []
        self.transfer_works, self.transfer_seconds = True, 0.0
        self.waiters: list[tuple[float, asyncio.Event]] = []
        self._talking: list[tuple[float, int]] = []

    async def next(self) -> Event:
        for _ in range(8):
            await asyncio.sleep(0)
        if self.script and self.script[0][0] <= self.now + 1e-9:
            at, what = self.script.pop(0)
            if isinstance(what, Gone):
                self.ended = True
                return what
            if isinstance(what, bool):
                self.held = what
            elif what[0] == "key":
                return Key(what[1], at)
            else:
                self._talking.append((at + what[2], self.codes.of(what[1])))
        self.now += FRAME_SECONDS
        for _, event in [w for w in self.waiters if w[0] <= self.now]:
            event.set()
        self._hear_us()
        return Sound(self._them(), FRAME_SECONDS)

    def _hear_us(self) -> None:
        piece, self.queue = self.queue[:FRAME_SAMPLES], self.queue[FRAME_SAMPLES:]
        if not piece:
            self.quiet += FRAME_SECONDS
            self.longest_quiet = max(self.longest_quiet, self.quiet)
            return
        self.quiet = 0.0
        text = self.codes.text(piece[0])
        if not self.said or self.said[-1][1] != text or self.now - self.last > 0.1:
            self.said.append((round(self.now, 2), text))
        self.last = self.now

    def _them(self) -> Int16:
        self._talking = [t for t in self._talking if t[0] > self.now]
        return np.full(FRAME_SAMPLES, self._talking[0][1], np.int16) if self._talking else QUIET

    async def until(self, seconds: float) -> None:
        event = asyncio.Event()
        self.waiters.append((self.now + seconds, event))
        await event.wait()

    def play(self, samples: Int16) -> None:
        self.queue += samples.tolist()

    def backlog(self) -> int:
        return len(self.queue)

    def flush(self) -> int:
        left, self.queue = len(self.queue), []
        return left

    async def transfer(self, target: str) -> bool:
        self.transfers.append(target)
        await self.until(self.transfer_seconds)
        return self.transfer_works

    async def hangup(self) -> None:
        self.ended = True
        for _, event in self.waiters:  # time goes on without the caller
            event.set()


class Ear:
    """Hears codes; its turns end as the real endpointer says."""

    def __init__(self, codes: Codes, question: Question) -> None:
        self.codes, self._end = codes, Endpointer(question, no_speech=9999.0)
        self.partial, self.speech, self.ended = "", 0.0, False

    @property
    def started(self) -> bool:
        return self._end.started

    def feed(self, samples: Int16) -> None:
        for at in range(0, samples.size, FRAME_SAMPLES):
            if self.ended:
                return
            code = int(samples[at])
            self.speech = 1.0 if code else 0.0
            if code and self.codes.text(code) != "咳":
                self.partial = self.codes.text(code)
            event = self._end.step(FRAME_SECONDS, self.speech, self.partial if self.started else None)
            self.ended = event is not None and event.kind == "ended"

    def press(self) -> None:
        self._end.press()
        self.ended = True

    def finish(self) -> Heard:
        return Heard(self.partial, 0.9, (), (), 1.0, 0.1, "m", "silence")


class FakeVoice:
    """A second of constant samples for each sentence; `slow` seconds of the call for what is not canned."""

    available = True

    def __init__(self, codes: Codes, line: Line, slow: float) -> None:
        self.codes, self.line, self.slow = codes, line, slow

    async def render(self, reply: Reply) -> AsyncIterator[tuple[str, bytes]]:
        if self.slow and reply.heard:
            await self.line.until(self.slow)
        for sentence in sentences_of(reply.speech):
            out = io.BytesIO()
            with wave.open(out, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(8000)
                samples = np.full(round(8000 * SECONDS_A_SENTENCE), self.codes.of(sentence), np.int16)
                file.writeframes(samples.tobytes())
            yield sentence, out.getvalue()


class Engine:
    """Scripted outcomes; `delays` are seconds of the call."""

    def __init__(self, answers: list[Any], delays: float = 0.0) -> None:
        self.answers, self.delays = list(answers), delays
        self.asked: list[str] = []
        self.finished = 0
        self.forgotten: list[str] = []
        self.line: Line | None = None

    async def turn(self, conversation: str, text: str, message_id: str, metadata: Mapping[str, Any]) -> Any:
        self.asked.append(text)
        assert metadata["channel"] == "phone" and message_id
        if self.delays and self.line and not self.line.ended:
            await self.line.until(self.delays)
        self.finished += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return [answer]

    async def forget(self, conversation: str) -> None:
        self.forgotten.append(conversation)


class Played:
    def __init__(self, line: Line, engine: Engine) -> None:
        self.line, self.engine = line, engine
        self.said = [text for _, text in line.said]
        self.asked, self.forgotten = engine.asked, engine.forgotten

    def at(self, text: str) -> float:
        return next(at for at, said in self.line.said if said == text)

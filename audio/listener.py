"""One spoken turn, live: sound in, partial text out, and it knows when the speaker has finished.

Puts together voice activity, endpointing and a recogniser; the sound may come from a microphone, a web page
or a telephone. No device, no clock and no thread here: time is counted in samples.
"""

from __future__ import annotations

import logging
from collections import deque

from audio.endings import finished
from audio.endpointing import PRE_ROLL, Endpointer, Event
from audio.hearing import OPEN, EndReason, Heard, Question, Recogniser, nothing_heard
from audio.pace import Pace
from audio.recogniser import VoskRecogniser, VoskStream, recogniser_for
from audio.turn_words import TurnWords
from audio.vad import CHUNK_SECONDS, Chunk, VoiceActivity
from dialects.packs import PackError, load_pack

log = logging.getLogger("xiangyin.hearing")
ONSET = 0.3  # seconds that a hesitant onset may take before the turn counts as started


def turn_words(dialect: str) -> TurnWords:
    """Mandarin's words of turn-taking and those of the dialect's pack."""
    try:
        commands = load_pack(dialect).commands
    except PackError:
        return TurnWords()
    return TurnWords().plus(
        answers=(*commands.get("affirm", ()), *commands.get("deny", ())),
        waits=commands.get("wait", ()),
        stops=(*commands.get("stop", ()), *commands.get("human", ()), *commands.get("wait", ())),
    )


class Listener:
    """Feed 16 kHz mono int16 pieces of any length until `ended`, then `finish`.

    `elder` sets the patient delays; `pace` carries the speaker's pauses from turn to turn.
    """

    def __init__(
        self,
        dialect: str = "mandarin",
        question: Question = OPEN,
        *,
        elder: bool = True,
        no_speech: float = 7.0,
        pace: Pace | None = None,
        recogniser: Recogniser | None = None,
    ) -> None:
        engine = recogniser or recogniser_for(dialect)
        self.model = engine.name if isinstance(engine, VoskRecogniser) else type(engine).__name__
        self.partial = ""
        self.speech = 0.0  # probability of the last chunk
        self._voice = VoiceActivity()
        self._endpointer = Endpointer(
            question, elder=elder, no_speech=no_speech, pace=pace, words=turn_words(dialect), finished=finished
        )
        self._engine, self._question = engine, question
        self._stream = engine.start(question)
        self._before: deque[Chunk] = deque(maxlen=round((PRE_ROLL + ONSET) / CHUNK_SECONDS))
        self._seconds = self._speech_seconds = 0.0
        self._event: Event | None = None

    @property
    def ended(self) -> bool:
        return self._event is not None

    @property
    def started(self) -> bool:
        """Somebody is speaking, or has spoken, in this turn."""
        return self._endpointer.started

    @property
    def event(self) -> Event | None:
        """How the turn ended, with its times; None while it goes on."""
        return self._event

    def feed(self, pcm16k_int16: bytes) -> str | None:
        """The text so far when it changed, else None. Sound after the end is ignored."""
        changed = None
        for chunk in self._voice.feed(pcm16k_int16):
            if self.ended:
                break
            if self._take(chunk):
                changed = self.partial
        return changed

    def press(self) -> None:
        """The speaker's button: the turn ends now."""
        if not self.ended:
            self._event = self._endpointer.press()

    def finish(self) -> Heard:
        """What was heard, with the reason of the end; `unheard` when nobody spoke."""
        event = self._event or self._endpointer.close()
        self._event = event
        self._say_why(event)
        if not self.started:
            return nothing_heard(self.model, self._seconds, event.reason or "no_speech")
        stream = self._stream
        heard = stream.finish(self._speech_seconds) if isinstance(stream, VoskStream) else stream.finish()
        reason: EndReason = event.reason or heard.ended_because
        return heard.ended(reason)

    def _say_why(self, event: Event) -> None:
        """Why the turn ended, without a word of what was said: a missed end must be explainable afterwards."""
        log.info(
            "turn ended: %s at %.2f s, speech until %.2f s, waited %.2f, question %s, %d characters, %.1f s of speech",
            event.reason, event.at, event.speech_end, event.delay, self._question.kind, len(self.partial),
            self._speech_seconds,
        )  # fmt: skip

    def _take(self, chunk: Chunk) -> bool:
        """One chunk through the endpointer; True when the text changed."""
        self._seconds += CHUNK_SECONDS
        self.speech = chunk.speech
        self._speech_seconds += CHUNK_SECONDS if chunk.speech >= 0.5 else 0.0
        was_started = self.started
        event = self._endpointer.step(CHUNK_SECONDS, chunk.speech, self.partial if was_started else None)
        changed = False
        if self.started:
            sound = b"".join(earlier.pcm for earlier in self._before) + chunk.pcm
            self._before.clear()
            partial = self._stream.feed(sound)
            changed = partial is not None
            self.partial = partial.text if partial else self.partial
        else:
            self._before.append(chunk)
        if event and event.kind == "dropped":
            self._stream, self.partial, self._speech_seconds = self._engine.start(self._question), "", 0.0
        elif event and event.kind == "ended":
            self._event = event
        return changed

"""What the caller says: the audio room's Listener on telephone sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from assistant.channels.phone.transport import RATE, Int16
from audio.hearing import Heard, Question
from audio.listener import Listener
from audio.pace import Pace
from audio.resampling import StreamResampler

NEVER = 86_400.0  # the call's policy decides about a caller who says nothing, not the listener


class Ear(Protocol):
    """One spoken turn, fed with 8 kHz sound; see audio.listener.Listener for the fields."""

    @property
    def partial(self) -> str: ...
    @property
    def speech(self) -> float: ...
    @property
    def started(self) -> bool: ...
    @property
    def ended(self) -> bool: ...
    def feed(self, samples: Int16) -> None: ...
    def press(self) -> None: ...
    def finish(self) -> Heard: ...


OpenEar = Callable[[str, Question, Pace], Ear]
"""(dialect, question, the caller's pace) → an ear. Raises ModelError when no model is installed."""


class TelephoneEar:
    """Brings 8 kHz to 16 kHz once, here (DESIGN §7.1)."""

    def __init__(self, dialect: str, question: Question, pace: Pace) -> None:
        self._listener = Listener(dialect, question, no_speech=NEVER, pace=pace)
        self._upsample = StreamResampler(RATE)

    @property
    def partial(self) -> str:
        return self._listener.partial

    @property
    def speech(self) -> float:
        return self._listener.speech

    @property
    def started(self) -> bool:
        return self._listener.started

    @property
    def ended(self) -> bool:
        return self._listener.ended

    def feed(self, samples: Int16) -> None:
        self._listener.feed(self._upsample.feed(samples).tobytes())

    def press(self) -> None:
        self._listener.press()

    def finish(self) -> Heard:
        return self._listener.finish()

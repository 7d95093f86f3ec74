"""Who has the word: listens all the time, also while we speak, and gives the word to the caller in two steps.

What the caller said while we spoke is not lost: when our reply ends, what is being said goes on to be heard,
unless it is only a nod or the echo of ourselves. An interruption without words (a cough, a door) ends with our
broken sentence said once more.
"""

from __future__ import annotations

import asyncio
import logging

import numpy as np

from assistant.channels.phone.ear import Ear, OpenEar
from assistant.channels.phone.framing import EMPTY
from assistant.channels.phone.mouth import Mouth
from assistant.channels.phone.transport import RATE, Int16
from audio.bargein import BargeIn
from audio.hearing import OPEN, Heard, Question
from audio.listener import turn_words
from audio.models import ModelError
from audio.pace import Pace
from audio.turn_words import TurnWords, plain

TAIL = 0.3
"""Seconds after our last word in which sound may still be our echo."""
WITHDRAWN = 0.8
"""Seconds without speech after which an interruption without words is taken back."""
DEFERRED = round(3.0 * RATE)
"""Samples kept while a turn is being worked on."""
VOICED = 0.5
_log = logging.getLogger("xiangyin.phone")


class Floor:
    """One call's turn-taking. `deaf` when there is no model to hear with: the keys still work."""

    def __init__(self, mouth: Mouth, open_ear: OpenEar) -> None:
        self._mouth, self._open = mouth, open_ear
        self._pace = Pace()
        self._dialect, self._question = "mandarin", OPEN
        self._words = TurnWords()
        self._ear: Ear | None = None
        self._barge: BargeIn | None = None
        self._deferred = EMPTY
        self._tail = self._still = 0.0
        self._interrupted = self._repaired = False
        self.deaf = False

    @property
    def they_speak(self) -> bool:
        """The caller is in the middle of a turn."""
        return self._ear is not None and self._ear.started

    @property
    def claimed(self) -> bool:
        """The caller speaks, or took the word from us and has not yet given it back."""
        return self.they_speak or self._interrupted

    @property
    def worded(self) -> bool:
        """What the caller is saying has words in it: no cough, no door."""
        return self._ear is not None and bool(self._ear.partial)

    def watch(self, text: str, dialect: str, question: Question) -> None:
        """We begin to say `text`, which ends in `question`."""
        if dialect != self._dialect:
            self._words = turn_words(dialect)
        self._dialect, self._question = dialect, question
        self._ear = None
        self._barge = BargeIn(text, question, words=self._words)
        self._tail = self._still = 0.0
        self._interrupted = self._repaired = False

    def quiet(self) -> None:
        """A key was pressed: we stop at once, and what was half said does not count."""
        self._mouth.stop()
        self._barge = self._ear = None
        self._interrupted = False
        self._deferred = EMPTY

    def press(self) -> None:
        """The hash key: the caller's spoken turn is finished."""
        if self._ear is not None and self._ear.started:
            self._ear.press()

    def defer(self, samples: Int16) -> None:
        """Sound that comes while a turn is being worked on is listened to afterwards."""
        self._deferred = np.concatenate([self._deferred, samples])[-DEFERRED:]

    async def listen(self, samples: Int16, seconds: float) -> Heard | None:
        """Take the sound of a tick; the caller's turn when it has just ended."""
        ear = await self._opened()
        if ear is None:
            return None
        sound, self._deferred = np.concatenate([self._deferred, samples]), EMPTY
        if sound.size:
            await asyncio.to_thread(ear.feed, sound)
        if self._barge is not None:
            self._weigh(self._barge, ear, seconds)
        elif self._interrupted and self._came_to_nothing(ear, seconds):
            self._repair()
        if self._ear is not ear or not ear.ended or self._mouth.speaking:
            return None
        self._ear = self._barge = None
        heard = await asyncio.to_thread(ear.finish)
        if not heard.text and self._interrupted and not self._repaired:
            self._repair()
            return None
        self._interrupted = False
        return heard

    async def _opened(self) -> Ear | None:
        if self._ear is None and not self.deaf:
            try:
                self._ear = await asyncio.to_thread(self._open, self._dialect, self._question, self._pace)
            except ModelError as error:
                _log.error("the phone door cannot hear: %s", error)
                self.deaf = True
        return self._ear

    def _weigh(self, barge: BargeIn, ear: Ear, seconds: float) -> None:
        """Two steps: pause at a candidate, then stop or go on."""
        action = barge.step(seconds, ear.speech, ear.partial)
        if action == "duck":
            self._mouth.pause()
        elif action == "resume":
            self._mouth.resume()
        elif action == "stop" or (ear.ended and not self._idle(ear.partial)):
            self._interrupted = self._mouth.speaking
            self._mouth.stop()
            self._barge = None
            return
        if ear.ended:  # a nod, our echo, a cough: a new ear hears what comes next
            self._mouth.resume()
            self._ear = None
        if not self._mouth.speaking:
            self._tail += seconds
            if self._tail >= TAIL:
                self._barge = None
                self._ear = None if ear.partial and self._idle(ear.partial) else self._ear

    def _idle(self, text: str) -> bool:
        """Nothing that wants the word: silence, a nod that answers no question, or our own words come back."""
        said = plain(text)
        if not said or said in plain(self._mouth.text):
            return True
        answers = self._question.kind in ("yes_no", "choice")
        if answers and self._words.answers_clearly(said, self._question.choices):
            return False
        return self._words.only_nods(said)

    def _came_to_nothing(self, ear: Ear, seconds: float) -> bool:
        """We stopped, but no word came and the sound is over."""
        voiced = ear.speech >= VOICED
        self._still = 0.0 if voiced or ear.partial else self._still + seconds
        return self._still >= WITHDRAWN and not self._repaired

    def _repair(self) -> None:
        self._repaired, self._interrupted, self._still = True, False, 0.0
        self._ear = None
        self._barge = BargeIn(self._mouth.text, self._question, words=self._words)
        self._tail = 0.0
        self._mouth.again()

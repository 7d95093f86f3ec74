"""Somebody speaks while we speak: two steps, so that neither a cough nor 嗯 takes the word from us.

    we speak   ========================........................|
                        | candidate: duck    | confirmed: stop  |  or resume
    they speak          ####################################

1. Speech for `CANDIDATE` seconds makes a candidate: our voice is lowered or paused at once (`duck`), so the
   person feels heard within the 200-300 ms of standards.md §4.2.
2. Words decide. Real words or a demand (停, 人工, 不对) confirm it: `stop`. Only 嗯, 哦, 对对, or a silence,
   withdraw it: `resume` from where we were. Without any text, speech of `CONFIRM` seconds confirms.
Text that merely repeats what we are saying may be our own echo and needs `ECHO` seconds.
A key, a button or DTMF stops at once. Pure: fed with values, no clock, no I/O.
"""

from __future__ import annotations

from typing import Literal

from audio.hearing import OPEN, Question
from audio.turn_words import TurnWords, plain

Action = Literal["duck", "stop", "resume"]

ENTER, LEAVE = 0.6, 0.35  # speech probability; higher than in silence, since our own voice leaks in
CANDIDATE = 0.1
CONFIRM = 0.7
NODDING = 1.6  # 嗯嗯嗯对对对 may last that long and still only mean "go on"
ECHO = 1.2
SILENCE = 0.4


class BargeIn:
    """Lives as long as one spoken reply. After `stop` it stays stopped."""

    def __init__(
        self,
        spoken: str = "",
        expecting: Question = OPEN,
        *,
        words: TurnWords | None = None,
        echo: bool = True,
    ) -> None:
        """`spoken`: what we are saying, which ends in the question `expecting`.

        `echo`: whether the microphone may hear us (a loudspeaker without an echo canceller).
        """
        self._spoken = plain(spoken)
        self._expecting = expecting
        self._words = words or TurnWords()
        self._echo = echo
        self._voiced = False
        self._ducked = False
        self._stopped = False
        self._speech = 0.0
        self._silence = 0.0

    @property
    def stopped(self) -> bool:
        return self._stopped

    @property
    def ducked(self) -> bool:
        """A candidate is being weighed: our voice should be lowered or paused."""
        return self._ducked and not self._stopped

    def step(self, seconds: float, speech: float | bool, partial: str = "") -> Action | None:
        """Advance by one chunk; `partial` is the recogniser's text since the reply began."""
        if self._stopped:
            return None
        self._voiced = float(speech) >= (LEAVE if self._voiced else ENTER)
        if self._voiced:
            self._speech += seconds
            self._silence = 0.0
        else:
            self._silence += seconds
        text = plain(partial)
        if self._confirms(text):
            return self.press()
        if self._silence >= SILENCE:
            return self._withdraw()
        if not self._ducked and self._speech + 1e-9 >= CANDIDATE:
            self._ducked = True
            return "duck"
        return None

    def press(self) -> Action:
        """Button, key or DTMF: no doubt about it."""
        self._stopped = True
        return "stop"

    def _confirms(self, text: str) -> bool:
        if not text:
            return self._speech + 1e-9 >= CONFIRM
        return self._speech + 1e-9 >= self._needed(text)

    def _needed(self, text: str) -> float:
        """Seconds of speech after which this text takes the word from us."""
        if self._echo and text in self._spoken:
            return ECHO
        if self._words.demands(text):
            return 0.0
        if self._answers(text):
            return CANDIDATE
        if self._words.only_nods(text):
            return NODDING
        return CANDIDATE if len(text) >= 2 else CONFIRM

    def _answers(self, text: str) -> bool:
        """The person knows the question already and answers it: 好的 is no nod then."""
        asked = self._expecting
        return asked.kind in ("yes_no", "choice") and self._words.answers_clearly(text, asked.choices)

    def _withdraw(self) -> Action | None:
        self._speech = 0.0
        if not self._ducked:
            return None
        self._ducked = False
        return "resume"

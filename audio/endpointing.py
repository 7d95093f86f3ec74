"""When did somebody begin, and when have they finished speaking? A pure state machine in virtual time.

It is fed with the length of a chunk of sound, the probability that it is speech, and the recogniser's text
so far; it has no clock of its own and does no I/O.

    listening      started                                    speech ends          ended
        |             |                                            |                 |
        v   pre-roll  v                                            v    the delay    v
        ............|.#############......pause......###############.................|
        |           ^ keep_from                 a pause shorter than the delay is     silence
        |                                       learnt, and the turn goes on
        +-- no speech within `no_speech` -------------------------------------------> no_speech
                      +-- still going on after `limit` -----------------------------> limit
                      +-- noise goes on, the text stopped changing for `unchanged` --> unchanged
                      +-- noise goes on, no text at all for `no_words` --------------> no_speech
        any time: the button ------------------------------------------------------> button

The delay follows the question (yes or no 0.4 s, open 0.6 s, digits 1.5 s), has a floor for elders (1.0 and
1.5 s; standards.md §4.1: older speakers pause more and longer inside a sentence), grows to the pauses that
this speaker makes, and looks at the words: a filler, 等一下 or half a number wait longer, a plain 对 or a
complete number does not. An open question that is whole by its words (audio.endings) is over sooner, one that
rarely ends so is waited for, and a text that is still changing is no end. What is dropped as too short (a
cough) goes back to listening.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from audio.hearing import OPEN, EndReason, Question, QuestionKind
from audio.pace import Pace
from audio.turn_words import TurnWords, count_digits, plain

PRE_ROLL = 0.4  # seconds kept before the detector noticed: consonants come before the voice
ENTER, LEAVE = 0.5, 0.35  # speech probability: hysteresis
GAP = 0.2  # seconds without speech that forget an unfinished onset
ELDER_FLOOR, ELDER_FLOOR_LISTED = 1.0, 1.5
ELDER_FLOOR_ANSWER = 0.6
CEILING = 2.8  # learned pauses never make the delay longer than this
HESITATION_EXTRA = 1.5
UNFINISHED_NUMBER = 2.0
ASKED_TO_WAIT = 8.0  # peers.md #11: 2 s after a statement, 8 s when asked to wait
NO_WORDS = 6.0
STILL = 0.15  # seconds for which the text must not have changed when a turn ends
SURE, UNSURE = 0.9, 0.6  # shares of `finished`, see audio.endings
SLOWEST = 0.45  # seconds of speech a character above which words were missed: then no sentence is surely over
SURE_DELAY = 0.7  # of an elder whose sentence is surely over
MIDDLE_ELDER = 1.5  # of an elder whose sentence may be over
UNFINISHED, UNFINISHED_ELDER = 1.2, 2.6  # seconds for a sentence that goes on more often than not


@dataclass(frozen=True)
class Delays:
    """Seconds: silence that ends a turn, unchanged text under noise, longest turn, shortest speech."""

    silence: float
    unchanged: float
    limit: float
    shortest: float = 0.12
    onset: float = 0.09


DELAYS: dict[QuestionKind, Delays] = {
    "yes_no": Delays(0.4, 1.5, 10.0, shortest=0.05, onset=0.03),
    "choice": Delays(0.6, 2.0, 12.0, shortest=0.05, onset=0.03),
    "open": Delays(0.6, 3.0, 30.0),
    "date": Delays(1.0, 3.0, 15.0),
    "money": Delays(1.0, 3.0, 15.0),
    "name": Delays(1.5, 3.0, 15.0),
    "place": Delays(1.5, 3.0, 20.0),
    "plate": Delays(1.5, 4.0, 20.0),
    "digits": Delays(1.5, 4.0, 30.0),
}
LISTED: frozenset[QuestionKind] = frozenset(
    kind for kind, delays in DELAYS.items() if delays.silence >= 1.0
)  # said piece by piece, with pauses


@dataclass(frozen=True)
class Event:
    """Times in seconds since the endpointer began to listen.

    started: `keep_from` is where the recogniser's sound must begin (pre-roll included).
    dropped: what had started was a cough or a click; listening goes on.
    ended: `reason`, `speech_end` (end of the last speech) and `delay` that had to pass.
    """

    kind: Literal["started", "dropped", "ended"]
    at: float
    keep_from: float = 0.0
    speech_end: float = 0.0
    reason: EndReason | None = None
    delay: float = 0.0


class Endpointer:
    """One turn. `step` returns an event when something happened; after `ended` it returns nothing more."""

    def __init__(
        self,
        question: Question = OPEN,
        *,
        elder: bool = False,
        no_speech: float = 7.0,
        pace: Pace | None = None,
        words: TurnWords | None = None,
        finished: Callable[[str], float] | None = None,
    ) -> None:
        """`finished`: how likely a text is a whole sentence, 0–1 (audio.endings); only asked for open questions."""
        self._question = question
        self._delays = DELAYS[question.kind]
        self._elder = elder
        self._no_speech = no_speech
        self._pace = pace or Pace()
        self._words = words or TurnWords()
        self._whole = finished
        self._now = 0.0
        self._listening_since = 0.0
        self._ended = False
        self._text: str | None = None
        self._changed_at = 0.0
        self._voiced = False
        self._forget()

    @property
    def started(self) -> bool:
        return self._started_at is not None

    def step(self, seconds: float, speech: float | bool | None, partial: str | None = None) -> Event | None:
        """Advance by one chunk.

        `speech`: probability, or a yes/no, or None while the detector does not know yet (warm-up): that is
        neither speech nor silence. `partial`: the recogniser's text so far, None if it gives none.
        """
        if self._ended:
            return None
        self._now += seconds
        self._read(partial)
        voiced = self._judge(speech)
        if self._started_at is None:
            return self._wait(seconds, voiced)
        return self._listen(seconds, voiced)

    def press(self) -> Event:
        """The speaker pressed the button (or the hash key): finished."""
        return self._end("button")

    def close(self) -> Event:
        """The sound itself ended: file read, call hung up."""
        return self._end("end_of_sound")

    def delay(self) -> float:
        """Seconds of silence that would end the turn now."""
        delay = self._delays.silence
        listed = self._question.kind in LISTED
        if self._elder:
            delay = max(delay, ELDER_FLOOR_LISTED if listed else ELDER_FLOOR)
        delay = max(delay, min(self._pace.delay(), CEILING))
        text = self._text or ""
        if self._words.asks_to_wait(text):
            return max(delay, ASKED_TO_WAIT)
        if self._finished(text):
            return min(delay, ELDER_FLOOR_ANSWER if self._elder else 0.4)
        if self._question.kind == "digits" and self._half_a_number(text):
            return max(delay, UNFINISHED_NUMBER)
        if self._words.hesitates(text) and not self._words.answers_clearly(text):
            return delay + HESITATION_EXTRA
        if text and self._whole is not None and self._question.kind == "open":
            return self._delay_by_sense(delay, self._whole(text))
        return delay

    def _delay_by_sense(self, delay: float, whole: float) -> float:
        """Shorter after a complete question, longer after words that rarely end a sentence."""
        if whole >= SURE and self._speech <= SLOWEST * len(self._text or ""):
            return min(delay, SURE_DELAY)
        if whole < UNSURE:
            return max(delay, UNFINISHED_ELDER if self._elder else UNFINISHED)
        return max(delay, MIDDLE_ELDER) if self._elder else delay

    def _forget(self) -> None:
        self._started_at: float | None = None
        self._onset = self._gap = self._speech = self._silence = 0.0
        self._keep_from = self._speech_end = self._resumed_at = 0.0

    def _read(self, partial: str | None) -> None:
        if partial is None:
            return
        text = plain(partial)
        if text != (self._text or ""):
            self._changed_at = self._now
        self._text = text

    def _judge(self, speech: float | bool | None) -> bool | None:
        if speech is None:
            return None
        self._voiced = float(speech) >= (LEAVE if self._voiced else ENTER)
        return self._voiced

    def _wait(self, seconds: float, voiced: bool | None) -> Event | None:
        if voiced:
            if self._onset == 0.0:
                self._keep_from = max(0.0, self._now - seconds - PRE_ROLL)
            self._onset += seconds
            self._gap = 0.0
            self._speech_end = self._now
        elif voiced is False and self._onset:
            self._gap += seconds
            if self._gap >= GAP:
                self._onset = 0.0
        if self._onset >= self._delays.onset or self._text:
            if self._onset == 0.0:  # heard by the recogniser before, or without, the detector
                self._keep_from, self._speech_end = self._listening_since, self._now
            self._started_at = self._now
            self._speech, self._silence = self._onset, self._gap
            return Event("started", self._now, keep_from=self._keep_from, speech_end=self._speech_end)
        if self._now - self._listening_since >= self._no_speech and self._onset == 0.0:
            return self._end("no_speech")
        return None

    def _listen(self, seconds: float, voiced: bool | None) -> Event | None:
        assert self._started_at is not None
        if voiced:
            if self._silence:
                self._pace.paused(self._silence)
                self._resumed_at = self._now
            self._silence = 0.0
            self._speech += seconds
            self._speech_end = self._now
        elif voiced is False:
            self._silence += seconds
        if self._now - self._started_at >= self._delays.limit:
            return self._end("limit")
        if self._silence + 1e-9 >= self.delay() and not self._still_changing():
            return (
                self._end("silence") if self._text or self._speech >= self._delays.shortest else self._drop()
            )
        if self._silence == 0.0:
            if self._text and self._now - max(self._changed_at, self._resumed_at) >= self._delays.unchanged:
                return self._end("unchanged")
            if self._text == "" and self._now - self._started_at >= NO_WORDS:
                return self._end("no_speech")
        return None

    def _still_changing(self) -> bool:
        """The recogniser is still working on what was said: its text is not the last one yet."""
        return bool(self._text) and 0.0 < self._changed_at > self._now - STILL

    def _finished(self, text: str) -> bool:
        kind = self._question.kind
        if kind == "digits":
            return count_digits(text) in (self._question.lengths or (18,))
        return kind in ("yes_no", "choice") and self._words.answers_clearly(text, self._question.choices)

    def _half_a_number(self, text: str) -> bool:
        count = count_digits(text)
        if self._question.lengths:
            return 0 < count < max(self._question.lengths)
        return 0 < count < 11 or 11 < count < 18  # a telephone number has 11, an ID number 18

    def _drop(self) -> Event:
        self._forget()
        return Event("dropped", self._now)

    def _end(self, reason: EndReason) -> Event:
        waited = self.delay() if reason == "silence" else 0.0
        self._pace.ended(waited)
        self._ended = True
        return Event(
            "ended",
            self._now,
            keep_from=self._keep_from,
            speech_end=self._speech_end,
            reason=reason,
            delay=waited,
        )

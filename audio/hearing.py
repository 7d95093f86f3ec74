"""What was heard, and the port behind which a recogniser listens.

Every recogniser takes 16 kHz mono int16 PCM, little endian (DESIGN §7). Times are seconds from the first
sample that was fed. Text is Chinese characters without blanks between them; Latin words keep theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, Protocol, get_args

SAMPLE_RATE = 16_000
BYTES_A_SECOND = SAMPLE_RATE * 2
TURN_SECONDS = 60.0  # of sound kept and decoded in one turn: 1.9 MB

QuestionKind = Literal["open", "yes_no", "digits", "name", "date", "choice", "money", "place", "plate"]
QUESTION_KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)

EndReason = Literal["silence", "limit", "no_speech", "button", "unchanged", "end_of_sound"]
"""Why a turn ended; logged with every turn (a missed end must be explainable afterwards)."""


@dataclass(frozen=True)
class Question:
    """What was asked last: it chooses the recogniser's graph and the endpointing delays.

    `choices` are the spoken forms that may be said now. `lengths` are the numbers of characters that a
    complete answer to a `digits` question may have, e.g. (18,) for an ID number.
    """

    kind: QuestionKind = "open"
    choices: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in QUESTION_KINDS:
            raise ValueError(f"unknown kind of question: {self.kind!r}; known: {', '.join(QUESTION_KINDS)}")


OPEN = Question()


@dataclass(frozen=True)
class Word:
    """One word with its times in seconds and a confidence in [0, 1]."""

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class Partial:
    """What the recogniser makes of the utterance so far."""

    text: str
    audio_seconds: float


@dataclass(frozen=True)
class Heard:
    """One utterance. An empty `text` means that nothing was understood (status `unheard`).

    `confidence` is the mean of the words' posteriors, weighted by their length in characters; on a closed
    list it is close to 1 whatever was said, so it must be calibrated per model before anything binding.
    `alternatives` are further readings, best first, without `text` itself. `graph` is the kind of question
    whose graph gave the text. `sound` is what was decoded (16 kHz int16), kept in memory for `audio.repair`
    until the turn is over, never written.
    """

    text: str
    confidence: float
    alternatives: tuple[str, ...]
    words: tuple[Word, ...]
    audio_seconds: float
    processing_seconds: float
    model: str
    ended_because: EndReason
    graph: QuestionKind = "open"
    sound: bytes = field(default=b"", repr=False, compare=False)

    @property
    def unheard(self) -> bool:
        return not self.text

    def ended(self, reason: EndReason) -> Heard:
        return replace(self, ended_because=reason)


def nothing_heard(
    model: str, audio_seconds: float, ended_because: EndReason, processing_seconds: float = 0.0
) -> Heard:
    return Heard("", 0.0, (), (), audio_seconds, processing_seconds, model, ended_because)


class Stream(Protocol):
    """One utterance being recognised. Not safe for two threads at once."""

    def feed(self, pcm16k_int16: bytes) -> Partial | None:
        """Take a piece of sound of any length; a Partial when the text changed, else None."""

    def finish(self) -> Heard:
        """Close the utterance. May be called once."""


class Recogniser(Protocol):
    """Vosk in `audio.recogniser`; any other engine fits behind the same two methods."""

    def start(self, question: Question) -> Stream: ...

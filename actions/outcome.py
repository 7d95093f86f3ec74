"""What an action says to the assistant: one `Outcome` per message, plain data, never finished wording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from actions.sentences import SENTENCES

STATUSES = (
    "answered",
    "clarifying",
    "collecting",
    "confirming",
    "done",
    "stored",
    "unanswered",
    "refused",
    "handed_over",
    "emergency",
    "unheard",
    "failed",
)
EXPECTING = ("open", "yes_no", "digits", "name", "date", "choice", "money", "place", "plate")
PERSON_PHONE = "12345"


@dataclass(frozen=True)
class Outcome:
    """One message: `sentence` is an id of `actions.sentences`, `params` fill it, `expecting` is what comes.

    Raises ValueError for an unknown status, sentence or kind of expectation: our mistake, caught by tests.
    """

    status: str
    sentence: str
    params: Mapping[str, Any] = field(default_factory=dict)
    intent: str | None = None
    topic: str | None = None
    service: str | None = None
    choices: tuple[Mapping[str, str], ...] = ()
    source: Mapping[str, Any] | None = None
    receipt: Mapping[str, Any] | None = None
    expecting: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"unknown status {self.status!r}")
        if self.sentence not in SENTENCES:
            raise ValueError(f"unknown sentence {self.sentence!r}")
        missing = [p for p in SENTENCES[self.sentence].params if p not in self.params]
        if missing:
            raise ValueError(f"sentence {self.sentence!r} lacks {missing}")
        if self.expecting is not None and self.expecting["kind"] not in EXPECTING:
            raise ValueError(f"unknown expectation {self.expecting['kind']!r}")

    def as_dict(self) -> dict[str, Any]:
        """The JSON message of the contract."""
        return asdict(self)

    def about(self, *, intent: str | None = None, service: str | None = None) -> Outcome:
        """The same outcome with intent and service filled in where they are missing."""
        return replace(self, intent=self.intent or intent, service=self.service or service)


def say(sentence: str, *, status: str | None = None, **params: Any) -> Outcome:
    """An outcome with nothing but a canned sentence, in the sentence's usual status."""
    return Outcome(status or SENTENCES[sentence].status, sentence, params)


def expecting(kind: str, choices: Sequence[str] = (), lengths: Sequence[int] = ()) -> dict[str, Any]:
    """The `expecting` of an outcome; `lengths` are the numbers of digits that complete an answer."""
    whole = {"lengths": list(lengths)} if lengths else {}
    return {"kind": kind, "choices": list(choices), **whole}

"""What goes into a turn and what comes out: the two shapes every channel shares (DESIGN §1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.hearing import Heard

STATUSES = frozenset(
    {
        "answered", "clarifying", "collecting", "confirming", "done", "stored",
        "unanswered", "refused", "handed_over", "emergency", "unheard", "failed",
    }
)  # fmt: skip
MAX_TEXT = 300
"""Characters of one typed turn."""


@dataclass(frozen=True)
class Utterance:
    """Somebody said something: `text` (typed), `samples` (16 kHz mono int16), or `heard` (already recognised).

    `warning` is what the sender of a recording must know about it (audio.files); the reply carries it along.
    """

    conversation: str
    text: str | None = None
    samples: NDArray[np.int16] | None = None
    channel: str = "web"
    dialect: str | None = None
    message_id: str | None = None
    heard: Heard | None = None
    warning: str | None = None


@dataclass(frozen=True)
class Reply:
    """The one answer to an utterance. `speech` is to be said, `display` to be shown; both are plain text.

    `expecting` is what the next utterance is thought to be (kind and choices): it picks the decoding graph and
    the patience of the endpointer. `problem` names the sentence of a `failed` reply. `ms` are milliseconds from
    utterance to reply, `marks` the parts of it.
    """

    conversation: str
    heard: str
    status: str
    speech: str
    display: str
    intent: str | None = None
    topic: str | None = None
    service: str | None = None
    choices: tuple[Mapping[str, str], ...] = ()
    source: Mapping[str, Any] | None = None
    receipt: Mapping[str, Any] | None = None
    expecting: Mapping[str, Any] | None = None
    candidates: tuple[Mapping[str, Any], ...] = ()
    confidence: float | None = None
    dialect: str = "mandarin"
    rate: float = 1.0
    volume: float = 1.0
    problem: str | None = None
    warning: str | None = None
    ms: int = 0
    marks: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of `converse` and of the gateway. Keys are stable (DESIGN §11); adding one is fine."""
        return {
            "conversation": self.conversation,
            "heard": self.heard,
            "status": self.status,
            "intent": self.intent,
            "topic": self.topic,
            "service": self.service,
            "speech": self.speech,
            "display": self.display,
            "choices": [dict(c) for c in self.choices],
            "source": self.source,
            "receipt": self.receipt,
            "ms": self.ms,
            "expecting": self.expecting,
            "candidates": [dict(c) for c in self.candidates],
            "confidence": self.confidence,
            "dialect": self.dialect,
            "marks": dict(self.marks),
            "warning": self.warning,
        }

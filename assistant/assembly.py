"""Puts the parts together: an Assistant that can hear, on given settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.conversation import Assistant
from assistant.engine import Engine
from assistant.records import Records
from assistant.settings import Settings
from audio.hearing import SAMPLE_RATE, Heard, Question, QuestionKind
from audio.recogniser import hear


def assistant_for(settings: Settings) -> Assistant:
    """An assistant whose engine is at the settings' ports and which hears with the models found."""
    return Assistant(
        Engine(settings), Records(settings.database_url), hear_samples, settings.deadlines.gateway
    )


def hear_samples(samples: NDArray[np.int16], dialect: str, expecting: Mapping[str, Any] | None) -> Heard:
    """Recognise 16 kHz samples with the graph that fits what was asked for."""
    return hear(samples, SAMPLE_RATE, dialect, question_of(expecting))


def question_of(expecting: Mapping[str, Any] | None) -> Question:
    """The recogniser's question for a reply's `expecting`."""
    if not expecting:
        return Question()
    kind: QuestionKind = expecting.get("kind") or "open"
    return Question(kind, tuple(str(c) for c in expecting.get("choices") or ()))

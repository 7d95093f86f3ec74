"""The recogniser's question for what a reply expects, and the situation in which the next words will be said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audio.hearing import Question, QuestionKind
from audio.repair.evidence import Situation


def question_of(expecting: Mapping[str, Any] | None) -> Question:
    """The recogniser's question for a reply's `expecting`."""
    if not expecting:
        return Question()
    kind: QuestionKind = expecting.get("kind") or "open"
    lengths = tuple(int(n) for n in expecting.get("lengths") or ())
    return Question(kind, tuple(str(c) for c in expecting.get("choices") or ()), lengths)


def situation_of(expecting: Mapping[str, Any] | None, last_status: str | None) -> Situation:
    """What may be said to a reply with this `expecting` and status.

    A yes to a read-back (`confirming`) binds. A form that asks an open question takes down whatever is said.
    """
    question = question_of(expecting)
    binding = last_status == "confirming" and question.kind == "yes_no"
    return Situation(question, binding, dictated=bool(expecting) and question.kind == "open")

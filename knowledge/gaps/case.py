"""One thing that somebody wanted to know and did not get."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("unanswered", "clarified", "complaint")
"""No answer; a clarifying question that was left; an answer that was called wrong or useless."""


@dataclass(frozen=True)
class Case:
    """``turn`` numbers the turn record with the wording; ``at`` is UTC, ISO 8601.

    ``wording`` is masked. ``place`` is the jurisdiction named in the conversation, else the office's, else
    ""; ``answered`` is the topic that was answered before a complaint.
    """

    turn: int
    at: str
    conversation: str
    kind: str
    wording: str
    channel: str
    dialect: str
    place: str
    answered: str | None = None

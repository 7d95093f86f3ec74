"""What becomes of an uncertain hearing: on with it, “您是说…吗”, or another way of asking. Pure.

Nothing that was not heard surely reaches the engine, so it can start, confirm or submit nothing; what the
resident then says yes to is as good as said clearly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.answers import yes_or_no
from audio.hearing import Heard
from audio.repair.decision import Judged

YES_NO: Mapping[str, Any] = {"kind": "yes_no", "choices": []}


@dataclass(frozen=True)
class Doubt:
    """We asked whether this was said; `expecting` is the question that was open before."""

    text: str
    expecting: Mapping[str, Any] | None


@dataclass(frozen=True)
class Asked:
    """A canned sentence instead of a turn of the engine; `expecting` replaces the open question."""

    status: str
    sentence: str
    params: Mapping[str, Any]
    expecting: Mapping[str, Any] | None
    doubt: Doubt | None = None


@dataclass(frozen=True)
class Words:
    """Words to go on with, and the question that they answer."""

    text: str
    expecting: Mapping[str, Any] | None


def weighed(
    judged: Judged, heard: Heard, expecting: Mapping[str, Any] | None, binding: bool
) -> Words | Asked | None:
    """What a hearing comes to; None when it must be asked for again."""
    if judged.verdict == "accept":
        return Words(judged.text, expecting)
    if binding:
        return Asked("confirming", "confirm_unsure", {}, expecting)
    if judged.verdict == "ask":
        return Asked(
            "clarifying", "did_you_say", {"heard": judged.text}, YES_NO, Doubt(judged.text, expecting)
        )
    return None


def resolved(doubt: Doubt, text: str, dialect: str) -> Words | Asked:
    """What the answer to “您是说…吗” comes to; other words than yes and no are taken for themselves."""
    answer = yes_or_no(text, dialect)
    if answer is True:
        return Words(doubt.text, doubt.expecting)
    if answer is False:
        return Asked("unheard", "say_otherwise", {}, doubt.expecting)
    return Words(text, doubt.expecting)

"""What becomes of an uncertain hearing: on with it, “您是说…吗”, or another way of asking. Pure.

Nothing that was not heard surely reaches the engine, so it can start, confirm or submit nothing; what the
resident then says yes to is as good as said clearly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant.answers import yes_or_no
from audio.hearing import Heard
from audio.repair.decision import Judged
from audio.repair.meanings import topic_titles

UNSURE = ("confirm_unsure", "confirm_unsure_again", "confirm_unsure_person")
YES_NO: Mapping[str, Any] = {"kind": "yes_no", "choices": []}


@dataclass(frozen=True)
class Doubt:
    """We asked whether this was said; `expecting` is the question that was open before."""

    text: str
    expecting: Mapping[str, Any] | None


@dataclass(frozen=True)
class Asked:
    """A canned sentence instead of a turn of the engine; `expecting` replaces the open question. `heard` is
    what the recogniser made of it; `candidates` are the topics that the sentence asks about."""

    status: str
    sentence: str
    params: Mapping[str, Any]
    expecting: Mapping[str, Any] | None
    doubt: Doubt | None = None
    heard: str = ""
    candidates: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Words:
    """Words to go on with, and the question that they answer. ``unsure``: they may be answered, and start nothing."""

    text: str
    expecting: Mapping[str, Any] | None
    unsure: bool = False


def weighed(
    judged: Judged, heard: Heard, expecting: Mapping[str, Any] | None, binding: bool, before: int = 0
) -> Words | Asked | None:
    """What a hearing comes to; None when it must be asked for again.

    ``before``: how often in a row a yes that submits was not heard surely; never asked the same way a third time.
    """
    if judged.verdict == "accept":
        return Words(judged.text, expecting)
    if binding:
        sentence = UNSURE[min(before, len(UNSURE) - 1)]
        return Asked("confirming", sentence, {}, expecting, heard=heard.text)
    if judged.verdict == "answer":
        return Words(judged.text, expecting, unsure=True)
    text = judged.text or topic_titles().get(judged.meaning, "")
    if judged.verdict == "ask" and text:
        sentence = "did_you_say" if judged.text else "did_you_ask"
        doubt = Doubt(text, expecting)
        return Asked(
            "clarifying", sentence, {"heard": text}, YES_NO, doubt, heard.text, _candidates(judged)
        )
    return None


def _candidates(judged: Judged) -> tuple[Mapping[str, Any], ...]:
    """The topic that is asked about, as the engine's own clarifying questions name theirs."""
    kind, _, topic = judged.meaning.partition(":")
    title = topic_titles().get(judged.meaning) if kind == "topic" else None
    return ({"topic": topic, "title": title, "share": round(judged.confidence, 4)},) if title else ()


def resolved(doubt: Doubt, said: Words, dialect: str) -> Words | Asked:
    """What the answer to “您是说…吗” comes to; other words than yes and no are taken for themselves."""
    answer = yes_or_no(said.text, dialect)
    if answer is True:
        return Words(doubt.text, doubt.expecting)
    if answer is False:
        return Asked("unheard", "say_otherwise", {}, doubt.expecting)
    return replace(said, expecting=doubt.expecting)

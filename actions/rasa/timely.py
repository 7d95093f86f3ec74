"""What must be said about an entry's time and place: lapsed, not yet in force, past its review, which town."""

from __future__ import annotations

from datetime import date
from typing import Any

from actions.outcome import PERSON_PHONE, Outcome, say
from actions.rasa.turn import Turn
from knowledge.entry import Entry


def lapsed(entry: Entry) -> Outcome:
    """In place of an answer from an entry that does not hold today."""
    if date.today() < entry.effective:
        return say("not_yet", title=entry.title, day=entry.effective.isoformat(), phone=PERSON_PHONE)
    day = entry.expires.isoformat() if entry.expires else ""
    return say("lapsed", title=entry.title, day=day, phone=PERSON_PHONE)


def remarks(entry: Any, turn: Turn, place: str | None) -> dict[str, str]:
    """Params of an answer: ``reviewed`` (a date) when nobody has read the entry again for a year; ``place`` when
    one was just named, or when it is known and sums differ by place."""
    said = {"reviewed": entry.reviewed.isoformat()} if entry.stale_on(date.today()) else {}
    named = place != turn.slots.get("jurisdiction")
    if place and place != entry.jurisdiction and (named or entry.level != "national"):
        said["place"] = place
    return said


def place_unknown(entry: Any, turn: Turn, place: str | None) -> bool:
    """Whether to ask for the town: sums differ by place, none is known, and the conversation was not asked before."""
    asked = any(outcome["params"].get("ask_place") for outcome in turn.told)
    return entry.level != "national" and not place and not asked

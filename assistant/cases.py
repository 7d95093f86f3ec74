"""Cases from turn records: unanswered, clarified and abandoned, answered and called wrong. Pure.

A case is the wording of the question, not of the complaint or of “都不是”; it is computed from the records alone,
so a rule mended here holds for the past as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.gaps.case import Case
from knowledge.gaps.masking import masked
from knowledge.phrasings import same_wording
from knowledge.retrieval.followup import read_followup

Turn = Mapping[str, Any]
WORDS = Path(__file__).with_name("cases.yml")
ABANDONED_AFTER = timedelta(minutes=30)
"""A conversation is forgotten after this time (`assistant/dialogues.py`): nobody will choose any more."""
NOT_PEOPLE = frozenset({"eval", "canary"})
MANNERS = frozenset(
    {
        "repeat", "slower", "louder", "wait", "choose_option", "affirm", "deny", "stop", "back", "restart", "greet",
        "thanks", "goodbye", "human", "complain", "switch_dialect", "who_are_you", "correct_value",
    }
)  # fmt: skip
"""Intents whose words are no question (DESIGN §1.3)."""
SERVED = frozenset({"answered", "collecting", "confirming", "done", "stored"})
UNSERVED = frozenset({"unanswered", "refused", "handed_over"})


def cases_of(turns: Iterable[Turn], now: datetime) -> list[Case]:
    """The cases of all conversations, by turn. ``turns`` are rows of the turn records, oldest first."""
    conversations: dict[str, _Conversation] = {}
    for turn in turns:
        if turn["channel"] not in NOT_PEOPLE and turn["heard"]:
            conversations.setdefault(str(turn["conversation"]), _Conversation()).take(turn)
    found = [case for talk in conversations.values() for case in talk.cases(now)]
    return sorted(found, key=lambda case: case.turn)


@dataclass
class _Conversation:
    """Follows one conversation. ``question`` is the last question asked, ``pending`` those we asked back about."""

    question: Turn | None = None
    topic: str | None = None
    pending: list[Turn] = field(default_factory=list)
    found: dict[int, Case] = field(default_factory=dict)
    place: str = ""
    asked: dict[str, Turn] = field(default_factory=dict)
    last: Turn | None = None

    def take(self, turn: Turn) -> None:
        self.last = turn
        self.place = read_followup(str(turn["heard"])).place or self.place
        if self._complains(turn):
            self._complained(turn)
        elif turn["intent"] in MANNERS or _is(turn, "none_of_them"):
            self._steered(turn)
        elif turn["status"] in ("answered", "clarifying", "unanswered"):
            self._asked(turn)
        elif turn["status"] in SERVED:
            self.pending.clear()
        elif turn["status"] in UNSERVED:
            self._abandon()

    def cases(self, now: datetime) -> Iterable[Case]:
        if self.last is not None and now - datetime.fromisoformat(str(self.last["at"])) > ABANDONED_AFTER:
            self._abandon()
        return self.found.values()

    def _complains(self, turn: Turn) -> bool:
        return turn["intent"] == "complain" or (self.topic is not None and _is(turn, "wrong_answer"))

    def _complained(self, turn: Turn) -> None:
        """The question before is the case; a complaint about nothing in particular is its own."""
        if self.question is None:
            self._add(turn, "complaint")
        elif self.topic is not None:
            self._add(self.asked.get(self.topic, self.question), "complaint", self.topic)
        elif self.pending:
            self._abandon()

    def _steered(self, turn: Turn) -> None:
        if turn["status"] == "answered" and turn["topic"]:
            self.topic = str(turn["topic"])
            if self.question is not None:
                self.asked.setdefault(self.topic, self.question)
        if turn["status"] in SERVED and turn["intent"] in ("choose_option", "affirm", "restart"):
            self.pending.clear()
        elif turn["status"] in UNSERVED:
            self._abandon()

    def _asked(self, turn: Turn) -> None:
        leans = read_followup(str(turn["heard"])).leaning
        self.question = turn
        self.topic = str(turn["topic"]) if turn["status"] == "answered" and turn["topic"] else None
        if self.topic is not None:
            self.pending.clear()
            if not (leans and self.topic in self.asked):
                self.asked[self.topic] = turn
        elif turn["status"] == "clarifying":
            self.pending.append(turn)
        elif turn["status"] == "unanswered":
            self._abandon()
            self._add(turn, "unanswered")

    def _abandon(self) -> None:
        for turn in self.pending:
            self._add(turn, "clarified")
        self.pending.clear()

    def _add(self, turn: Turn, kind: str, answered: str | None = None) -> None:
        number = int(turn["id"])
        self.found.setdefault(
            number,
            Case(
                turn=number,
                at=str(turn["at"]),
                conversation=str(turn["conversation"]),
                kind=kind,
                wording=masked(str(turn["heard"])),
                channel=str(turn["channel"] or ""),
                dialect=str(turn["dialect"] or "mandarin"),
                place=self.place or str(turn.get("place") or ""),
                answered=answered,
            ),
        )


def _is(turn: Turn, kind: str) -> bool:
    said = same_wording(str(turn["heard"]))
    whole, within = _words()[kind]
    return said in whole or any(word in said for word in within)


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[frozenset[str], tuple[str, ...]]]:
    content = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return {
        kind: (frozenset(map(str, rows["whole"])), tuple(map(str, rows["within"])))
        for kind, rows in content.items()
    }

"""Counting how well recordings were heard: errors as edits over reference length, groups, and speed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from pypinyin import Style, lazy_pinyin

GROUPS = {
    "dialects": "dialect",
    "ages": "age",
    "channels": "channel",
    "sources": "source",
    "conditions": "condition",
    "questions": "question",
}
"""Key in the totals → key in a manifest's row (``channel`` is the run's)."""


def characters(text: str) -> list[str]:
    """Chinese characters, letters and digits of a text; marks and blanks do not count."""
    return re.findall(r"[\u3400-\u9fff]|[A-Za-z0-9]", text.upper())


def syllables(text: str) -> list[str]:
    """Toneless pinyin of the characters; what is not Chinese stays as it is."""
    return lazy_pinyin("".join(characters(text)), style=Style.NORMAL)


def edits(heard: Sequence[object], wanted: Sequence[object]) -> int:
    """Levenshtein distance."""
    row = list(range(len(wanted) + 1))
    for i, one in enumerate(heard, start=1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(wanted, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (one != other))
    return row[-1]


@dataclass
class Tally:
    """Counts over recordings; ``asked`` are the recordings with a label and a turn."""

    recordings: int = 0
    unreadable: int = 0
    unheard: int = 0
    exact: int = 0
    exact_syllables: int = 0
    character_edits: int = 0
    characters: int = 0
    syllable_edits: int = 0
    syllables: int = 0
    seconds: float = 0.0
    processing: float = 0.0
    cpu: float = 0.0
    topics_asked: int = 0
    topics_right: int = 0
    topics_wrong: int = 0
    topics_offered: int = 0
    services_asked: int = 0
    services_right: int = 0

    def add(self, other: Tally) -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    def summary(self) -> dict[str, Any]:
        """Shares in 0–1, None where nothing was asked. ``streams_per_core``: speech seconds a CPU second."""
        return {
            "recordings": self.recordings,
            "unreadable": self.unreadable,
            "unheard": self.unheard,
            "sentence_accuracy": share(self.exact, self.recordings),
            "sentence_accuracy_by_sound": share(self.exact_syllables, self.recordings),
            "character_error": share(self.character_edits, self.characters),
            "syllable_error": share(self.syllable_edits, self.syllables),
            "topic_accuracy": share(self.topics_right, self.topics_asked),
            "topic_answered_wrongly": share(self.topics_wrong, self.topics_asked),
            "topic_right_or_offered": share(self.topics_offered, self.topics_asked),
            "service_accuracy": share(self.services_right, self.services_asked),
            "seconds": round(self.seconds, 2),
            "real_time_factor": share(self.processing, self.seconds),
            "cpu_real_time_factor": share(self.cpu, self.seconds),
            "streams_per_core": round(self.seconds / self.cpu, 1) if self.cpu else None,
        }


def words_tally(heard: str, meant: str, pinyin: str = "") -> Tally:
    """The errors of one recording. Without a text (bare syllables) only its toned pinyin is compared."""
    said, wanted = characters(heard), characters(meant)
    said_syllables = syllables(heard)
    meant_syllables = syllables(meant) if meant else re.sub(r"[0-9]", "", pinyin).split()
    return Tally(
        recordings=1,
        unheard=int(not heard),
        exact=int(bool(wanted) and said == wanted),
        exact_syllables=int(said_syllables == meant_syllables),
        character_edits=edits(said, wanted) if wanted else 0,
        characters=len(wanted),
        syllable_edits=edits(said_syllables, meant_syllables),
        syllables=len(meant_syllables),
    )


def label_tally(wanted: Mapping[str, Any], reply: Mapping[str, Any]) -> Tally:
    """Whether the reply has the topic and the service that the manifest names; ``also`` topics count too.

    Wrong is an answer about another topic; what is neither right nor wrong was asked about or asked for again.
    """
    tally = Tally()
    if wanted.get("topic"):
        right = {wanted["topic"], *wanted.get("also", ())}
        offered = {one.get("topic") or one.get("id") for one in reply.get("candidates") or ()}
        tally.topics_asked = 1
        tally.topics_right = int(reply.get("topic") in right)
        tally.topics_wrong = int(reply.get("status") == "answered" and reply.get("topic") not in right)
        tally.topics_offered = int(reply.get("topic") in right or bool(right & offered))
    if wanted.get("service"):
        tally.services_asked = 1
        tally.services_right = int(reply.get("service") == wanted["service"])
    return tally


class Totals:
    """All recordings, and the same by dialect, age band, channel, source, condition and kind of question."""

    def __init__(self) -> None:
        self._all = Tally()
        self._groups: dict[str, dict[str, Tally]] = {name: defaultdict(Tally) for name in GROUPS}

    def add(self, tally: Tally, row: Mapping[str, Any]) -> None:
        """``row`` has the manifest's fields and ``channel``."""
        self._all.add(tally)
        for name, key in GROUPS.items():
            if row.get(key):
                self._groups[name][str(row[key])].add(tally)

    def summary(self) -> dict[str, Any]:
        grouped = {
            name: {key: tally.summary() for key, tally in sorted(groups.items())}
            for name, groups in self._groups.items()
        }
        return {**self._all.summary(), **grouped}


def share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None

"""Groups that somebody dealt with: answered by an entry, or not ours. Written down with who and when.

What was closed does not come back. Afterwards, a group that is not ours stays closed for new cases too; one
that an entry was to answer opens again when people still get no answer, and says which entry failed them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property

import sqlalchemy as sa

from knowledge.gaps.case import Case
from knowledge.gaps.grouping import Group
from knowledge.phrasings import same_wording

META = sa.MetaData()
CLOSINGS = sa.Table(
    "gap_closings",
    META,
    sa.Column("serial", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("group_id", sa.String(16), nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("how", sa.String(16), nullable=False),
    sa.Column("entry", sa.String(96), nullable=False, default=""),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("lead", sa.Text, nullable=False),
    sa.Column("wordings", sa.Text, nullable=False),
    sa.Column("last_turn", sa.Integer, nullable=False),
)
HOW = ("answered", "out-of-scope")


@dataclass(frozen=True)
class Closing:
    """``how`` is one of ``HOW``; ``last_turn`` is the newest case that was closed; ``at`` is UTC, ISO 8601."""

    group_id: str
    at: str
    by: str
    how: str
    entry: str
    note: str
    lead: str
    wordings: tuple[str, ...]
    last_turn: int

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(map(same_wording, self.wordings))

    def covers(self, case: Case, group: str) -> bool:
        """Whether a case, standing in a group, is closed by this."""
        same = group == self.group_id or same_wording(case.wording) in self._keys
        return same and (self.how == "out-of-scope" or case.turn <= self.last_turn)


class Closings:
    """Reads and adds closings in the project's database. Raises sqlalchemy's errors when it is away."""

    def __init__(self, url: str) -> None:
        arguments = {"timeout": 5.0} if url.startswith("sqlite") else {}
        self._engine = sa.create_engine(url, connect_args=arguments)
        META.create_all(self._engine)

    def all(self) -> list[Closing]:
        """Oldest first."""
        with self._engine.connect() as db:
            rows = db.execute(sa.select(CLOSINGS).order_by(CLOSINGS.c.serial))
            return [_closing(row) for row in rows]

    def close(self, group: Group, by: str, how: str, entry: str = "", note: str = "") -> Closing:
        """Close all cases of a group. Raises ValueError for a ``how`` that is none, or no name."""
        if how not in HOW or not by.strip():
            raise ValueError(f"{how}, {by!r}")
        wordings = tuple(dict.fromkeys(case.wording for case in group.cases))
        now = datetime.now(UTC).isoformat(timespec="seconds")
        last = max(case.turn for case in group.cases)
        closing = Closing(group.id, now, by.strip(), how, entry, note, group.lead, wordings, last)
        row = {**asdict(closing), "wordings": json.dumps(wordings, ensure_ascii=False)}
        with self._engine.begin() as db:
            db.execute(sa.insert(CLOSINGS).values(**row))
        return closing


def open_groups(groups: Sequence[Group], closings: Sequence[Closing]) -> list[Group]:
    """Each group with its open cases only; groups without any are left out."""
    kept = []
    for group in groups:
        cases = tuple(c for c in group.cases if not any(closing.covers(c, group.id) for closing in closings))
        if cases:
            kept.append(Group(group.id, group.lead, cases))
    return kept


def failed_entry(group: Group, closings: Sequence[Closing]) -> str | None:
    """The entry that was to answer this group the last time it was closed, or None."""
    answered = [c.entry for c in closings if c.group_id == group.id and c.how == "answered"]
    return answered[-1] if answered else None


def _closing(row: sa.Row[tuple[object, ...]]) -> Closing:
    fields = dict(row._mapping)
    wordings = tuple(json.loads(str(fields["wordings"])))
    return Closing(**{**{n: fields[n] for n in Closing.__dataclass_fields__}, "wordings": wordings})

"""One row for each turn, from which reports and evaluation are computed (DESIGN §1.2).

No ID number, phone number or name is written: long digit runs and names are masked (``knowledge/gaps``), and what
was said to a question for a name, a number or a place is replaced by its kind.
"""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.turn import Reply, Utterance
from knowledge.gaps.masking import masked

LOG = logging.getLogger(__name__)
PERSONAL = frozenset({"name", "digits", "place", "plate"})

META = MetaData()
TURNS = Table(
    "turns",
    META,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("conversation", String(128), nullable=False),
    Column("channel", String(16)),
    Column("dialect", String(16)),
    Column("heard", Text),
    Column("status", String(16), nullable=False),
    Column("intent", String(48)),
    Column("topic", String(64)),
    Column("service", String(48)),
    Column("confidence", Float),
    Column("source", Text),
    Column("ms", Integer),
    Column("marks", Text),
    Column("place", String(64)),
)
ADDED = ("place",)
"""Columns that tables of an earlier release lack; added on first use, empty for old turns."""


class Records:
    """Writes and reads turn records. A record that cannot be written never costs the resident her answer."""

    def __init__(self, database_url: str, place: str | None = None) -> None:
        """``place`` is the office's own jurisdiction, `$XIANGYIN_JURISDICTION` when not given."""
        self._place = place or os.environ.get("XIANGYIN_JURISDICTION") or None
        self._engine: Engine = create_engine(database_url, connect_args=_arguments(database_url))
        self._ready = False

    def write(self, utterance: Utterance, reply: Reply, asked: str | None = None) -> None:
        """Append one turn. Failures (disk full, database gone) are logged without content."""
        source = f"{reply.source['document']} {reply.source.get('article') or ''}" if reply.source else None
        row = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "conversation": utterance.conversation,
            "channel": utterance.channel,
            "dialect": reply.dialect,
            "heard": mask(reply.heard, asked),
            "status": reply.status,
            "intent": reply.intent,
            "topic": reply.topic,
            "service": reply.service,
            "confidence": reply.confidence,
            "source": source,
            "ms": reply.ms,
            "marks": json.dumps(dict(reply.marks)),
            "place": self._place,
        }
        try:
            self._prepare()
            with self._engine.begin() as connection:
                connection.execute(insert(TURNS), row)
        except SQLAlchemyError as error:
            LOG.warning("turn record not written: %s", type(error).__name__)

    def recent(self, limit: int = 100) -> list[dict[str, object]]:
        """The newest turns, newest first."""
        self._prepare()
        with self._engine.connect() as connection:
            rows = connection.execute(select(TURNS).order_by(TURNS.c.id.desc()).limit(limit))
            return [dict(row._mapping) for row in rows]

    def since(self, at: datetime | None = None) -> list[dict[str, object]]:
        """All turns from a moment on, oldest first. Raises SQLAlchemyError when the database is away."""
        self._prepare()
        query = select(TURNS).order_by(TURNS.c.id)
        if at is not None:
            query = query.where(TURNS.c.at >= at.astimezone(UTC).isoformat(timespec="milliseconds"))
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def _prepare(self) -> None:
        if self._ready:
            return
        META.create_all(self._engine)
        there = {column["name"] for column in inspect(self._engine).get_columns(TURNS.name)}
        for name in ADDED:
            if name not in there:
                kind = TURNS.c[name].type.compile(self._engine.dialect)
                with self._engine.begin() as connection:
                    connection.execute(text(f"ALTER TABLE {TURNS.name} ADD COLUMN {name} {kind}"))
        self._ready = True


def mask(said: str, asked: str | None = None) -> str:
    """Text fit for a record. `asked` is the kind of value the open question wanted."""
    return f"（{asked}）" if asked in PERSONAL else masked(said)


def _arguments(url: str) -> dict[str, object]:
    return {"timeout": 2.0, "check_same_thread": False} if url.startswith("sqlite") else {}

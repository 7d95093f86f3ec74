"""One row for each turn, from which reports and evaluation are computed (DESIGN §1.2).

No ID number, phone number or name is written: long digit runs are masked, and what was said to a question for a
name, a number or a place is replaced by its kind.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

from sqlalchemy import Column, Float, Integer, MetaData, String, Table, Text, create_engine, insert, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.turn import Reply, Utterance

LOG = logging.getLogger(__name__)
DIGITS = re.compile(r"(?:[0-9零〇一二三四五六七八九幺两xX][\s,，、]*){6,}")
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
)


class Records:
    """Writes and reads turn records. A record that cannot be written never costs the resident her answer."""

    def __init__(self, database_url: str) -> None:
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
        }
        try:
            if not self._ready:
                META.create_all(self._engine)
                self._ready = True
            with self._engine.begin() as connection:
                connection.execute(insert(TURNS), row)
        except SQLAlchemyError as error:
            LOG.warning("turn record not written: %s", type(error).__name__)

    def recent(self, limit: int = 100) -> list[dict[str, object]]:
        """The newest turns, newest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(TURNS).order_by(TURNS.c.id.desc()).limit(limit))
            return [dict(row._mapping) for row in rows]


def mask(text: str, asked: str | None = None) -> str:
    """Text fit for a record. `asked` is the kind of value the open question wanted."""
    if asked in PERSONAL:
        return f"（{asked}）"
    return DIGITS.sub("（号码）", text)


def _arguments(url: str) -> dict[str, object]:
    return {"timeout": 2.0, "check_same_thread": False} if url.startswith("sqlite") else {}

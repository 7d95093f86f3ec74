"""What residents were told is done: written before it is sent, sent once, never lost.

States: started (written, not yet confirmed), confirmed (said yes, to be sent), sent (under way), done, stored (the
department did not answer, will be sent again), failed (the department said no). The idempotency key is made of
conversation, service, person and content, so saying it twice is the same operation. Values are wiped when it is over.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from actions.departments.receipts import check_digit, receipt_number
from actions.migrations import cases, migrate, operations

LEASE_SECONDS = 15.0
WAITING = ("confirmed", "sent", "stored")
OPEN = ("started", *WAITING)


class LedgerUnavailable(Exception):
    """Nothing can be written or read now (disk full, file locked, server gone). Nothing was promised."""


@dataclass(frozen=True)
class Entry:
    """One operation as it stands."""

    key: str
    service: str
    conversation: str
    state: str
    number: str
    payload: dict[str, Any]
    steps: list[dict[str, Any]]
    response: dict[str, Any]
    receipt: str
    reason: str
    attempts: int


def idempotency_key(conversation: str, service: str, person: str, values: Mapping[str, str]) -> str:
    """64 hex digits over conversation, service, person (ID number or nothing) and content."""
    content = json.dumps(values, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256("\x1f".join((conversation, service, person, content)).encode()).hexdigest()


class Ledger:
    """Operations and cases in one database. Every method may raise LedgerUnavailable; none raises anything else."""

    def __init__(self, url: str, clock: Callable[[], float] | None = None) -> None:
        self._url = url
        self._clock = clock or (lambda: datetime.now().timestamp())
        self._engine: sa.Engine | None = None
        self._lock = threading.Lock()

    def start(
        self,
        key: str,
        service: str,
        conversation: str,
        payload: Mapping[str, Any],
        steps: list[dict[str, Any]],
    ) -> Entry:
        """Write a new operation, or give back the one with this key; a failed one starts again."""
        now = self._clock()
        with self._transaction() as db:
            entry = _entry(db, key)
            if entry is not None and entry.state != "failed":
                return entry
            row = {"state": "started", "payload": dict(payload), "steps": steps, "reason": "", "updated": now}
            if entry is None:
                serial = _insert(
                    db,
                    operations.insert().values(
                        key=key,
                        service=service,
                        conversation=conversation,
                        number="",
                        response={},
                        receipt="",
                        attempts=0,
                        next_attempt=now,
                        created=now,
                        **row,
                    ),
                )
                number = receipt_number("XY", _day(now), serial)
                row = {"number": number}
            db.execute(operations.update().where(operations.c.key == key).values(**row))
            return _known(db, key)

    def confirm(self, key: str) -> Entry:
        """The resident said yes: from here on it will be sent, whatever happens to this process."""
        return self._change(key, {"started": "confirmed"}, next_attempt=self._clock() + LEASE_SECONDS)

    def sending(self, key: str) -> Entry:
        """Under way for LEASE_SECONDS; then the outbox takes it up again."""
        moves = dict.fromkeys(WAITING, "sent")
        return self._change(key, moves, next_attempt=self._clock() + LEASE_SECONDS, attempt=True)

    def step_done(self, key: str, steps: list[dict[str, Any]]) -> Entry:
        """One step of a chain was accepted."""
        return self._change(key, {}, steps=steps)

    def done(self, key: str, response: Mapping[str, Any], receipt: str) -> Entry:
        """Accepted by the department; the resident's values are wiped."""
        return self._change(
            key, dict.fromkeys(OPEN, "done"), response=dict(response), receipt=receipt, payload={}, reason=""
        )

    def stored(self, key: str, reason: str, wait: float) -> Entry:
        """Not sent yet; try again in `wait` seconds."""
        return self._change(
            key, dict.fromkeys(WAITING, "stored"), reason=reason, next_attempt=self._clock() + wait
        )

    def failed(self, key: str, reason: str) -> Entry:
        """Refused by the department for good; the resident's values are wiped."""
        return self._change(key, dict.fromkeys(OPEN, "failed"), reason=reason, payload={})

    def due(self, limit: int = 20) -> list[Entry]:
        """Operations waiting to be sent whose time has come, oldest first."""
        query = (
            sa.select(operations)
            .where(operations.c.state.in_(WAITING), operations.c.next_attempt <= self._clock())
            .order_by(operations.c.serial)
            .limit(limit)
        )
        with self._transaction() as db:
            return [_as_entry(row) for row in db.execute(query)]

    def find(self, number: str) -> Entry | None:
        """The operation with this receipt, of a department or our own."""
        query = sa.select(operations).where(
            sa.or_(operations.c.receipt == number, operations.c.number == number)
        )
        with self._transaction() as db:
            row = db.execute(query).first()
        return _as_entry(row) if row else None

    def get(self, key: str) -> Entry | None:
        """The operation with this key."""
        with self._transaction() as db:
            return _entry(db, key)

    def counts(self) -> dict[str, int]:
        """How many operations are in which state."""
        query = sa.select(operations.c.state, sa.func.count()).group_by(operations.c.state)
        with self._transaction() as db:
            return {state: count for state, count in db.execute(query)}

    def open_case(
        self,
        kind: str,
        conversation: str,
        *,
        channel: str = "",
        dialect: str = "",
        service: str = "",
        topic: str = "",
        summary: Mapping[str, Any] | None = None,
    ) -> str:
        """Write a case for a person to look at; returns its number (month, day, serial, check digit)."""
        now = self._clock()
        with self._transaction() as db:
            serial = _insert(
                db,
                cases.insert().values(
                    number="",
                    kind=kind,
                    conversation=conversation,
                    channel=channel,
                    dialect=dialect,
                    service=service,
                    topic=topic,
                    summary=dict(summary or {}),
                    state="open",
                    created=now,
                ),
            )
            body = f"{_day(now):%m%d}{serial:04d}"
            number = body + check_digit(body)
            db.execute(cases.update().where(cases.c.serial == serial).values(number=number))
        return number

    def open_cases(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Cases nobody has closed, newest first."""
        query = sa.select(cases).where(cases.c.state == "open").order_by(cases.c.serial.desc())
        if kind is not None:
            query = query.where(cases.c.kind == kind)
        with self._transaction() as db:
            return [dict(row._mapping) for row in db.execute(query)]

    def close(self) -> None:
        """Give connections back."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _change(self, key: str, moves: Mapping[str, str], *, attempt: bool = False, **values: Any) -> Entry:
        """Move along `moves` (state → state); an operation in any other state stays as it is."""
        with self._transaction() as db:
            entry = _known(db, key)
            if moves and entry.state not in moves:
                return entry
            values["state"] = moves.get(entry.state, entry.state)
            values["updated"] = self._clock()
            if attempt:
                values["attempts"] = entry.attempts + 1
            db.execute(operations.update().where(operations.c.key == key).values(**values))
            return _known(db, key)

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            with self._connected().begin() as db:
                yield db
        except IntegrityError as error:
            raise LedgerUnavailable("two writers at once") from error
        except (SQLAlchemyError, OSError) as error:
            raise LedgerUnavailable(type(error).__name__) from error

    def _connected(self) -> sa.Engine:
        with self._lock:
            if self._engine is None:
                engine = sa.create_engine(self._url, pool_pre_ping=True)
                if engine.dialect.name == "sqlite":
                    sa.event.listen(engine, "connect", _sqlite_settings)
                    sa.event.listen(engine, "begin", _sqlite_begin)
                with engine.begin() as db:
                    migrate(db)
                self._engine = engine
            return self._engine


def _sqlite_settings(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=700", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _insert(db: sa.Connection, statement: sa.Insert) -> int:
    key = db.execute(statement).inserted_primary_key
    return int(key[0]) if key else 0


def _entry(db: sa.Connection, key: str) -> Entry | None:
    row = db.execute(sa.select(operations).where(operations.c.key == key)).first()
    return _as_entry(row) if row else None


def _known(db: sa.Connection, key: str) -> Entry:
    entry = _entry(db, key)
    if entry is None:
        raise LedgerUnavailable(f"no operation {key[:8]}")
    return entry


def _as_entry(row: Any) -> Entry:
    return Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__})


def _day(timestamp: float) -> date:
    return datetime.fromtimestamp(timestamp).date()

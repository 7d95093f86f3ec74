"""The departments' own data: SQLite in WAL mode, one file, every table carries its department.

`accept` is duplicate-safe: the same Idempotency-Key, or the same thing that may exist only once, gives the
first answer again. Nothing here knows the ledger of the action server.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from actions.departments.receipts import receipt_number
from actions.departments.residents import Resident, residents

_SCHEMA = """
CREATE TABLE IF NOT EXISTS people (
  id_number TEXT PRIMARY KEY, name TEXT NOT NULL, phone TEXT NOT NULL, face TEXT NOT NULL,
  facts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS operations (
  serial INTEGER PRIMARY KEY AUTOINCREMENT, department TEXT NOT NULL, operation TEXT NOT NULL,
  idempotency_key TEXT NOT NULL, once_key TEXT, id_number TEXT, response TEXT NOT NULL,
  withdrawn INTEGER DEFAULT 0,
  UNIQUE (department, idempotency_key));
CREATE UNIQUE INDEX IF NOT EXISTS operations_once ON operations (department, once_key)
  WHERE once_key IS NOT NULL;
CREATE TABLE IF NOT EXISTS faces (session TEXT PRIMARY KEY, id_number TEXT NOT NULL, result TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS codes (id_number TEXT NOT NULL, phone TEXT NOT NULL, sent INTEGER NOT NULL,
  PRIMARY KEY (id_number, phone));
"""


@dataclass(frozen=True)
class Person:
    """A row of `people`."""

    id_number: str
    name: str
    phone: str
    face: str
    facts: dict[str, Any]


class Store:
    """One connection a thread; writes are serialised by SQLite. Raises sqlite3.OperationalError."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._local = threading.local()
        with self._connection() as db:
            db.executescript(_SCHEMA)
            db.executemany("INSERT OR REPLACE INTO people VALUES (?,?,?,?,?)", map(_row, residents()))

    def person(self, id_number: str) -> Person | None:
        """The person registered under an ID number."""
        with self._connection() as db:
            row = db.execute("SELECT * FROM people WHERE id_number=?", (id_number,)).fetchone()
        return Person(row[0], row[1], row[2], row[3], json.loads(row[4])) if row else None

    def earlier(self, department: str, key: str, once: str | None) -> dict[str, Any] | None:
        """The response given before to the same key or the same once-only thing."""
        with self._connection() as db:
            row = db.execute(
                "SELECT response FROM operations WHERE department=? AND (idempotency_key=? OR once_key=?)"
                " AND withdrawn=0 ORDER BY idempotency_key=? DESC",
                (department, key, once, key),
            ).fetchone()
        return json.loads(row[0]) if row else None

    def accept(
        self,
        department: str,
        operation: str,
        key: str,
        *,
        once: str | None,
        id_number: str,
        prefix: str,
        response: dict[str, Any],
        today: date,
    ) -> dict[str, Any]:
        """Write the operation with a fresh receipt and answer; the earlier answer when it exists."""
        with self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            if before := self.earlier(department, key, once):
                db.execute("ROLLBACK")
                return {**before, "again": True}
            cursor = db.execute(
                "INSERT INTO operations (department,operation,idempotency_key,once_key,id_number,response)"
                " VALUES (?,?,?,?,?,'{}')",
                (department, operation, key, once, id_number),
            )
            serial = int(cursor.lastrowid or 0)
            receipt = {
                "number": receipt_number(prefix, today, serial),
                "date": today.isoformat(),
                "simulated": True,
            }
            whole = {**response, "receipt": receipt}
            db.execute(
                "UPDATE operations SET response=? WHERE serial=?",
                (json.dumps(whole, ensure_ascii=False), serial),
            )
            db.execute("COMMIT")
        return {**whole, "again": False}

    def withdraw(self, department: str, key: str) -> bool:
        """Take an operation back (compensation of a chain); False when there is none."""
        with self._connection() as db:
            cursor = db.execute(
                "UPDATE operations SET withdrawn=1, once_key=NULL, idempotency_key=idempotency_key||':'||serial"
                " WHERE department=? AND idempotency_key=?",
                (department, key),
            )
        return cursor.rowcount > 0

    def count(self, department: str, operation: str | None = None) -> int:
        """How many operations stand (withdrawn ones not counted)."""
        query = "SELECT count(*) FROM operations WHERE department=? AND withdrawn=0"
        with self._connection() as db:
            if operation is None:
                return int(db.execute(query, (department,)).fetchone()[0])
            return int(db.execute(query + " AND operation=?", (department, operation)).fetchone()[0])

    def face_session(self, session: str, id_number: str, result: str) -> None:
        """Open a simulated face session with its result to come."""
        with self._connection() as db:
            db.execute("INSERT OR REPLACE INTO faces VALUES (?,?,?)", (session, id_number, result))

    def face_result(self, session: str) -> str | None:
        """passed, failed, waiting, or None for an unknown session."""
        with self._connection() as db:
            row = db.execute("SELECT result FROM faces WHERE session=?", (session,)).fetchone()
        return str(row[0]) if row else None

    def code_sent(self, id_number: str, phone: str) -> None:
        """Remember that a (simulated) code went out."""
        with self._connection() as db:
            db.execute(
                "INSERT INTO codes VALUES (?,?,1) ON CONFLICT (id_number, phone) DO UPDATE SET sent=sent+1",
                (id_number, phone),
            )

    def code_was_sent(self, id_number: str, phone: str) -> bool:
        """Whether any code went to that phone for that person."""
        with self._connection() as db:
            row = db.execute(
                "SELECT 1 FROM codes WHERE id_number=? AND phone=?", (id_number, phone)
            ).fetchone()
        return row is not None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self._path, timeout=5, isolation_level=None)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            self._local.db = db
        try:
            yield db
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _row(resident: Resident) -> tuple[str, str, str, str, str]:
    facts = {**resident.facts, "pension_kind": resident.pension_kind}
    return (
        resident.id_number,
        resident.name,
        resident.phone,
        resident.face,
        json.dumps(facts, ensure_ascii=False),
    )

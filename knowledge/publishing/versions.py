"""Every version of every item, with who and when, in the project's database; needs no git.

A version holds the whole text of an item's files, so going back needs nothing else. Nothing is ever changed or
deleted here; going back adds a version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

META = sa.MetaData()
VERSIONS = sa.Table(
    "knowledge_versions",
    META,
    sa.Column("serial", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("item", sa.String(96), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("by", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("files", sa.JSON, nullable=False),
    sa.UniqueConstraint("item", "version"),
)
KINDS = ("first", "published", "reverted", "withdrawn")


class VersionsUnavailable(Exception):
    """The database cannot be read or written now; nothing is published without its version."""


@dataclass(frozen=True)
class Version:
    """One state of an item. ``at`` is UTC, ISO 8601; ``files`` is text by path, empty when withdrawn."""

    item: str
    version: int
    at: str
    by: str
    kind: str
    note: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """What is to be written down: an item's files as text, by whom, one of ``KINDS``."""

    item: str
    files: Mapping[str, str]
    by: str
    kind: str = "published"
    note: str = ""


class Versions:
    """Reads and adds versions. Every method may raise VersionsUnavailable."""

    def __init__(self, url: str) -> None:
        arguments = {"timeout": 5.0} if url.startswith("sqlite") else {}
        self._engine = sa.create_engine(url, connect_args=arguments, pool_pre_ping=True)
        self._ready = False

    def record(self, changes: Sequence[Change]) -> list[Version]:
        """Add a version for every change that differs from the newest one; all of them or none."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        added = []
        with self._transaction() as db:
            newest = _newest(db)
            for change in changes:
                last = newest.get(change.item)
                if last is not None and dict(last.files) == dict(change.files):
                    continue
                number = last.version + 1 if last else 1
                version = Version(
                    change.item, number, now, change.by, change.kind, change.note, dict(change.files)
                )
                db.execute(sa.insert(VERSIONS).values(**asdict(version)))
                added.append(version)
        return added

    def newest(self) -> dict[str, Version]:
        """The last version of every item."""
        with self._transaction() as db:
            return _newest(db)

    def history(self, item: str) -> list[Version]:
        """All versions of an item, newest first."""
        query = sa.select(VERSIONS).where(VERSIONS.c.item == item).order_by(VERSIONS.c.version.desc())
        with self._transaction() as db:
            return [_version(row) for row in db.execute(query)]

    def get(self, item: str, version: int) -> Version | None:
        """One version, or None."""
        return next((v for v in self.history(item) if v.version == version), None)

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            if not self._ready:
                META.create_all(self._engine)
                self._ready = True
            with self._engine.begin() as db:
                yield db
        except (SQLAlchemyError, OSError) as error:
            raise VersionsUnavailable(type(error).__name__) from error


def _newest(db: sa.Connection) -> dict[str, Version]:
    last = sa.select(VERSIONS.c.item, sa.func.max(VERSIONS.c.version).label("version"))
    latest = last.group_by(VERSIONS.c.item).subquery()
    matching = sa.and_(VERSIONS.c.item == latest.c.item, VERSIONS.c.version == latest.c.version)
    rows = db.execute(sa.select(VERSIONS).join(latest, matching))
    return {row.item: _version(row) for row in rows}


def _version(row: sa.Row[tuple[object, ...]]) -> Version:
    fields = row._mapping
    return Version(**{name: fields[name] for name in Version.__dataclass_fields__})

"""The ledger's schema as numbered steps, SQLite and PostgreSQL alike. Append, never edit a step that was released."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

metadata = sa.MetaData()

operations = sa.Table(
    "operations",
    metadata,
    sa.Column("serial", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    sa.Column("service", sa.String(64), nullable=False),
    sa.Column("conversation", sa.String(128), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("number", sa.String(40), nullable=False, default=""),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("steps", sa.JSON, nullable=False),
    sa.Column("response", sa.JSON, nullable=False),
    sa.Column("receipt", sa.String(40), nullable=False, default="", index=True),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("next_attempt", sa.Float, nullable=False, default=0.0),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("updated", sa.Float, nullable=False),
    sa.Index("operations_due", "state", "next_attempt"),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("serial", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("number", sa.String(40), nullable=False, default=""),
    sa.Column("kind", sa.String(32), nullable=False, index=True),
    sa.Column("conversation", sa.String(128), nullable=False),
    sa.Column("channel", sa.String(32), nullable=False, default=""),
    sa.Column("dialect", sa.String(32), nullable=False, default=""),
    sa.Column("service", sa.String(64), nullable=False, default=""),
    sa.Column("topic", sa.String(64), nullable=False, default=""),
    sa.Column("summary", sa.JSON, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, default="open"),
    sa.Column("created", sa.Float, nullable=False),
)

_version = sa.Table("schema_version", sa.MetaData(), sa.Column("version", sa.Integer, nullable=False))


def migrate(connection: sa.Connection) -> int:
    """Bring the schema up to date inside the caller's transaction; returns the version now in force."""
    _version.create(connection, checkfirst=True)
    found = connection.execute(sa.select(_version.c.version)).scalar()
    now = found or 0
    for number in range(now + 1, len(MIGRATIONS) + 1):
        MIGRATIONS[number - 1](connection)
    if found is None:
        connection.execute(_version.insert().values(version=len(MIGRATIONS)))
    elif found < len(MIGRATIONS):
        connection.execute(_version.update().values(version=len(MIGRATIONS)))
    return len(MIGRATIONS)


def _1_operations(connection: sa.Connection) -> None:
    operations.create(connection, checkfirst=True)


def _2_cases(connection: sa.Connection) -> None:
    cases.create(connection, checkfirst=True)


MIGRATIONS: tuple[Callable[[sa.Connection], None], ...] = (_1_operations, _2_cases)

"""Imported passages in one SQLite file; an import is one transaction, so it happened or it did not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from knowledge.importing.passage import Passage, passage_from_json
from knowledge.paths import var_folder

_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, imported_at TEXT NOT NULL, passages INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS passages (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, file TEXT NOT NULL, content TEXT NOT NULL,
    UNIQUE (id, file));
CREATE INDEX IF NOT EXISTS passages_by_file ON passages (file);
"""
WAIT = 10.0  # seconds for another import to finish


class ImportRunning(Exception):
    """Another import holds the store."""

    def __init__(self) -> None:
        super().__init__("另一个导入还没做完，等它做完再试。")


def imported_folder() -> Path:
    """``var/knowledge/imported``."""
    return var_folder() / "knowledge" / "imported"


class PassageStore:
    """``folder``/passages.db. Reading is always possible; writing is one at a time."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = (folder or imported_folder()) / "passages.db"

    def passages(self) -> list[Passage]:
        """All of them in the order of import; [] when nothing was ever imported."""
        if not self._file.is_file():
            return []
        with closing(self._open()) as db:
            return list(_all(db))

    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of every imported file by its name."""
        if not self._file.is_file():
            return {}
        with closing(self._open()) as db:
            return dict(db.execute("SELECT name, sha256 FROM files"))

    @contextmanager
    def replacing(self) -> Iterator[Replacement]:
        """One transaction: leaves everything as it was when the body raises. Raises ImportRunning."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._open()) as db:
            try:
                db.executescript(_SCHEMA)
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise ImportRunning from error
            try:
                yield Replacement(db)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=WAIT, isolation_level=None)


class Replacement:
    """What may be done inside ``PassageStore.replacing``."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def forget(self, file: str) -> int:
        """Drop a file's passages; how many there were."""
        gone = self._db.execute("DELETE FROM passages WHERE file = ?", (file,)).rowcount
        self._db.execute("DELETE FROM files WHERE name = ?", (file,))
        return int(gone)

    def put(self, file: str, sha256: str, imported_at: str, passages: Sequence[Passage]) -> None:
        """Add a file with its passages, each once."""
        self._db.executemany(
            "INSERT OR IGNORE INTO passages (id, file, content) VALUES (?, ?, ?)",
            ((p.id, file, p.as_json()) for p in passages),
        )
        row = (file, sha256, imported_at, len(passages))
        self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", row)

    def passages(self) -> list[Passage]:
        """As they will be after the commit."""
        return list(_all(self._db))


def _all(db: sqlite3.Connection) -> Iterator[Passage]:
    """What stands in two files is given once, as in the first."""
    seen: set[str] = set()
    for name, content in db.execute("SELECT id, content FROM passages ORDER BY number"):
        if name not in seen:
            seen.add(name)
            yield passage_from_json(content)

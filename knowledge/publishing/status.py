"""What became of the last round of publishing, left beside the index for doctor, desk and command line."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from knowledge.problems import Problem
from knowledge.publishing.versions import Version

FILE = "publishing.json"
WATCHING = "watching.lock"


@dataclass(frozen=True)
class Held:
    """A change that is not live: where it is wrong and why."""

    item: str
    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return str(Problem(self.file, self.line, self.message))


@dataclass(frozen=True)
class Status:
    """``at`` is UTC, ISO 8601; ``published`` are (item, version, by); ``error`` says why nothing was done."""

    at: str
    index: str
    published: tuple[tuple[str, int, str], ...] = ()
    held: tuple[Held, ...] = ()
    error: str = ""

    @staticmethod
    def of(published: Sequence[Version], held: Mapping[str, Sequence[Problem]], index: str) -> Status:
        rows = [Held(item, p.file, p.line, p.message) for item, problems in held.items() for p in problems]
        return Status(_now(), index, tuple((v.item, v.version, v.by) for v in published), tuple(rows))


def read_status(index_dir: Path) -> Status | None:
    """The last round; None when nothing was ever published from here. Raises ValueError for a torn file."""
    try:
        row = json.loads((index_dir / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    published = tuple((str(item), int(version), str(by)) for item, version, by in row["published"])
    held = tuple(Held(**one) for one in row["held"])
    return Status(row["at"], row["index"], published, held, row["error"])


def write_status(index_dir: Path, status: Status) -> None:
    """Replace the last round's word by one rename."""
    new = index_dir / f"{FILE}.{os.getpid()}"
    new.write_text(json.dumps(asdict(status), ensure_ascii=False), encoding="utf-8")
    new.replace(index_dir / FILE)


def write_failure(index_dir: Path, reason: str) -> None:
    """A round that could not be done at all: what was held back before still is, what was live stays live."""
    before = read_status(index_dir) or Status("", "")
    write_status(index_dir, Status(_now(), before.index, (), before.held, reason))


@contextmanager
def watching(index_dir: Path) -> Iterator[bool]:
    """Be the one watcher of this index; False when there is one already."""
    index_dir.mkdir(parents=True, exist_ok=True)
    with (index_dir / WATCHING).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def is_watched(index_dir: Path) -> bool:
    """Whether some process watches the authors' folder for this index now."""
    if not (index_dir / WATCHING).is_file():
        return False
    with watching(index_dir) as free:
        return not free


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

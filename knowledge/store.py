"""Read a knowledge folder: catalogue, entries, phrasings, boundaries; a broken file is reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.boundary import Boundary, parse_boundary
from knowledge.entry import Entry, parse_entry
from knowledge.phrasings import Phrasing, parse_phrasings
from knowledge.problems import Problem
from knowledge.topics import Topic, load_topics

KNOWLEDGE = Path(__file__).parent
_parsed_entry = lru_cache(maxsize=2048)(parse_entry)
_parsed_phrasings = lru_cache(maxsize=2048)(parse_phrasings)
_parsed_boundary = lru_cache(maxsize=256)(parse_boundary)
# A folder is read again after every saving of an author; what did not change is not parsed again.


@dataclass(frozen=True)
class Store:
    """Everything known, by topic id. For messages, ``files`` maps a topic id to its entry file and ``lines`` the
    files of entries, phrasings and catalogue to their lines."""

    topics: Mapping[str, Topic]
    entries: Mapping[str, Entry]
    phrasings: Mapping[str, tuple[Phrasing, ...]]
    boundaries: Mapping[str, Boundary]
    files: Mapping[str, str]
    lines: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...]


def load_store(root: Path = KNOWLEDGE) -> Store:
    """Load ``root``/{catalogue,entries,boundaries}. Raises FileNotFoundError when there is no such folder."""
    if not root.is_dir():
        raise FileNotFoundError(root)
    entries: dict[str, Entry] = {}
    phrasings: dict[str, tuple[Phrasing, ...]] = {}
    files: dict[str, str] = {}
    lines: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for path in sorted((root / "entries").glob("*/*.md")):
        name = path.relative_to(root).as_posix()
        text = _read(path, name, problems)
        entry, wrong = _parsed_entry(text, name, path.parent.name) if text is not None else (None, [])
        problems += wrong
        if entry is None:
            continue
        if entry.id != path.stem:
            problems.append(Problem(name, 2, f"编号“{entry.id}”和文件名不一样"))
            continue
        entries[entry.id], files[entry.id] = entry, name
        lines[name] = tuple((text or "").splitlines())
    for path in sorted((root / "entries").glob("*/*.phrasings.txt")):
        name = path.relative_to(root).as_posix()
        text = _read(path, name, problems)
        if text is None:
            continue
        lines[name] = tuple(text.splitlines())
        asked, wrong = _parsed_phrasings(text, name)
        problems += wrong
        phrasings[path.name.removesuffix(".phrasings.txt")] = tuple(asked)
    boundaries = {}
    for path in sorted((root / "boundaries").glob("*.yml")):
        name = path.relative_to(root).as_posix()
        text = _read(path, name, problems)
        boundary, wrong = _parsed_boundary(text, name) if text is not None else (None, [])
        problems += wrong
        if boundary:
            boundaries[boundary.id] = boundary
    for path in sorted((root / "catalogue").glob("*.yml")):
        lines[path.relative_to(root).as_posix()] = tuple(path.read_text(encoding="utf-8").splitlines())
    topics = load_topics(root / "catalogue")
    return Store(topics, entries, phrasings, boundaries, files, lines, tuple(problems))


def _read(path: Path, name: str, problems: list[Problem]) -> str | None:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    problems.append(Problem(name, 0, "编码既不是 UTF-8，也不是 GB18030"))
    return None

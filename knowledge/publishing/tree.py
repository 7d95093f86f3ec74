"""A knowledge folder as items: an entry with its phrasings, a boundary, a domain of the catalogue."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator, Mapping
from pathlib import Path

Files = Mapping[str, bytes]
"""Content by path, relative to the folder, with forward slashes."""
PATTERNS = ("catalogue/*.yml", "entries/*/*.md", "entries/*/*.phrasings.txt", "boundaries/*.yml")
ENCODINGS = ("utf-8-sig", "gb18030")


def read_tree(root: Path) -> dict[str, bytes]:
    """All files of a knowledge folder; {} where there is no such folder."""
    found = {}
    for path in paths(root):
        try:
            found[path.relative_to(root).as_posix()] = path.read_bytes()
        except FileNotFoundError:  # an editor replaced it just now; the next look sees it
            continue
    return found


def paths(root: Path) -> Iterator[Path]:
    """The files that count, in a stable order. Editors' own files (``.x.swp``, ``x~``) never match."""
    for pattern in PATTERNS:
        yield from sorted(path for path in root.glob(pattern) if not path.name.startswith("."))


def stamps(root: Path) -> dict[str, tuple[int, int, int]]:
    """Modification time, size and inode of every file: cheap to take, different after any saving."""
    found = {}
    for path in paths(root):
        try:
            about = path.stat()
        except FileNotFoundError:
            continue
        found[str(path)] = (about.st_mtime_ns, about.st_size, about.st_ino)
    return found


def item_of(path: str) -> str:
    """The item that a file belongs to.

    >>> item_of("entries/housing/rent.phrasings.txt"), item_of("catalogue/housing.yml")
    ('rent', 'catalogue-housing')
    """
    folder, name = path.split("/")[0], path.split("/")[-1]
    stem = name.removesuffix(".phrasings.txt") if name.endswith(".phrasings.txt") else Path(name).stem
    return f"catalogue-{stem}" if folder == "catalogue" else stem


def by_item(tree: Files) -> dict[str, dict[str, bytes]]:
    """The files of every item; catalogue first, since entries lean on it, then by name."""
    items: dict[str, dict[str, bytes]] = {}
    for path in sorted(tree, key=lambda path: (not path.startswith("catalogue/"), item_of(path), path)):
        items.setdefault(item_of(path), {})[path] = tree[path]
    return items


def changes(before: Files, after: Files) -> dict[str, dict[str, bytes]]:
    """Items that differ, with their files afterwards; no files where an item is gone."""
    old, new = by_item(before), by_item(after)
    changed = {item: files for item, files in new.items() if old.get(item) != files}
    return {**changed, **{item: {} for item in old if item not in new}}


def with_item(tree: Files, item: str, files: Files) -> dict[str, bytes]:
    """The tree with an item's files in place of those that it had."""
    kept = {path: content for path, content in tree.items() if item_of(path) != item}
    return {**kept, **files}


def write_tree(root: Path, before: Files, after: Files) -> None:
    """Make ``root`` hold ``after`` where it held ``before``; every file is replaced by one rename."""
    for path, content in after.items():
        if before.get(path) == content:
            continue
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        new = target.with_name(f".{target.name}.{os.getpid()}")
        new.write_bytes(content)
        new.replace(target)
    for path in set(before) - set(after):
        (root / path).unlink(missing_ok=True)


def text_of(content: bytes) -> str | None:
    """UTF-8 or GB18030 as text, None for anything else."""
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def owner_of(root: Path, files: Files) -> str:
    """The account that owns the newest of an item's files; "" when there is none any more."""
    newest: tuple[int, str] = (0, "")
    for path in files:
        try:
            about = (root / path).stat()
            newest = max(newest, (about.st_mtime_ns, pwd.getpwuid(about.st_uid).pw_name))
        except FileNotFoundError:
            continue
        except KeyError:
            newest = max(newest, (about.st_mtime_ns, f"uid {about.st_uid}"))
    return newest[1]

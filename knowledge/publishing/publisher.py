"""Publishes what authors changed: check, keep the version, put it live, rebuild, say what happened.

``var/knowledge/published`` is the live text: a change gets there only when lint has nothing new against it,
and the index is built from there, never from the authors' folder. So a broken edit leaves the old answer live.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.answering import current_version
from knowledge.encoder.encode import Encoder
from knowledge.index import FUSION, LIVE, build, make_current
from knowledge.problems import Problem
from knowledge.publishing.admitting import Admission, admit, unreadable
from knowledge.publishing.status import Status, read_status, write_status
from knowledge.publishing.tree import (
    Files,
    by_item,
    changes,
    owner_of,
    read_tree,
    text_of,
    with_item,
    write_tree,
)
from knowledge.publishing.versions import Change, Version, Versions
from knowledge.retrieval.bags import ChannelBags
from knowledge.retrieval.sounds import Sounds

FIRST_BY = "起始"


@dataclass(frozen=True)
class Publication:
    """What one round did: versions that went live, what is held back and why, the index now in use."""

    published: tuple[Version, ...]
    held: Mapping[str, tuple[Problem, ...]]
    index: str
    seconds: float


class NoSuchVersion(LookupError):
    """The item has no version of that number."""


class Publisher:
    """One for a process; several processes take turns by a lock on the index folder."""

    def __init__(
        self,
        root: Path,
        index_dir: Path,
        versions: Versions,
        encoder: Encoder | None = None,
        fusion_file: Path = FUSION,
        builds: bool = True,
    ) -> None:
        """Without ``builds``, the index is left to the watcher that is running and has everything at hand."""
        self._builds = builds
        self._root, self._index, self._versions = root, index_dir, versions
        self._encoder, self._fusion = encoder, fusion_file
        self._published = index_dir / "published"
        self.bags = ChannelBags(Sounds.of_packs())

    def publish(self, by: str | None = None, note: str = "") -> Publication:
        """Put live whatever differs from the live text and is sound. ``by`` defaults to the file's owner.

        Raises VersionsUnavailable when the database cannot be written: then nothing changes. Raises
        FileNotFoundError without encoder.
        """
        with self._turn():
            disk, live = read_tree(self._root), read_tree(self._published)
            changed = changes(live, disk)
            admission = admit(live, changed) if live else self._first(disk)
            who = {item: by or owner_of(self._root, files) or "?" for item, files in changed.items()}
            kind = "published" if live else "first"
            return self._put_live(live, admission, changed, who if live or by else {}, kind, note)

    def revert(self, item: str, number: int, by: str) -> Publication:
        """Bring an item's files back as they were in a version, on disk and live; that is a new version.

        Raises NoSuchVersion; a version that lint rejects today is held back, and the files stay as they are.
        """
        version = self._versions.get(item, number)
        if version is None:
            raise NoSuchVersion(f"{item} {number}")
        with self._turn():
            disk, live = read_tree(self._root), read_tree(self._published)
            files = {path: text.encode() for path, text in version.files.items()}
            admission = admit(live, {item: files})
            if item not in admission.held:
                write_tree(self._root, disk, with_item(disk, item, files))
            note = f"回到第 {number} 版"
            return self._put_live(live, admission, {item: files}, {item: by}, "reverted", note)

    def settle(self) -> bool:
        """Replace an index made in a hurry by the exact one; False when it was not, or was overtaken."""
        hurried = current_version(self._index)
        if not hurried.endswith(LIVE):
            return False
        exact = build(
            self._published,
            self._index,
            self._encoder,
            self._fusion,
            quiet=True,
            bags=self.bags,
            activate=False,
        )
        with self._turn():
            if current_version(self._index) != hurried or exact.name + LIVE != hurried:
                return False
            make_current(self._index, exact.name)
        return True

    def _first(self, disk: Files) -> Admission:
        """The first round takes what is there; what cannot be read is live in its last version, if any."""
        tree, known = dict(disk), self._versions.newest()
        broken = unreadable(disk)
        held = {
            item: tuple(p for path in files for p in broken.get(path, ()))
            for item, files in by_item(disk).items()
        }
        held = {item: problems for item, problems in held.items() if problems}
        for item in held:
            if item in known:
                texts = known[item].files
                tree = with_item(tree, item, {path: text.encode() for path, text in texts.items()})
        return Admission(tree, tuple(item for item in by_item(disk) if item not in held), held)

    def _put_live(
        self,
        live: Files,
        admission: Admission,
        changed: Mapping[str, Files],
        who: Mapping[str, str],
        kind: str,
        note: str,
    ) -> Publication:
        began = time.monotonic()
        written = []
        for item in admission.admitted:
            texts = {path: text_of(content) or "" for path, content in changed[item].items()}
            how = kind if texts else "withdrawn"
            written.append(Change(item, texts, who.get(item, FIRST_BY), how, note))
        published = tuple(self._versions.record(written)) if written else ()
        write_tree(self._published, live, admission.tree)
        index = self._rebuild() if self._builds else current_version(self._index)
        publication = Publication(published, admission.held, index, time.monotonic() - began)
        before = read_status(self._index)
        status = Status.of(published, admission.held, index)
        if before is not None and not published:
            status = replace(status, published=before.published)
        write_status(self._index, status)
        return publication

    def _rebuild(self) -> str:
        built = build(
            self._published, self._index, self._encoder, self._fusion, quiet=True, live=True, bags=self.bags
        )
        return built.name

    @contextmanager
    def _turn(self) -> Iterator[None]:
        self._index.mkdir(parents=True, exist_ok=True)
        with (self._index / "publish.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

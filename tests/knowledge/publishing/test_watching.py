"""Saving is noticed once the file is still; a failure is told and tried again."""

from __future__ import annotations

from pathlib import Path

from knowledge.publishing.publisher import Publisher
from knowledge.publishing.status import is_watched, read_status, watching
from knowledge.publishing.versions import Versions, VersionsUnavailable
from knowledge.publishing.watching import RETRY_SECONDS, Watcher
from tests.knowledge.small_folder import BagEncoder, Folder

LOSS = "entries/things/id-loss.md"


def test_a_saved_file_is_published_at_the_second_look(
    folder: Folder, publisher: Publisher, index: Path
) -> None:
    watcher = Watcher(folder.root, index, publisher)
    assert watcher.look() is None
    started = watcher.look()
    assert started is not None and not started.published
    assert watcher.look() is None
    file = folder.root / LOSS
    file.write_text(file.read_text("utf-8").replace("二十", "四十"), "utf-8")
    assert watcher.look() is None
    saved = watcher.look()
    assert saved is not None and [v.item for v in saved.published] == ["id-loss"]


def test_a_database_that_is_away_is_told_and_tried_again(
    folder: Folder, fusion_file: Path, index: Path, publisher: Publisher, tmp_path: Path
) -> None:
    class Failing(Versions):
        away = True

        def record(self, changes):  # type: ignore[no-untyped-def]
            if self.away:
                raise VersionsUnavailable("OperationalError")
            return super().record(changes)

    versions = Failing(f"sqlite:///{tmp_path / 'x.db'}")
    watcher = Watcher(folder.root, index, Publisher(folder.root, index, versions, BagEncoder(), fusion_file))
    file = folder.root / LOSS
    file.write_text(file.read_text("utf-8").replace("二十", "四十"), "utf-8")
    watcher.look()
    assert watcher.look() is None and watcher.pause == RETRY_SECONDS
    status = read_status(index)
    assert status and "没有发布" in status.error
    versions.away = False
    assert watcher.look() is not None


def test_there_is_one_watcher_for_an_index(tmp_path: Path) -> None:
    assert not is_watched(tmp_path)
    with watching(tmp_path) as mine, watching(tmp_path) as second:
        assert mine and not second and is_watched(tmp_path)
    assert not is_watched(tmp_path)

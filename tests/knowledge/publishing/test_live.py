"""The watcher as its own process beside a reader: an edit is answered, a broken one is not, nothing restarts."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from knowledge.answering import Knowledge
from knowledge.publishing.status import read_status
from knowledge.publishing.versions import Versions
from tests.knowledge.small_folder import BagEncoder, Folder

PATIENCE = 120.0
"""Seconds before the test gives up on a busy machine; on a quiet one an edit takes one or two."""
CHILD = """
import sys, threading
from pathlib import Path
from knowledge.publishing.publisher import Publisher
from knowledge.publishing.versions import Versions
from knowledge.publishing.watching import Watcher
from tests.knowledge.small_folder import BagEncoder
root, index, database, fusion = sys.argv[1:]
publisher = Publisher(Path(root), Path(index), Versions(database), BagEncoder(), Path(fusion))
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
Watcher(Path(root), Path(index), publisher).run(stop)
"""


def until(true: Callable[[], bool], child: subprocess.Popen[str]) -> None:
    """Look every tenth of a second until it is so; fails when the child ends or patience does."""
    pause, end = threading.Event(), time.monotonic() + PATIENCE
    while not true():
        assert child.poll() is None and time.monotonic() < end
        pause.wait(0.1)


@pytest.fixture
def watcher(folder: Folder, fusion_file: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    database = f"sqlite:///{tmp_path / 'x.db'}"
    arguments = [str(folder.root), str(tmp_path / "index"), database, str(fusion_file)]
    root = str(Path(__file__).parents[3])
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        stdin=subprocess.PIPE,
        text=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": root},
    )
    yield child
    child.communicate("", timeout=PATIENCE)
    assert child.returncode == 0


def test_an_edit_is_live_while_running_and_a_broken_one_leaves_the_old_answer(
    folder: Folder, tmp_path: Path, watcher: subprocess.Popen[str]
) -> None:
    index, entry = tmp_path / "index", folder.root / "entries" / "things" / "id-loss.md"
    until(lambda: read_status(index) is not None, watcher)
    knowledge = Knowledge.load(index, BagEncoder())

    def said() -> str:
        found = knowledge.answer("身份证丢了咋补").entry
        return found.said if found else ""

    assert "二十块钱" in said()
    entry.write_text(entry.read_text("utf-8").replace("二十块钱", "四十块钱"), "utf-8")
    until(lambda: "四十块钱" in said(), watcher)

    sound = entry.read_text("utf-8")
    entry.write_text(
        sound.replace("四十块钱", "六十块钱").replace("effective: 2024", "effective: 去年"), "utf-8"
    )
    until(lambda: bool((status := read_status(index)) and status.held), watcher)
    status = read_status(index)
    assert status and "这样的日期" in status.held[0].message and "四十块钱" in said()

    entry.write_text(sound.replace("四十块钱", "六十块钱"), "utf-8")
    until(lambda: "六十块钱" in said(), watcher)
    until(lambda: not (status := read_status(index)) or not status.held, watcher)
    history = Versions(f"sqlite:///{tmp_path / 'x.db'}").history("id-loss")
    assert [(v.version, v.by) for v in history] == [(3, entry.owner()), (2, entry.owner()), (1, "起始")]

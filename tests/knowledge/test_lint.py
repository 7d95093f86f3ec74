"""What lint tells an author, one fault at a time."""

from __future__ import annotations

from datetime import date

from knowledge.lint import lint
from knowledge.store import load_store
from tests.knowledge.small_folder import Folder

DAY = date(2025, 3, 1)


def _messages(folder: Folder) -> str:
    return "\n".join(str(problem) for problem in lint(load_store(folder.root), DAY))


def test_a_phrasing_of_two_topics_is_named_with_both(folder: Folder) -> None:
    folder.topic("copy", "另一件事", "去派出所办。", ["身份证丢了，咋补？"])
    assert "“身份证丢了咋补” also stands under copy" in _messages(folder)


def test_near_must_exist_and_be_mutual(folder: Folder) -> None:
    folder.topic("a", "甲事", "去派出所办。", ["甲怎么办呢"], near="nowhere, id-loss")
    messages = _messages(folder)
    assert "near names “nowhere”" in messages
    assert "a is near id-loss, but not the other way round" in messages


def test_expiry_is_announced_and_then_reported(folder: Folder) -> None:
    folder.topic("soon", "快到期", "去派出所办。", ["快到期了咋办"], expires="2025-04-01")
    folder.topic("gone", "已到期", "去派出所办。", ["已经到期咋办"], expires="2025-02-01")
    messages = _messages(folder)
    assert "soon.md:2: expires on 2025-04-01" in messages
    assert "gone.md:2: expired on 2025-02-01" in messages


def test_files_in_gb18030_are_read_and_other_bytes_are_reported(folder: Folder) -> None:
    path = folder.root / "entries" / "things" / "id-loss.phrasings.txt"
    path.write_bytes("# plain\n身份证丢了咋补\n".encode("gb18030"))
    assert load_store(folder.root).phrasings["id-loss"][0].text == "身份证丢了咋补"
    path.write_bytes(b"\xff\xfe\x81")
    assert any("neither UTF-8" in p.message for p in load_store(folder.root).problems)

"""What lint tells an author, one fault at a time."""

from __future__ import annotations

import re
from datetime import date

from knowledge.lint import lint
from knowledge.store import load_store
from tests.knowledge.small_folder import Folder

DAY = date(2025, 3, 1)


def _messages(folder: Folder) -> str:
    return "\n".join(str(problem) for problem in lint(load_store(folder.root), DAY))


def test_a_phrasing_of_two_topics_is_named_with_both(folder: Folder) -> None:
    folder.topic("copy", "另一件事", "去派出所办。", ["身份证丢了，咋补？"])
    assert "“身份证丢了咋补”在 copy 里也有" in _messages(folder)


def test_near_must_exist_and_be_mutual(folder: Folder) -> None:
    folder.topic("a", "甲事", "去派出所办。", ["甲怎么办呢"], near="nowhere, id-loss")
    messages = _messages(folder)
    assert "a.md:14: near 里的“nowhere”不是主题" in messages
    assert "a 的 near 里有 id-loss，id-loss 的 near 里没有 a" in messages


def test_expiry_is_announced_and_then_reported(folder: Folder) -> None:
    folder.topic("soon", "快到期", "去派出所办。", ["快到期了咋办"], expires="2025-04-01")
    folder.topic("gone", "已到期", "去派出所办。", ["已经到期咋办"], expires="2025-02-01")
    messages = _messages(folder)
    assert "soon.md:12: 2025-04-01 到期" in messages
    assert "gone.md:12: 2025-02-01 已经到期" in messages


def test_files_in_gb18030_are_read_and_other_bytes_are_reported(folder: Folder) -> None:
    path = folder.root / "entries" / "things" / "id-loss.phrasings.txt"
    path.write_bytes("# plain\n身份证丢了咋补\n".encode("gb18030"))
    assert load_store(folder.root).phrasings["id-loss"][0].text == "身份证丢了咋补"
    path.write_bytes(b"\xff\xfe\x81")
    assert any("编码既不是 UTF-8" in p.message for p in load_store(folder.root).problems)


def test_what_an_author_still_has_to_write_or_shorten_is_told_with_its_line(folder: Folder) -> None:
    folder.topic("draft", "草稿", "去派出所办。", ["草稿怎么办"])
    path = folder.root / "entries" / "things" / "draft.md"
    text = path.read_text("utf-8").replace("article: 第一条", "article: 【待填：第几条】")
    path.write_text(text.replace("- 本人去就行。", "- 本人去。\n- " + "长" * 46), "utf-8")
    messages = _messages(folder)
    assert "draft.md:10: 还没有填：article: 【待填：第几条】" in messages
    assert "draft.md:22: 这一条要点有 46 个字，最多 45 个" in messages


def test_one_sided_near_and_unknown_services_point_into_the_catalogue(folder: Folder) -> None:
    folder.topic("a", "甲事", "去派出所办。", ["甲怎么办呢"])
    rows = """domain: things
topics:
  - {id: id-loss, title: 丢证, scope: 管丢证。, level: national}
  - id: a
    title: 甲事
    scope: 管甲事。
    near: [id-loss]
    level: national
    service: nothing-such
"""
    (folder.root / "catalogue" / "things.yml").write_text(rows, encoding="utf-8")
    messages = _messages(folder)
    assert "catalogue/things.yml:7: a 的 near 里有 id-loss" in messages
    assert "catalogue/things.yml:9: a 的“nothing-such”不是办事服务" in messages


def test_too_few_questions_of_a_style_point_to_its_header_or_to_the_file(folder: Folder) -> None:
    messages = _messages(folder)
    assert "id-loss.phrasings.txt:1: plain 只有 2 句" in messages
    assert "id-loss.phrasings.txt: story 只有 0 句" in messages


def test_questions_of_two_topics_that_differ_by_particles_only(folder: Folder) -> None:
    folder.topic("a", "甲事", "去派出所办。", ["办甲事要不要钱"])
    folder.topic("b", "乙事", "去派出所办。", ["办甲事钱吗？", "办乙事钱吗"])
    twins = [p for p in lint(load_store(folder.root), DAY) if "只差虚词" in p.message]
    assert [(str(p), p.severity) for p in twins] == [
        ("entries/things/b.phrasings.txt:2: “办甲事钱吗？”和 a 的“办甲事要不要钱”只差虚词", "warning")
    ]


def test_every_message_to_an_author_is_chinese(folder: Folder) -> None:
    folder.topic("broken", "坏", "去派出所办。", ["#", "坏了怎么办"])
    path = folder.root / "entries" / "things" / "broken.md"
    path.write_text("---\nid: [\n---\n", "utf-8")
    (folder.root / "boundaries" / "x.yml").write_text("a: [", "utf-8")
    (folder.root / "boundaries" / "y.yml").write_text("a: 1", "utf-8")
    said = [p.message for p in lint(load_store(folder.root), DAY)]
    assert len(said) > 8 and [m for m in said if not re.search(r"[\u4e00-\u9fff]", m)] == []

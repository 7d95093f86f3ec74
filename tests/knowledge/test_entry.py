"""The entry parser: what it takes, and that anything else gets a line number and never an exception."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.entry import SECTIONS, parse_entry

GOOD = """---
id: a-topic
title: 某事
jurisdiction: 全国
level: national
source:
  - document: 某某条例
    number: 国务院令第1号
    issuer: 国务院
    article: 第一条
effective: 2024-01-01
expires: 2026-12-31
reviewed: 2025-01-01
near: [another]
verify: false
zero_trip: true
---
## 一句话
带身份证去派出所办。
## 要点
- 本人去。
- 当天好。
## 材料
- 身份证
## 时限与费用
- 不要钱
## 在哪里办
- 派出所
## 大白话
- 注销：划掉
"""


def test_a_good_entry_is_read_whole() -> None:
    entry, problems = parse_entry(GOOD, "a-topic.md", "things")
    assert problems == []
    assert entry is not None
    assert entry.said == "带身份证去派出所办。"
    assert entry.sections["要点"] == ("本人去。", "当天好。")
    assert entry.sources[0].article == "第一条"
    assert entry.domain == "things"
    assert entry.service is None


def test_versions_of_a_day_rules_to_come_and_review_dates() -> None:
    entry, _ = parse_entry(GOOD, "a-topic.md", "things")
    assert entry is not None
    assert not entry.in_force_on(date(2023, 12, 31)) and entry.in_force_on(date(2024, 1, 1))
    assert entry.in_force_on(date(2026, 12, 31)) and not entry.in_force_on(date(2027, 1, 1))
    assert not entry.stale_on(date(2026, 1, 1)) and entry.stale_on(date(2026, 1, 2))
    coming = replace(entry, effective=date(2025, 6, 1))
    assert not coming.holds_on(date(2025, 5, 31)) and coming.holds_on(date(2025, 6, 1))
    assert entry.holds_on(date(2023, 1, 1)), "a clock that runs behind takes nothing away"


def test_an_entry_holds_through_its_last_day() -> None:
    entry, _ = parse_entry(GOOD, "a-topic.md", "things")
    assert entry is not None
    assert entry.holds_on(date(2026, 12, 31))
    assert not entry.holds_on(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("---\nid", "id", 1, "第一行"),
        ("effective: 2024-01-01", "effective: 二〇二四年", 11, "日期"),
        ("effective: 2024-01-01", "effective: 2024-13-01", 11, "没有这样的日期或数：effective: 2024-13-01"),
        ("expires: 2026-12-31", "expires: 2020-12-31", 12, "早于"),
        ("level: national", "level: village", 5, "level 不能是“village”"),
        ("    issuer: 国务院\n", "", 6, "issuer"),
        ("verify: false", "verify: maybe", 15, "只能是 true 或 false"),
        ("near: [another]", "near: another", 14, "一列主题编号"),
        ("title: 某事\n", "", 1, "缺“title”"),
        ("title: 某事", "titel: 某事", 3, "不认识“titel”"),
        ("带身份证去派出所办。", "很" * 41, 19, "有 41 个字"),
        ("## 材料\n- 身份证\n", "", 27, "“材料”这一节没有写"),
        ("## 材料", "## 材料费", 23, "没有“材料费”"),
        ("## 材料\n- 身份证", "## 要点\n- 身份证", 23, "写了两遍"),
        ("near: [another]", "near: [another", 14, "写法不对"),
    ],
)
def test_a_fault_is_reported_with_its_line(before: str, after: str, line: int, words: str) -> None:
    assert before in GOOD
    entry, problems = parse_entry(GOOD.replace(before, after, 1), "a-topic.md", "things")
    assert entry is None
    assert any(words in p.message for p in problems)
    reported = {p.line for p in problems if words in p.message}
    assert reported and (line in reported or min(abs(line - r) for r in reported) <= 2)
    assert all(str(p).startswith("a-topic.md:") for p in problems)


def test_impossible_dates_are_each_told_with_their_own_line() -> None:
    text = GOOD.replace("2024-01-01", "2024-13-01").replace("reviewed: 2025-01-01", "reviewed: 2025-02-30")
    assert [str(p) for p in parse_entry(text, "a.md", "things")[1]] == [
        "a.md:11: 没有这样的日期或数：effective: 2024-13-01",
        "a.md:13: 没有这样的日期或数：reviewed: 2025-02-30",
    ]


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    entry, problems = parse_entry(text, "x.md", "things")
    assert (entry is None) == bool(problems)


@given(st.data())
def test_an_entry_with_any_line_replaced_is_read_or_refused(data: st.DataObject) -> None:
    lines = GOOD.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(st.text(max_size=30))
    entry, problems = parse_entry("\n".join(lines), "x.md", "things")
    assert (entry is None) == bool(problems)
    if entry is not None:
        assert all(entry.sections[section] for section in SECTIONS)

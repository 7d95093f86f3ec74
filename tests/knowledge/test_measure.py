"""The judge itself: outcomes, rates, reliability, and that a malformed file says where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from knowledge.evaluation.measure import confusions, evaluate, reliability, summary
from knowledge.evaluation.queries import QueryFileError, read_queries

REPLIES: dict[str, dict[str, Any]] = {
    "甲": {"status": "answered", "topic": "a", "candidates": ["a", "b"], "confidence": 0.95, "ms": 3},
    "乙": {"status": "clarifying", "topic": None, "candidates": ["a", "b"], "confidence": 0.45, "ms": 5},
    "丙": {"status": "answered", "topic": "b", "candidates": ["b"], "confidence": 0.55, "ms": 5},
    "天气": {"status": "refused", "topic": None, "ms": 1},
    "人工": {"status": "handed_over", "topic": None, "ms": 1},
    "着火": {"status": "answered", "topic": "a", "candidates": ["a"], "confidence": 0.7, "ms": 2},
}
ROWS = [
    {"text": "甲", "topic": "a", "style": "plain"},
    {"text": "乙", "topic": "b", "style": "story"},
    {"text": "丙", "topic": "a", "style": "story", "also": ["c"]},
    {"text": "天气", "topic": None, "expect": "unanswered"},
    {"text": "人工", "topic": None, "expect": "human"},
    {"text": "着火", "topic": None, "expect": "emergency"},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "queries.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    return path


def test_rates_are_of_what_they_say(file: Path) -> None:
    figures = summary(evaluate(file, REPLIES.__getitem__))
    inside, outside = figures["in_scope"], figures["out_of_scope"]
    assert (inside["count"], inside["right"], inside["right_or_offered"]) == (3, 0.3333, 0.6667)
    assert (inside["top1"], inside["top3"], inside["wrong_answers"]) == (0.3333, 0.6667, 0.3333)
    assert (outside["as_expected"], outside["false_answers"]) == (0.6667, 0.3333)
    assert figures["by_style"]["story"]["clarified"] == 0.5
    assert figures["ms"]["p95"] == 5


def test_results_keep_the_order_and_the_fields_of_the_door(file: Path) -> None:
    lines = [result.as_json() for result in evaluate(file, REPLIES.__getitem__)]
    assert [line["text"] for line in lines] == [row["text"] for row in ROWS]
    assert set(lines[0]) == {"text", "status", "topic", "candidates", "confidence", "ms"}


def test_reliability_sets_what_was_said_against_what_was_right(file: Path) -> None:
    bins = {row["from"]: row for row in reliability(evaluate(file, REPLIES.__getitem__))}
    assert bins[0.9]["right"] == 1 and bins[0.5]["right"] == 0


def test_confusions_leave_out_what_was_right_or_offered(file: Path) -> None:
    assert confusions(evaluate(file, REPLIES.__getitem__)) == [("a", "b", 1), ("emergency", "a", 1)]


@pytest.mark.parametrize("line", ["not json", '{"topic": "a"}', "[1]"])
def test_a_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(f'{{"text": "甲", "topic": "a"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(QueryFileError, match=r"bad\.jsonl:2"):
        read_queries(path)

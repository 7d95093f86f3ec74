"""Sounds, sparse scores, leaning questions: pure tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.retrieval.followup import read_followup
from knowledge.retrieval.sounds import merge, syllables
from knowledge.retrieval.sparse import SparseIndex
from knowledge.retrieval.terms import character_terms, sound_terms


@pytest.mark.parametrize(
    ("one", "other"),
    [("lan", "nan"), ("zhi", "zi"), ("shang", "san"), ("hui", "fei"), ("ying", "yin"), ("hua", "fa")],
)
def test_confusable_sounds_are_one(one: str, other: str) -> None:
    assert merge(one) == merge(other)


@pytest.mark.parametrize(("one", "other"), [("ma", "mo"), ("ban", "dan"), ("xin", "jin")])
def test_other_sounds_stay_apart(one: str, other: str) -> None:
    assert merge(one) != merge(other)


def test_misheard_words_share_their_sounds() -> None:
    assert syllables("身份证") == syllables("深分正")
    assert syllables("打12345") == ["da", "1", "2", "3", "4", "5"]


@given(st.text())
def test_terms_of_any_text(text: str) -> None:
    assert all(term for term in character_terms(text) + sound_terms(text))


def test_the_matching_document_scores_best_and_survives_a_round_trip(tmp_path: Path) -> None:
    texts = ["身份证丢了", "驾驶证丢了", "老年公交卡"]
    index = SparseIndex.build(character_terms(text) for text in texts)
    scores = index.scores(character_terms("驾驶证没了"))
    assert scores.argmax() == 1 and 0 < scores.max() <= 1.5
    index.save(tmp_path / "sparse")
    again = SparseIndex.load(tmp_path / "sparse").scores(character_terms("驾驶证没了"))
    assert np.array_equal(scores, again)


def test_unknown_terms_score_nothing() -> None:
    index = SparseIndex.build([["甲"], ["乙"]])
    assert not index.scores(["丙"]).any() and not index.scores([]).any()


@pytest.mark.parametrize(
    ("question", "section", "place", "leaning"),
    [
        ("那要带什么材料？", "材料", None, True),
        ("多久能办好", "时限与费用", None, True),
        ("要收钱吗", "时限与费用", None, True),
        ("去哪办", "在哪里办", None, True),
        ("啥意思嘛", "大白话", None, True),
        ("在成都呢？", None, "成都", True),
        ("我在绵阳这边", None, "绵阳", True),
        ("济南呢", None, "济南", True),
        ("那成都的话要什么手续呢", "材料", "成都", True),
        ("身份证丢了去哪补", "在哪里办", None, False),
        ("在上海打工孩子咋上学", None, "上海", False),
        ("多少钱一斤", "时限与费用", None, False),
        ("", None, None, False),
    ],
)
def test_leaning_questions(question: str, section: str | None, place: str | None, leaning: bool) -> None:
    found = read_followup(question)
    assert (found.section, found.place, found.leaning) == (section, place, leaning)

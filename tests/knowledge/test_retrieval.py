"""Sounds, sparse scores, leaning questions: pure tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialects.packs import FOLDER, SoundShift, load_pack
from knowledge.retrieval.followup import read_followup
from knowledge.retrieval.sounds import Sounds
from knowledge.retrieval.sparse import SparseIndex
from knowledge.retrieval.terms import character_terms, sound_terms

SOUNDS = Sounds.of_packs()


@pytest.mark.parametrize(
    ("one", "other"),
    [("lan", "nan"), ("zhi", "zi"), ("sheng", "sen"), ("hui", "fei"), ("ying", "yin"), ("hua", "fa"), ("yu", "yi")],
)
def test_confusable_sounds_are_one(one: str, other: str) -> None:
    assert SOUNDS.merge(one) == SOUNDS.merge(other)


@pytest.mark.parametrize(("one", "other"), [("ma", "mo"), ("ban", "dan"), ("xin", "jin"), ("gua", "ga")])
def test_other_sounds_stay_apart(one: str, other: str) -> None:
    assert SOUNDS.merge(one) != SOUNDS.merge(other)


def test_nine_packs_together_leave_most_syllables_apart() -> None:
    told_apart = {merged for char in map(chr, range(0x4E00, 0x9FA6)) for merged in SOUNDS.syllables(char)}
    assert len(told_apart) >= 250  # of some 400 without tone


@given(st.permutations([("n", "l", 0.8), ("r", "l", 0.9), ("h", "f", 0.9), ("-ang", "an", 0.9), ("g", "h", 0.9)]))
def test_sounds_join_whatever_the_order_of_rows(rows: list[tuple[str, str, float]]) -> None:
    stands = {"an": "an", "ang": "an", "f": "f", "g": "f", "h": "f", "l": "l", "n": "l", "r": "l"}
    assert Sounds.of(SoundShift(*row) for row in rows).merged == stands


@pytest.mark.parametrize("row", [("d", "t", 0.79), ("入声", "-ʔ", 1.0), ("tone1", "tone2", 1.0), ("n", "-ang", 1.0)])
def test_seldom_sounds_tones_and_an_initial_for_a_final_join_nothing(row: tuple[str, str, float]) -> None:
    assert Sounds.of([SoundShift(*row)]) == Sounds({})


def test_a_sound_left_out_joins_syllables_that_begin_with_their_final() -> None:
    sounds = Sounds.of([SoundShift("r", "∅", 0.9)])
    assert sounds.merge("ren") == sounds.merge("en") != sounds.merge("nen")


def test_a_pack_that_cannot_be_read_takes_no_others_with_it(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "sichuan", tmp_path / "sichuan")
    shutil.copytree(FOLDER / "wu", tmp_path / "wu")
    (tmp_path / "wu" / "sounds.tsv").write_text("mandarin\tdialect\tweight\nd\tt\t很多\n", "utf-8")
    assert Sounds.of_packs(tmp_path) == Sounds.of(load_pack("sichuan").sounds)


def test_misheard_words_share_their_sounds() -> None:
    assert SOUNDS.syllables("身份证") == SOUNDS.syllables("深分正")
    assert SOUNDS.syllables("打12345") == ["da", "1", "2", "3", "4", "5"]


@given(st.text())
def test_terms_of_any_text(text: str) -> None:
    assert all(term for term in character_terms(text) + sound_terms(text, SOUNDS))


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

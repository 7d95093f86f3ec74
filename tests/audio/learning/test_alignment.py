"""Alignment and estimates on posteriors made by hand: what was put in comes out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.acoustic.units import UNIT_IDS, UNITS, pinyin_units
from audio.learning.alignment import LEFT_OUT, align
from audio.learning.estimates import Taught, estimate, written

FLAT = np.full((len(UNITS) + 1, len(UNITS) + 1), np.log(0.002))
for unit_id in UNIT_IDS.values():
    FLAT[unit_id, unit_id] = np.log(0.9)
    FLAT[unit_id, LEFT_OUT] = np.log(0.02)


def posteriors(said: list[int], frames_each: int = 2, sure: float = 0.95) -> np.ndarray:
    """Natural logs of a speaker who says these units clearly, with a blank after each."""
    rows = []
    for unit in [0, *itertools.chain.from_iterable((u, 0) for u in said)]:
        row = np.full(len(UNITS) + 1, (1 - sure) / len(UNITS))
        row[unit] = sure
        rows += [np.log(row)] * frames_each
    return np.array(rows, np.float32)


def ids(pinyin: str) -> list[int]:
    return [UNIT_IDS[unit] for unit in pinyin_units(pinyin)]


def test_what_was_said_as_expected_comes_back() -> None:
    wanted = ids("yi ge ren yi yi")  # the same unit twice running
    found = align(posteriors(wanted), wanted, FLAT)
    assert found is not None and found.said == tuple(wanted)


def test_a_substituted_and_a_missing_sound_are_seen() -> None:
    found = align(posteriors(ids("zong wo en")), ids("zhong guo ren"), FLAT)
    assert found is not None
    zhong, guo, ren = found.said[:2], found.said[2:4], found.said[4:]
    assert zhong == (UNIT_IDS["z"], UNIT_IDS["ong"])
    assert guo == (LEFT_OUT, UNIT_IDS["uo"])
    assert ren == (LEFT_OUT, UNIT_IDS["en"])


@given(st.lists(st.integers(1, len(UNITS)), min_size=1, max_size=8), st.integers(0, 40))
def test_any_sound_and_any_words_align_or_are_refused(expected: list[int], frames: int) -> None:
    noise = np.random.default_rng(frames).normal(size=(frames, len(UNITS) + 1))
    logs = (noise - np.log(np.exp(noise).sum(axis=1, keepdims=True))).astype(np.float32)
    found = align(logs, expected, FLAT)
    assert found is None or (len(found.said) == len(expected) and found.score < 0)


def test_the_best_of_all_ways_is_found() -> None:
    """Against brute force over every row of frame labels."""
    logs = posteriors([1, 2], frames_each=1, sure=0.6)[:3] + 0.3 * np.sin(np.arange(177)).reshape(3, 59)
    found = align(logs, [1, 2], FLAT)
    assert found is not None
    best = max(
        sum(logs[t, label] for t, label in enumerate(labels)) + price
        for labels in itertools.product((0, 1, 2, 5), repeat=3)
        for said in [tuple(k for k, _ in itertools.groupby(labels) if k)]
        for price in _prices(said, [1, 2])
    )
    assert found.score == pytest.approx(best, abs=1e-4)


def _prices(said: tuple[int, ...], expected: list[int]) -> list[float]:
    """Every way of dealing the said units to the expected ones, in order."""
    ways = []
    for taken in itertools.combinations(range(len(expected)), len(said)):
        dealt = dict(zip(taken, said, strict=True))
        ways.append(sum(FLAT[u, dealt.get(i, LEFT_OUT)] for i, u in enumerate(expected)))
    return ways


def test_a_regular_shift_is_learnt_and_little_is_made_of_few() -> None:
    def taught(text: str, wanted: str, said: str) -> Taught:
        syllables = tuple(pinyin_units(syllable) for syllable in wanted.split())
        return Taught(posteriors(ids(said)), text, syllables)

    many = [taught("中国人", "zhong guo ren", "zong guo yin")] * 12
    learned = estimate(many, {}).learned
    sounds = {(s.mandarin, s.dialect): s.weight for s in learned.sounds}
    assert sounds["zh", "z"] == pytest.approx(0.5, abs=0.1)  # twelve of them, twelve of prior
    assert ("g", "∅") not in sounds
    assert estimate(many[:2], {}).learned.sounds == ()
    assert estimate([], {}).learned.sounds == ()


def test_a_reading_that_sounds_do_not_explain_is_learnt() -> None:
    def taught(text: str, wanted: str, said: str) -> Taught:
        syllables = tuple(pinyin_units(syllable) for syllable in wanted.split())
        return Taught(posteriors(ids(said)), text, syllables)

    odd, plain = taught("我是", "wo shi", "ang shi"), taught("多说国", "duo shuo guo", "duo shuo guo")
    readings = {r.word: r.pinyin for r in estimate([odd] * 3 + [plain] * 12, {}).learned.readings}
    assert readings == {"我": "ang"}


@pytest.mark.parametrize(
    ("units", "pinyin"),
    [
        (("zh", "iii"), "zhi"),
        (("i",), "yi"),
        (("x", "v"), "xv"),
        (("ong",), "weng"),
        (("zh",), ""),
        (("a", "i"), ""),
    ],
)
def test_units_are_written_as_pinyin(units: tuple[str, ...], pinyin: str) -> None:
    assert written(units) == pinyin
    if pinyin:
        assert pinyin_units(pinyin) == units

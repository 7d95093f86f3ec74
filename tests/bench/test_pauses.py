"""The pause simulation on a made-up trace: what counts as cut off, and the wait behind the last word."""

from __future__ import annotations

import random

import pytest

from bench.pauses import ARMS, figures, run
from bench.pausing import Chunk, Trace, split

STEP = 0.032


def trace(pause: float, before: str, whole: str) -> Trace:
    """A second of silence, a second of speech, the pause, a second of speech, quiet."""
    parts = [(1.0, 0.0, ""), (1.0, 0.9, before), (pause, 0.0, before), (1.0, 0.9, whole), (6.0, 0.0, whole)]
    chunks = [Chunk(STEP, speech, text) for seconds, speech, text in parts for _ in range(round(seconds / STEP))]
    return Trace("made up", "somebody", whole, tuple(chunks), 3.0 + pause, ((2.0 + pause, 2.0),), False)


def test_a_fixed_wait_cuts_off_and_words_do_not() -> None:
    slow = [trace(1.6, "孩子上学要", "孩子上学要什么材料")]
    assert figures(run(slow, ARMS["fixed 600 ms"]))["cut_off"] == 1.0
    ours = figures(run(slow, ARMS["ours, elder"]))
    assert ours["cut_off"] == 0.0 and ours["mean_added_wait"] == pytest.approx(0.1, abs=0.1)


def test_a_wait_without_pause_is_the_delay() -> None:
    measured = figures(run([trace(0.3, "身份证", "身份证丢了怎么办")], ARMS["fixed 600 ms"]))
    assert measured["mean_added_wait"] == pytest.approx(0.0, abs=0.1)


def test_pieces_are_words_and_give_the_sentence_back() -> None:
    parts = split("我的身份证丢了，到哪里去补办一张新的", random.Random(3))
    assert len(parts) in (2, 3) and "".join(parts) == "我的身份证丢了到哪里去补办一张新的"
    assert all(len(part) >= 2 for part in parts)

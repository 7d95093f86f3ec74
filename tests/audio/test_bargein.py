"""Barge-in as a table in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.bargein import BargeIn
from audio.hearing import OPEN, Question
from audio.turn_words import TurnWords

STEP = 0.02
SPOKEN = "补办社保卡要带身份证，办好要等五个工作日。您要现在办吗？"
YES_NO = Question("yes_no")

# what happens, question, script of (seconds, speech?, text), actions with the time of each
TABLE = [
    ("nobody", OPEN, [(5, 0, "")], []),
    ("a click", OPEN, [(1, 0, ""), (0.06, 1, ""), (2, 0, "")], []),
    ("a cough", OPEN, [(1, 0, ""), (0.3, 1, ""), (2, 0, "")], [("duck", 1.1), ("resume", 1.7)]),
    ("嗯", OPEN, [(1, 0, ""), (0.3, 1, "嗯"), (2, 0, "嗯")], [("duck", 1.1), ("resume", 1.7)]),
    ("对对对", OPEN, [(1, 0, ""), (0.9, 1, "对对对"), (2, 0, "对对对")], [("duck", 1.1), ("resume", 2.3)]),
    ("哦好的知道了", OPEN, [(1, 0, ""), (1.2, 1, "哦好的知道了"), (2, 0, "哦好的知道了")],
     [("duck", 1.1), ("resume", 2.6)]),
    ("嗯 twice", OPEN, [(0.3, 1, "嗯"), (1, 0, "嗯"), (0.3, 1, "嗯嗯"), (1, 0, "嗯嗯")],
     [("duck", 0.1), ("resume", 0.7), ("duck", 1.4), ("resume", 2.0)]),
    ("a question", OPEN, [(1, 0, ""), (0.2, 1, ""), (1, 1, "那我问")], [("duck", 1.1), ("stop", 1.22)]),
    ("人工, while ducked", OPEN, [(1, 0, ""), (0.2, 1, ""), (1, 1, "人工")], [("duck", 1.1), ("stop", 1.22)]),
    ("不对, one word is enough", OPEN, [(1, 0, ""), (0.3, 1, "不对")], [("stop", 1.02)]),
    ("嗯, then 人工", OPEN, [(0.3, 1, "嗯"), (1, 0, "嗯"), (0.3, 1, "嗯人工")],
     [("duck", 0.1), ("resume", 0.7), ("stop", 1.32)]),
    ("long speech without text", OPEN, [(1, 0, ""), (2, 1, "")], [("duck", 1.1), ("stop", 1.7)]),
    ("one character, long", OPEN, [(2, 1, "我")], [("duck", 0.1), ("stop", 0.7)]),
    ("our own echo, short", OPEN, [(1, 0, ""), (1.0, 1, "社保卡"), (2, 0, "社保卡")],
     [("duck", 1.1), ("resume", 2.4)]),
    ("repeats our words, and goes on", OPEN, [(1.3, 1, "社保卡")], [("duck", 0.1), ("stop", 1.2)]),
    ("好的 before the question is out", YES_NO, [(1, 0, ""), (0.2, 1, ""), (0.1, 1, "好的")],
     [("duck", 1.1), ("stop", 1.22)]),
    ("嗯 is no answer", YES_NO, [(1, 0, ""), (0.3, 1, "嗯"), (1, 0, "嗯")], [("duck", 1.1), ("resume", 1.7)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("expecting", "script", "wanted"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_table(expecting: Question, script, wanted) -> None:
    bargein, now, got = BargeIn(SPOKEN, expecting), 0.0, []
    for seconds, speech, text in script:
        for _ in range(round(seconds / STEP)):
            now += STEP
            action = bargein.step(STEP, speech, text)
            if action:
                got.append((action, pytest.approx(now, abs=STEP + 1e-6)))
    assert got == wanted


def test_the_button_stops_at_once_and_for_good() -> None:
    bargein = BargeIn(SPOKEN)
    assert bargein.press() == "stop" and bargein.stopped
    assert bargein.step(5.0, 1.0, "人工") is None


def test_headphones_need_no_echo_rule() -> None:
    bargein = BargeIn(SPOKEN, echo=False)
    actions = [bargein.step(STEP, 1.0, "社保卡") for _ in range(8)]
    assert "stop" in actions


def test_ducked_follows_the_candidate() -> None:
    bargein = BargeIn()
    for _ in range(6):
        bargein.step(STEP, 1.0)
    assert bargein.ducked
    for _ in range(25):
        bargein.step(STEP, 0.0)
    assert not bargein.ducked and not bargein.stopped


@pytest.mark.parametrize(
    ("text", "nods"),
    [("嗯", True), ("嗯嗯 嗯", True), ("对对", True), ("哦，知道了", True), ("", False), ("嗯我想问", False),
     ("不", False), ("好多", False)],
)  # fmt: skip
def test_back_channels(text: str, nods: bool) -> None:
    assert TurnWords().only_nods(text) is nods


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from(["", "嗯", "我要", "社保卡"])), max_size=300))
def test_duck_and_resume_alternate_and_stop_is_last(steps) -> None:
    bargein = BargeIn(SPOKEN)
    actions = [action for step in steps if (action := bargein.step(STEP, *step))]
    assert "stop" not in actions[:-1]
    talk = [action for action in actions if action != "stop"]
    assert talk == [("duck", "resume")[i % 2] for i in range(len(talk))]

"""Whether a text sounds finished."""

from __future__ import annotations

import pytest

from audio.endings import count, finished


@pytest.mark.parametrize("text", ["养老金一年认证几次吗", "身份证丢了怎么办", "孩子上小学要什么材料", "交多少钱"])
def test_questions_are_finished(text: str) -> None:
    assert finished(text) > 0.9


@pytest.mark.parametrize("text", ["", "养老金怎么", "我的", "我想问一下那个", "孩子上小学要不要"])
def test_beginnings_are_not(text: str) -> None:
    assert finished(text) < 0.6


def test_a_question_asked_before_makes_the_end_likelier() -> None:
    assert finished("要不要都到场") > finished("都到场")


def test_counting() -> None:
    shares = count(["我要办卡"] * 20 + ["办卡怎么办"] * 60)
    assert shares["卡"] < 0.8 and shares["办"] > 0.9

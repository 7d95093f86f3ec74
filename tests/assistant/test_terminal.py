"""The terminal without a stack: scripted speakers in virtual time."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.channels.terminal_screen import Keys
from assistant.wording import canned
from tests.assistant.scripted_terminal import WELCOME, House, Script


def test_speaks_first_hears_and_answers() -> None:
    house = House(Script(speech=[(5.0, 6.0, "社保卡丢了")], lines=[(30.0, "q")]))
    mouth = house.run()
    assert mouth.said() == [WELCOME, "答社保卡丢了", "第二句"]
    assert house.turns == [("terminal-1", None, "社保卡丢了")]
    shown = house.output.getvalue()
    assert "您说：社保卡丢了" in shown and "屏幕社保卡丢了[red]" in shown  # never read as markup
    assert house.questions[0].kind == "open" and house.questions[-1].kind == "yes_no"


def test_real_words_interrupt_and_become_the_next_turn() -> None:
    house = House(Script(speech=[(5.0, 6.0, "社保卡"), (8.0, 9.5, "那我问养老")], lines=[(40.0, "q")]))
    mouth = house.run()
    assert [turn[2] for turn in house.turns] == ["社保卡", "那我问养老"]
    stops = [at for action, _, at in mouth.log if action == "stop"]
    assert len(stops) == 1 and 8.0 <= stops[0] <= 8.3
    assert "第二句" not in mouth.said()[:2]


def test_a_nod_does_not_take_the_word() -> None:
    house = House(Script(speech=[(5.0, 6.0, "社保卡"), (8.0, 8.4, "嗯")], lines=[(40.0, "q")]))
    mouth = house.run()
    assert len(house.turns) == 1
    assert [action for action, _, _ in mouth.log] == ["play", "play", "duck", "resume", "play"]


@pytest.mark.parametrize(("line", "turns"), [("", 1), ("打字问的", 2)])
def test_button_and_typing_interrupt(line: str, turns: int) -> None:
    house = House(Script(speech=[(5.0, 6.0, "社保卡")], lines=[(8.0, line), (40.0, "q")]))
    mouth = house.run()
    assert ("stop", "", 8.0) in [(a, b, round(c)) for a, b, c in mouth.log]
    assert len(house.turns) == turns
    assert turns == 1 or house.turns[1] == ("terminal-1", "打字问的", None)


def test_the_button_ends_a_turn() -> None:
    house = House(Script(speech=[(5.0, 60.0, "说个没完")], lines=[(9.0, ""), (9.5, "q")]))
    house.run()
    assert house.turns == [("terminal-1", None, "说个没完")]


def test_the_session_is_warned_and_wiped() -> None:
    house = House(Script(speech=[(5.0, 6.0, "社保卡"), (150.0, 151.0, "下一位")], lines=[(200.0, "q")]))
    mouth = house.run(idle_seconds=60.0)
    assert [turn[0] for turn in house.turns] == ["terminal-1", "terminal-2"]
    assert house.ended[0] == "terminal-1"
    assert canned("terminal_still_there") in mouth.said()
    assert canned("session_ended") in house.output.getvalue()
    warned = next(at for _, text, at in mouth.log if text == canned("terminal_still_there"))
    assert warned == pytest.approx(13.0 + 40.0, abs=2.5)
    second = [q.kind for q in house.questions]
    assert "open" in second[3:]  # the next visitor starts with an open question again


@pytest.mark.parametrize("hears", [True, False])
@pytest.mark.parametrize(("line", "turns"), [("还在", ["社保卡", "还在"]), ("", ["社保卡"])])
def test_who_answers_the_warning_by_key_is_not_forgotten(
    hears: bool, line: str, turns: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With typed words or the button alone, in the middle of the warning; then it begins anew."""
    script = Script(lines=[(8.0, "社保卡"), (55.5, line), (100.0, "q")])
    monkeypatch.setattr(
        "assistant.channels.terminal_floor.time", SimpleNamespace(monotonic=lambda: script.now)
    )
    house = House(script)
    mouth = house.run(ears=hears)
    assert ("stop", "", 55.5) in mouth.log  # it was being said
    assert [turn[1] for turn in house.turns] == turns
    assert house.conversations == 1
    assert mouth.said().count(canned("terminal_still_there")) == (2 if line == "" else 1)


def test_who_leaves_while_warned_has_left() -> None:
    script = Script(lines=[(8.0, "社保卡"), (55.5, "q")])
    house = House(script)
    house.run()
    assert script.now < 56.0 and house.conversations == 1


def test_words_typed_into_the_welcome_that_the_button_asked_for_are_a_turn() -> None:
    house = House(Script(lines=[(5.0, ""), (6.0, "社保卡"), (30.0, "q")]))
    house.run()
    assert [turn[1] for turn in house.turns] == ["社保卡"]


def test_leaving_ends_the_conversation() -> None:
    house = House(Script(speech=[(5.0, 6.0, "社保卡丢了")], lines=[(30.0, "q")]))
    house.run()
    assert house.ended == ["terminal-1"]


def test_nothing_is_wiped_when_nothing_was_said() -> None:
    house = House(Script(lines=[(300.0, "q")]))
    mouth = house.run(idle_seconds=60.0)
    assert house.conversations == 1 and mouth.said() == [WELCOME]


def test_transcript_only_when_asked_and_without_numbers(tmp_path: Path) -> None:
    file = tmp_path / "transcript.txt"
    said = "我的身份证是一一零一零一一九四九一二三一零零二六"
    house = House(Script(speech=[(5.0, 9.0, said)], lines=[(40.0, "q")]))
    house.run(transcript=file)
    text = file.read_text(encoding="utf-8")
    assert "说：我的身份证是＊＊＊" in text and "答：" in text and "一一零" not in text


def test_a_failing_turn_is_said_and_the_terminal_goes_on() -> None:
    house = House(Script(speech=[(5.0, 6.0, "坏"), (15.0, 16.0, "好")], lines=[(60.0, "q")]))
    mouth = house.run()
    assert canned("engine_garbage") in mouth.said() and "答好" in mouth.said()


def test_end_of_input_leaves() -> None:
    keys = Keys(io.StringIO("你好\n\n"))
    got = [keys.get(2.0) for _ in range(3)]
    assert got == ["你好", "", "q"] and keys.get() is None


def test_in_half_duplex_only_the_button_interrupts() -> None:
    script = Script(speech=[(5.0, 6.0, "社保卡"), (8.0, 9.5, "那我问养老")], lines=[(12.0, ""), (40.0, "q")])
    script.listens_while_speaking = False  # type: ignore[misc]
    house = House(script)
    mouth = house.run()
    assert [turn[2] for turn in house.turns] == ["社保卡"]  # what came while we spoke may have been ourselves
    stops = [round(at) for action, _, at in mouth.log if action == "stop"]
    assert stops == [12]

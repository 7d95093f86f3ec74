"""A call on a scripted line in virtual time: every event the telephone knows."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from assistant.channels.phone.call import PhoneCall
from assistant.channels.phone.mouth import Voice
from assistant.channels.phone.policy import PROMPTS
from assistant.conversation import Assistant
from assistant.engine import EngineError
from assistant.records import Records
from assistant.wording import sentences
from audio.hearing import Question
from audio.models import ModelError
from audio.pace import Pace
from audio.voice import sentences_of
from tests.assistant.scripted_call import SECONDS_A_SENTENCE, Codes, Ear, Engine, FakeVoice, Line, Played

pytestmark = pytest.mark.unit


def outcome(text: str, status: str = "answered", intent: str | None = None, kind: str | None = None) -> dict[str, Any]:
    return {"status": status, "sentence": "prompt", "params": {"text": text}, "intent": intent,
            "expecting": {"kind": kind, "choices": []} if kind else None}  # fmt: skip


ANSWER = outcome("一年认一次。手机上就能认。")
NAME = outcome("您叫什么名字？", "collecting", kind="name")
DIGITS = outcome("请说身份证号码。", "collecting", kind="digits")
BYE = outcome("好，再见。", intent="goodbye")
HANDED = outcome("给您转人工，电话12345。", "handed_over", intent="human")
FIRE = outcome("着火了先打119。人先出来。我也给您转人工。", "emergency", intent="emergency")

WELCOME = sentences_of(sentences()["welcome"])
AFTER = SECONDS_A_SENTENCE * len(WELCOME) + 0.6  # the welcome is over


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(function: Any, *args: Any) -> Any:
        return function(*args)

    monkeypatch.setattr(asyncio, "to_thread", at_once)


@pytest.fixture
def play(inline: None, tmp_path: Path) -> Any:
    def run(
        script: list[tuple[float, Any]], answers: list[Any], *, end: float = 60.0, delays: float = 0.0,
        transfer_to: str | None = None, deaf: bool = False, slow: float = 0.0, **line_fields: Any,
    ) -> Played:
        async def call() -> Played:
            codes = Codes()
            line, engine = Line(codes, script, end), Engine(answers, delays)
            engine.line = line
            for name, value in line_fields.items():
                setattr(line, name, value)

            def open_ear(dialect: str, question: Question, pace: Pace) -> Ear:
                if deaf:
                    raise ModelError("没有装语音模型", "none")
                return Ear(codes, question)

            assistant = Assistant(engine, Records(f"sqlite:///{tmp_path}/x.db"))  # type: ignore[arg-type]
            phone = PhoneCall(line, assistant, Voice(FakeVoice(codes, line, slow)), open_ear, transfer_to)
            await phone.run()
            return Played(line, engine)

        return asyncio.run(call())

    return run


def say(text: str, seconds: float = 0.8) -> tuple[str, str, float]:
    return ("say", text, seconds)


def key(digit: str) -> tuple[str, str]:
    return ("key", digit)


def test_we_speak_first_and_say_that_we_are_a_machine(play: Any) -> None:
    played = play([], [ANSWER], end=AFTER)
    assert played.said == WELCOME and "智能语音助手" in "".join(WELCOME) and played.line.said[0][0] < 0.1


def test_a_spoken_question_is_answered_sentence_by_sentence(play: Any) -> None:
    played = play([(AFTER, say("养老金怎么认证"))], [ANSWER], end=AFTER + 6.0)
    assert played.asked == ["养老金怎么认证"]
    assert played.said[len(WELCOME) :] == ["一年认一次。", "手机上就能认。"]


def test_nothing_is_kept_of_a_caller_who_hung_up(play: Any) -> None:
    played = play([(AFTER, say("养老金怎么认证"))], [ANSWER], end=AFTER + 6.0)
    assert len(played.forgotten) == 1 and played.forgotten[0].startswith("phone-")


def test_an_interruption_stops_us_and_is_the_next_turn(play: Any) -> None:
    played = play([(0.5, say("养老金怎么认证"))], [ANSWER], end=9.0)
    assert played.said[0] == WELCOME[0] and played.said[1] == "一年认一次。"
    assert played.asked == ["养老金怎么认证"]


@pytest.mark.parametrize("nod", ["嗯", "哦", "对对"])
def test_a_nod_takes_no_word_and_costs_no_word(play: Any, nod: str) -> None:
    played = play([(1.2, say(nod, 0.3))], [ANSWER], end=AFTER + 2.0)
    assert not played.asked and list(dict.fromkeys(played.said)) == WELCOME
    frames = sum(1 for _ in WELCOME) * SECONDS_A_SENTENCE
    assert played.line.now >= frames


def test_a_cough_stops_us_at_most_until_the_sentence_is_said_again(play: Any) -> None:
    played = play([(1.3, say("咳", 0.9))], [ANSWER], end=AFTER + 5.0)
    assert not played.asked
    assert played.said[:3] == [WELCOME[0], WELCOME[1], WELCOME[1]] and played.said[-1] == WELCOME[-1]


def test_an_answer_begun_before_our_question_ended_is_kept(play: Any) -> None:
    script = [(AFTER, key("1")), (AFTER + 0.1, key("#")), (AFTER + 0.9, say("王秀英", 1.2))]
    played = play(script, [NAME, ANSWER], end=AFTER + 8.0)
    assert played.asked == ["1", "王秀英"]


def test_our_own_echo_is_not_an_answer(play: Any) -> None:
    echo = WELCOME[-1].rstrip("。")
    played = play([(AFTER - 1.5, say(echo, 0.9))], [ANSWER], end=AFTER + 4.0)
    assert not played.asked and list(dict.fromkeys(played.said)) == WELCOME


def test_a_plain_yes_over_the_end_of_a_yes_no_question_is_the_answer(play: Any) -> None:
    asking = outcome("我念给您听，可以吗？", "confirming", kind="yes_no")
    played = play([(AFTER, key("1")), (AFTER + 0.1, key("#")), (AFTER + 0.7, say("是的", 0.5))], [asking, ANSWER],
                  end=AFTER + 8.0)  # fmt: skip
    assert played.asked == ["1", "是的"]


def test_digits_are_typed_text_and_stop_our_speech(play: Any) -> None:
    keys = [(0.5 + 0.2 * n, key(d)) for n, d in enumerate("13800000000#")]
    played = play(keys, [ANSWER], end=8.0)
    assert played.asked == ["13800000000"] and played.said[:2] == [WELCOME[0], "一年认一次。"]


def test_digits_end_after_two_and_a_half_seconds(play: Any) -> None:
    played = play([(AFTER, key("1")), (AFTER + 0.3, key("2"))], [ANSWER], end=AFTER + 8.0)
    assert played.asked == ["12"] and 2.5 <= played.at("一年认一次。") - AFTER - 0.3 <= 2.8


def test_talking_while_typing_does_not_break_the_digits(play: Any) -> None:
    keys = [(AFTER + 0.4 * n, key(d)) for n, d in enumerate("5101#")]
    played = play([*keys, (AFTER + 0.2, say("我看看啊五一零", 1.0))], [ANSWER], end=AFTER + 8.0)
    assert played.asked == ["5101"]


def test_zero_is_a_person_and_star_is_once_more(play: Any) -> None:
    assert play([(AFTER, key("0"))], [HANDED], end=AFTER + 8.0).asked == ["人工"]
    assert play([(AFTER, key("*"))], [ANSWER], end=AFTER + 8.0).asked == ["再说一遍"]


def test_zero_is_a_digit_where_digits_are_asked(play: Any) -> None:
    script = [(AFTER, key("1")), (AFTER + 0.1, key("#")), (AFTER + 2.0, key("0")), (AFTER + 2.3, key("#"))]
    assert play(script, [DIGITS, ANSWER], end=AFTER + 8.0).asked == ["1", "0"]


def test_the_hash_key_ends_a_spoken_turn_at_once(play: Any) -> None:
    script = [(AFTER, say("养老金怎么认证", 1.0)), (AFTER + 1.1, key("#"))]
    played = play(script, [ANSWER], end=AFTER + 5.0)
    assert played.asked == ["养老金怎么认证"] and played.at("一年认一次。") < AFTER + 1.4


def test_silence_is_met_three_times_and_then_we_hang_up(play: Any) -> None:
    played = play([], [ANSWER], end=120.0)
    wanted = [sentences_of(sentences()[name]) for name in PROMPTS]
    assert played.said == [*WELCOME, *(s for part in wanted for s in part)]
    assert "转人工" in "".join(wanted[1]) and "再见" in "".join(wanted[2])
    assert played.line.ended and played.line.now < 60.0 and not played.asked


def test_our_own_silence_stays_under_three_seconds_while_the_engine_works(play: Any) -> None:
    played = play([(AFTER, say("养老金怎么认证"))], [ANSWER], delays=7.0, end=AFTER + 14.0)
    assert "我查一下。" in played.said and "一年认一次。" in played.said
    times = [at for at, _ in played.line.said if at > AFTER]
    assert times[0] - (AFTER + 0.8) <= 3.0
    gaps = [b - a - SECONDS_A_SENTENCE for a, b in pairwise(times)]
    assert max(gaps) <= 3.0


def test_our_own_silence_stays_under_three_seconds_while_the_voice_works(play: Any) -> None:
    played = play([(AFTER, say("养老金怎么认证"))], [ANSWER], slow=3.5, end=AFTER + 12.0)
    assert "我查一下。" in played.said and played.said[-1] == "手机上就能认。"
    times = [at for at, _ in played.line.said if at > AFTER]
    assert times[0] - (AFTER + 0.8) <= 3.0 and max(b - a for a, b in pairwise(times)) <= 4.0


def test_goodbye_is_said_before_we_hang_up(play: Any) -> None:
    played = play([(AFTER, say("再见"))], [BYE], end=120.0)
    assert played.said[-1] == "好，再见。" and played.line.ended and played.line.now < AFTER + 5.0


def test_who_speaks_into_our_goodbye_keeps_the_line(play: Any) -> None:
    played = play([(AFTER, say("再见")), (AFTER + 2.3, say("还有养老金怎么认证", 1.0))], [BYE, ANSWER], end=AFTER + 9.0)
    assert len(played.asked) == 2 and played.said[-1] == "手机上就能认。"


def test_a_person_without_a_target_is_a_number_and_the_call_goes_on(play: Any) -> None:
    played = play([(AFTER, key("0"))], [HANDED], end=AFTER + 6.0)
    assert played.said[-1] == "给您转人工，电话12345。" and not played.line.transfers


def test_a_person_with_a_target_is_a_transfer_after_we_said_so(play: Any) -> None:
    played = play([(AFTER, key("0"))], [HANDED], transfer_to="sip:31@pbx;ref={conversation}", end=120.0,
                  transfer_seconds=4.0)  # fmt: skip
    assert played.line.transfers[0].startswith("sip:31@pbx;ref=phone-") and len(played.line.transfers) == 1
    assert "给您转人工，电话12345。" in played.said and "正在给您转接，请别挂机。" in played.said
    assert played.line.ended and played.line.now < AFTER + 15.0


OVER_IT = AFTER + 2.4
"""The caller said 着火了 at AFTER, and we are in the middle of the first sentence of our answer."""


@pytest.mark.parametrize("interruption", [say("我在东街三号快来人啊", 6.0), key("5"), key("*"), key("#")])
def test_no_interruption_takes_back_the_person_for_who_is_in_danger(play: Any, interruption: Any) -> None:
    script = [(AFTER, say("着火了")), (OVER_IT, interruption)]
    played = play(script, [FIRE, ANSWER], transfer_to="sip:31@pbx", end=OVER_IT + 3.0)
    assert played.asked == ["着火了"] and played.line.transfers == ["sip:31@pbx"]
    assert "着火了先打119。" in played.said and played.line.ended and played.line.now < OVER_IT + 3.0


def test_a_cough_costs_who_is_in_danger_neither_our_words_nor_the_person(play: Any) -> None:
    script = [(AFTER, say("着火了")), (OVER_IT, say("咳", 0.9))]
    played = play(script, [FIRE], transfer_to="sip:31@pbx", end=OVER_IT + 12.0)
    assert played.said[-1] == "我也给您转人工。" and played.line.transfers == ["sip:31@pbx"]


def test_what_was_typed_meanwhile_comes_after_the_person(play: Any) -> None:
    script = [(AFTER, say("着火了")), (AFTER + 1.6, key("5")), (AFTER + 1.8, key("#"))]
    played = play(script, [FIRE, ANSWER], delays=1.5, transfer_to="sip:31@pbx", end=AFTER + 15.0)
    assert played.asked == ["着火了"] and played.line.transfers == ["sip:31@pbx"]
    played = play(script, [FIRE, ANSWER], delays=1.5, transfer_to="sip:31@pbx", transfer_works=False, end=AFTER + 20.0)
    assert played.asked == ["着火了", "5"] and played.said.index("没有转通。") < played.said.index("一年认一次。")


def test_who_asked_for_a_person_gets_one_from_a_failing_engine_whatever_was_typed_meanwhile(play: Any) -> None:
    script = [(AFTER, key("0")), (AFTER + 1.2, key("5")), (AFTER + 1.4, key("#"))]
    broken = [EngineError("down"), ANSWER]
    played = play(script, broken, delays=1.5, transfer_to="sip:31@pbx", end=AFTER + 15.0)
    assert played.asked == ["人工"] and played.line.transfers == ["sip:31@pbx"]


def test_a_transfer_that_fails_is_told_with_the_number(play: Any) -> None:
    played = play([(AFTER, key("0"))], [HANDED], transfer_to="sip:31@pbx", transfer_works=False, end=AFTER + 9.0)
    assert played.said[-2:] == ["没有转通。", "给您转人工，电话12345。"] and len(played.line.transfers) == 1


def test_a_person_is_reached_even_when_the_engine_is_down(play: Any) -> None:
    played = play([(AFTER, key("0"))], [EngineError("down")], transfer_to="sip:31@pbx", end=AFTER + 12.0)
    assert played.line.transfers == ["sip:31@pbx"]


def test_a_caller_who_hangs_up_mid_action_undoes_nothing(play: Any) -> None:
    played = play([(AFTER, say("我要认证"))], [ANSWER], delays=5.0, end=AFTER + 3.0)
    assert played.asked == ["我要认证"] and played.engine.finished == 1


@pytest.mark.parametrize("broken", [EngineError("down"), EngineError("garbage"), KeyError("bug")])
def test_an_engine_that_fails_is_a_sentence_and_the_call_goes_on(play: Any, broken: BaseException) -> None:
    script = [(AFTER, say("养老金怎么认证")), (AFTER + 8.0, say("医保怎么报销"))]
    played = play(script, [broken, ANSWER], end=AFTER + 16.0)
    assert len(played.asked) == 2 and len(played.said) > len(WELCOME) + 2 and played.said[-1] == "手机上就能认。"


def test_on_hold_we_say_nothing_lose_nothing_and_count_nothing(play: Any) -> None:
    played = play([(1.5, True), (41.5, False)], [ANSWER], end=40.0 + AFTER + 2.0)
    assert not [at for at, _ in played.line.said if 1.6 < at < 41.4]
    assert list(dict.fromkeys(played.said)) == WELCOME


def test_without_a_model_the_keys_still_work_and_it_is_said(play: Any) -> None:
    played = play([(AFTER + 8.0, key("0"))], [HANDED], deaf=True, end=AFTER + 14.0)
    assert sentences_of(sentences()["phone_deaf"])[0] in played.said and played.asked == ["人工"]


def test_a_receipt_is_told_to_its_end_before_the_next_thing(play: Any) -> None:
    done = outcome("办好了，回执号一二三。", "done")
    script = [(AFTER, say("对")), (AFTER + 2.2, key("5")), (AFTER + 2.4, key("#"))]
    played = play(script, [done, ANSWER], delays=1.0, end=AFTER + 10.0)
    assert played.asked == ["对", "5"]
    assert played.said[len(WELCOME) :] == ["办好了，回执号一二三。", "一年认一次。", "手机上就能认。"]

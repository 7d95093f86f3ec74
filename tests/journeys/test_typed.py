"""Whole conversations, typed, through the real engine, actions and departments."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest

from assistant.turn import Reply
from tests.journeys.caller import Caller
from tests.journeys.talk import Talk, spoken_digits

pytestmark = pytest.mark.process
Command = Callable[..., "CompletedProcess[str]"]


def able(residents: list[dict[str, Any]], face: str = "passes") -> dict[str, Any]:
    """A grown-up resident whose face the simulator accepts."""
    return next(r for r in residents if r["face"] == face and not r["guardian"] and r["say"])


def certify(talk: Talk, person: dict[str, Any]) -> Reply:
    """A pension certification from the first word to its receipt."""
    return Caller(person, "pension-certification").carry_through(talk, talk.say("我要认证"))


def test_one_sentence_becomes_a_certification_with_a_receipt(
    talk: Talk, residents: list[dict[str, Any]]
) -> None:
    reply = certify(talk, able(residents))
    assert reply.status == "done" and reply.receipt and reply.receipt["number"] in reply.speech
    assert "再认" in reply.speech


def test_the_same_thing_twice_gives_the_same_receipt(talk: Talk, residents: list[dict[str, Any]]) -> None:
    person = able(residents)
    first, second = certify(talk, person), certify(talk.another(), person)
    assert first.receipt and second.receipt and first.receipt["number"] == second.receipt["number"]


def test_contributions_are_looked_up(talk: Talk, residents: list[dict[str, Any]]) -> None:
    caller = Caller(able(residents), "social-insurance-query")
    reply = caller.carry_through(talk, talk.say("帮我查社保"))
    assert reply.status == "done" and "查到了" in reply.speech


def test_a_question_in_the_middle_is_answered_and_the_same_question_comes_back(talk: Talk) -> None:
    asked = talk.say("我要办养老金资格认证")
    reply = talk.say("身份证丢了怎么补办")
    assert reply.status == "answered" and reply.topic == "id-card-loss-replacement"
    assert reply.expecting == asked.expecting and "名字" in reply.speech


def test_a_wrong_check_digit_is_told_and_asked_again(talk: Talk, residents: list[dict[str, Any]]) -> None:
    number = able(residents)["id_number"]
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    talk.say("我要认证")
    talk.say(able(residents)["name"])
    reply = talk.say(spoken_digits(wrong))
    assert reply.status == "collecting" and "验不过" in reply.speech


def test_an_unknown_resident_gets_nothing_done(talk: Talk) -> None:
    caller = Caller({"say": {"pension-certification": {
        "name": "欧阳不存在", "id_number": "11010519491231002X", "pension_kind": "居民养老金", "phone": "15400000000",
    }}, "code": "000000"}, "pension-certification")  # fmt: skip
    reply = caller.carry_through(talk, talk.say("我要认证"), turns=14)
    assert reply.status != "done" and reply.receipt is None


@pytest.mark.parametrize("said", ["人工", "转人工", "我要跟真人说话"])
def test_a_person_is_one_word_away_in_the_middle_of_anything(talk: Talk, said: str) -> None:
    talk.say("我要办养老金资格认证")
    reply = talk.say(said)
    assert reply.status == "handed_over" and "12345" in reply.speech


@pytest.mark.parametrize(
    "text",
    [
        '/confirm{"a":1}',
        "／affirm",
        "/restart",
        " /human",
        "/nosuch",
        "//",
        "'; drop table turns;--",
        "{{7*7}}",
    ],
)
def test_nobody_injects_an_intent(talk: Talk, text: str) -> None:
    reply = talk.say(text)
    assert (
        reply.status in ("unanswered", "unheard", "clarifying", "answered", "refused")
        and "Traceback" not in reply.speech
    )
    assert reply.intent != "human" and reply.status != "done"


def test_an_answer_carries_source_date_and_place(talk: Talk) -> None:
    reply = talk.say("养老金一年要认证几次")
    assert reply.status == "answered" and reply.topic == "pension-eligibility-certification"
    assert (
        reply.source
        and reply.source["document"]
        and reply.source["effective"]
        and reply.source["jurisdiction"]
    )
    assert reply.source["document"] in reply.speech


def test_what_it_takes_asked_afterwards_is_about_the_same_topic(talk: Talk) -> None:
    first = talk.say("结婚登记要去哪里办")
    second = talk.say("那要带什么材料")
    assert second.topic == first.topic and second.speech.startswith("材料")


def test_an_answer_that_offers_its_service_starts_it_on_yes(talk: Talk) -> None:
    offer = talk.say("养老金一年要认证几次")
    assert offer.expecting and offer.expecting["kind"] == "yes_no"
    assert talk.say("要得").service == "pension-certification"
    assert talk.say("不办了").status == "answered"


@pytest.mark.parametrize(
    ("text", "status"),
    [("家里着火了快来人", {"emergency"}), ("有人在拿刀砍人", {"emergency"}), ("我不想活了", {"emergency"}),
     ("买哪只股票能赚钱", {"refused", "unanswered"}), ("明天下不下雨", {"refused", "unanswered"})],
)  # fmt: skip
def test_danger_and_what_is_not_ours(talk: Talk, text: str, status: set[str]) -> None:
    assert talk.say(text).status in status


def test_danger_brings_one_person_and_a_town_is_asked_for_once(talk: Talk) -> None:
    first, again = talk.say("家里着火了快来人"), talk.say("家里着火了快来人")
    case = re.search(r"编号(\d+)", first.speech)
    assert case and case[1] in again.speech and "一一九" in first.speech
    asked = [talk.say(words).speech.count("您在哪个市？") for words in ("低保一个月有多少钱", "那要带什么材料")]
    assert asked == [1, 0]
    assert "成都窗口答复为准" in talk.say("在成都").speech


def test_converse_answers_every_line_in_order(command: Command) -> None:
    lines = [{"conversation": "甲", "text": "养老金多久认证一次"}, {"conversation": "甲", "text": "要带啥"},
             {"conversation": "乙", "text": ""}, {"conversation": "丙", "text": "长" * 10_000}]  # fmt: skip
    result = command("converse", "--json", stdin="\n".join(json.dumps(one) for one in lines) + "\n")
    replies = [json.loads(text) for text in result.stdout.splitlines()]
    assert [r["conversation"] for r in replies] == ["甲", "甲", "乙", "丙"]
    assert [r["status"] for r in replies] == ["answered", "answered", "unheard", "refused"]
    assert replies[0]["topic"] == replies[1]["topic"] and result.returncode == 0


def test_converse_survives_lines_that_are_no_use(command: Command) -> None:
    result = command(
        "converse", "--json", stdin='{broken\n[]\n{"conversation":"a"}\n{"conversation":"a","text":"你好"}\n'
    )
    replies = [json.loads(text) for text in result.stdout.splitlines()]
    assert [r["status"] for r in replies] == [
        "failed",
        "failed",
        "failed",
        "answered",
    ] and result.returncode == 1
    assert "Traceback" not in result.stderr


def test_a_second_process_on_the_same_port_says_so(command: Command) -> None:
    result = command("up")
    assert result.returncode == 1 and "端口" in result.stderr and "Traceback" not in result.stderr


def test_eval_faq_keeps_order_and_fields(command: Command, tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "q.jsonl"
    queries = [
        {"id": "1", "topic": "pension-eligibility-certification", "style": "plain", "text": "养老金多久认证一次"},
        {"id": "2", "topic": None, "style": "oos", "text": "能不能转人工", "expect": "human"},
    ]
    file.write_text("\n".join(json.dumps(q, ensure_ascii=False) for q in queries), "utf-8")
    result = command("eval", "faq", str(file), "--json")
    rows = [json.loads(text) for text in result.stdout.splitlines()]
    assert [r["text"] for r in rows] == ["养老金多久认证一次", "能不能转人工"]
    assert set(rows[0]) >= {"text", "status", "topic", "candidates", "confidence", "ms"}
    assert rows[0]["status"] == "answered" and rows[1]["status"] == "handed_over"
    assert rows[0]["candidates"] and rows[0]["confidence"] > 0


def test_the_engine_forgets_a_conversation_that_ended(talk: Talk) -> None:
    assert talk.say("我要办养老金资格认证").status == "collecting"
    talk.runner.run(talk.assistant.end(talk.conversation))
    assert "没有正在办的事" in talk.say("算了").speech

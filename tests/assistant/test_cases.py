"""Which turns become cases, told as short conversations: (heard, status, intent, topic)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.cases import ABANDONED_AFTER, cases_of
from assistant.records import Records
from assistant.turn import Reply, Utterance

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ASK = ("狗证在哪里办", "unanswered", "ask_policy", None)
CLARIFY = ("那个证丢了", "clarifying", "ask_policy", None)
ANSWER = ("身份证丢了咋补", "answered", "ask_policy", "id-loss")
Said = tuple[str, str, str | None, str | None]


def talk(*said: Said, conversation: str = "a", **about: Any) -> list[dict[str, Any]]:
    at = (NOW - timedelta(hours=2)).isoformat()
    fields = {"at": at, "conversation": conversation, "channel": "phone", "dialect": "sichuan", **about}
    return [
        {"id": number, "heard": heard, "status": status, "intent": intent, "topic": topic, **fields}
        for number, (heard, status, intent, topic) in enumerate(said, start=1)
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([ASK], [(1, "unanswered")]),
        ([ANSWER], []),
        ([CLARIFY], [(1, "clarified")]),
        ([CLARIFY, ("第一个", "answered", "choose_option", "id-loss")], []),
        ([CLARIFY, ("都不是", "unanswered", "choose_option", None)], [(1, "clarified")]),
        ([CLARIFY, ("都不是", "unanswered", "deny", None)], [(1, "clarified")]),
        ([CLARIFY, ("第五个", "clarifying", "choose_option", None)], [(1, "clarified")]),
        ([CLARIFY, ("转人工", "handed_over", "human", None)], [(1, "clarified")]),
        ([CLARIFY, ("再说一遍", "clarifying", "repeat", None), ANSWER], []),
        ([CLARIFY, ASK], [(1, "clarified"), (2, "unanswered")]),
        ([CLARIFY, ("我要办身份证", "collecting", "id_card_appointment", None)], []),
        ([ANSWER, ("我不满意", "answered", "complain", None)], [(1, "complaint")]),
        ([ANSWER, ("说的不对", "answered", "deny", None)], [(1, "complaint")]),
        ([ANSWER, ("不对，我问的不是这个", "unanswered", "ask_policy", None)], [(1, "complaint")]),
        ([ANSWER, ("谢谢", "answered", "thanks", None)], []),
        ([ANSWER, ("不用了谢谢", "answered", "deny", None)], []),
        ([("态度太差", "answered", "complain", None)], [(1, "complaint")]),
        ([ASK, ("你说的没用", "answered", "complain", None)], [(1, "unanswered")]),
        ([("我要找真人", "handed_over", "human", None)], []),
        ([("今天几号", "refused", "ask_policy", None)], []),
    ],
)
def test_what_becomes_a_case(said: list[Said], expected: list[tuple[int, str]]) -> None:
    assert [(case.turn, case.kind) for case in cases_of(talk(*said), NOW)] == expected


def test_a_complaint_about_a_choice_blames_the_topic_chosen_and_keeps_the_question() -> None:
    chosen = ("第一个", "answered", "choose_option", "id-renewal")
    (case,) = cases_of(talk(CLARIFY, chosen, ("答非所问", "answered", "complain", None)), NOW)
    assert (case.wording, case.answered) == ("那个证丢了", "id-renewal")


def test_a_complaint_about_a_leaning_question_keeps_the_question_it_leaned_on() -> None:
    leaning = ("那要带什么材料", "answered", "ask_policy", "id-loss")
    (case,) = cases_of(talk(ANSWER, leaning, ("说的不对", "answered", "deny", None)), NOW)
    assert (case.wording, case.answered) == ("身份证丢了咋补", "id-loss")


def test_a_question_back_is_not_abandoned_while_somebody_may_still_choose() -> None:
    just = NOW - ABANDONED_AFTER + timedelta(minutes=1)
    assert cases_of(talk(CLARIFY, at=just.isoformat()), NOW) == []


def test_place_is_the_one_named_else_the_offices() -> None:
    named = talk(("我在成都，想问个事", "answered", "ask_policy", "id-loss"), ASK, place="长沙")
    other = talk(ASK, conversation="b", place="长沙")
    assert [case.place for case in cases_of([*named, *other], NOW)] == ["长沙", "成都"]
    (case, _) = cases_of([*other, *named], NOW)
    assert (case.channel, case.dialect) == ("phone", "sichuan")


def test_measuring_is_no_demand_and_old_records_are_masked_too() -> None:
    assert cases_of(talk(ASK, channel="eval"), NOW) == []
    said = ("我叫王秀英，电话13800138000，狗证在哪办", "unanswered", "ask_policy", None)
    (case,) = cases_of(talk(said), NOW)
    assert case.wording == "我叫（姓名），电话（号码），狗证在哪办"


def test_records_are_written_without_names_and_with_the_place(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as db:  # a table of an earlier release
        db.execute(
            sa.text(
                "CREATE TABLE turns (id INTEGER PRIMARY KEY, at VARCHAR(32), conversation VARCHAR(128), "
                "channel VARCHAR(16), dialect VARCHAR(16), heard TEXT, status VARCHAR(16), intent VARCHAR(48), "
                "topic VARCHAR(64), service VARCHAR(48), confidence FLOAT, source TEXT, ms INTEGER, marks TEXT)"
            )
        )
    records = Records(url, place="长沙")
    heard = "给王秀英办狗证，她电话一三八零零一三八零零零"
    records.write(Utterance("a", heard, channel="web"), Reply("a", heard, "unanswered", "", ""))
    (row,) = records.since(datetime(2020, 1, 1, tzinfo=UTC))
    assert (row["heard"], row["place"]) == ("给（姓名）办狗证，她电话（号码）", "长沙")
    assert records.since(datetime(2100, 1, 1, tzinfo=UTC)) == []

"""Every outcome has its sentence, every answer its source, and nothing is left unfilled."""

from __future__ import annotations

import re
import string

import pytest

from actions.definitions import all_definitions
from actions.sentences import SENTENCES
from assistant.wording import answer, day, fixed_sentences, one, sentences, word

pytestmark = pytest.mark.unit
SOURCE = {
    "document": "社会保险经办条例",
    "number": "国务院令第765号",
    "issuer": "国务院",
    "article": "第二十五条",
    "effective": "2023-12-01",
    "jurisdiction": "全国",
    "url": None,
}
ANSWER = {
    "title": "养老金领取资格认证",
    "short": "一年认一次，手机刷脸就行",
    "points": ["十二个月内认一次"],
    "materials": ["身份证"],
    "time_and_fee": ["不收钱"],
    "where": ["手机上"],
    "plain": ["认证：证明人还在"],
    "section": "",
    "verify": False,
    "zero_trip": True,
}


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_every_sentence_of_the_actions_is_worded(name: str) -> None:
    params = {p: "甲" for p in SENTENCES[name].params}
    if name in ("answer", "answer_offer"):
        params = {**ANSWER, "service_title": "养老金资格认证"}
    speech, display = one({"status": "answered", "sentence": name, "params": params, "source": SOURCE})
    assert speech and display
    assert "{" not in speech + display


def test_no_sentence_asks_for_a_parameter_that_nobody_gives() -> None:
    given = {"place", "document_said", "again_note", "dialect_name", "source_said", "source_shown"}
    given |= {"law_older", "law_notes", "day_said", "heard"}
    for name, sentence in sentences().items():
        for text in sentence.values() if isinstance(sentence, dict) else [sentence]:
            fields = {field for _, field, _, _ in string.Formatter().parse(text) if field}
            known = set(SENTENCES[name].params) if name in SENTENCES else set()
            assert fields - given <= known, name


def test_an_answer_names_document_article_date_and_place_aloud_and_on_screen() -> None:
    speech, display = answer(ANSWER, SOURCE)
    for text in (speech, display):
        assert (
            "社会保险经办条例" in text and "第二十五条" in text and "2023年12月1日" in text and "全国" in text
        )
    assert "国务院令第765号" in display and "国务院" in display


def test_a_section_that_was_asked_for_is_what_is_said() -> None:
    speech, _ = answer({**ANSWER, "section": "材料"}, SOURCE)
    assert speech.startswith("材料：身份证") and "刷脸" not in speech


def test_of_a_long_section_the_first_lines_are_said_and_all_are_shown() -> None:
    papers = [f"第{n}样" for n in range(1, 7)]
    speech, display = answer({**ANSWER, "section": "材料", "materials": papers}, SOURCE)
    assert all(paper in display for paper in papers) and "屏幕上" not in display
    assert "第4样" in speech and "第5样" not in speech and "屏幕上有全文" in speech
    assert "屏幕上" not in answer({**ANSWER, "section": "材料", "materials": papers[:4]}, SOURCE)[0]


UNSEEN = re.compile(r"屏幕|打字|镜头|点出|写出来|页面|按钮|[\[\]]")
"""What a telephone caller has not got."""


def test_a_caller_is_told_of_nothing_that_a_telephone_has_not() -> None:
    definitions = all_definitions().values()
    own = [("prompt", {"text": text}) for d in definitions for i in d.inputs for text in i.prompts.values()]
    own += [("service_start", {"title": d.title, "says_first": d.says_first}) for d in definitions]
    own += [(name, {p: "甲" for p in given.params}) for name, given in SENTENCES.items()]
    elsewhere = 0
    for name, params in own:
        if name in ("answer", "answer_offer"):
            params = {**ANSWER, "section": "材料", "materials": ["身份证"] * 6}
        outcome = {
            "status": "answered",
            "sentence": name,
            "params": {**params, "cut": True},
            "source": SOURCE,
        }
        assert not UNSEEN.search(word([outcome], "phone")[0]), name
        elsewhere += bool(re.search("屏幕|镜头", word([outcome], "web")[0]))
        assert "[" not in "".join(word([outcome], "web")), name
    assert elsewhere > 40
    assert not any(UNSEEN.search(str(text)) for text in sentences("phone").values())


def test_both_ways_of_a_sentence_are_spoken_ahead() -> None:
    assert {"还是没听清。请离近一点，慢慢说。", "还是没听清。请离近一点，慢慢说，或者打字给我。"} < {
        *fixed_sentences()
    }


def test_the_town_is_asked_for_after_everything_else() -> None:
    speech, display = answer({**ANSWER, "verify": True, "ask_place": True}, SOURCE)
    assert speech.endswith("您在哪个市？") and display.endswith("您在哪个市？")
    assert "哪个市" not in "".join(answer({**ANSWER, "ask_place": False}, SOURCE))


def test_what_needs_no_trip_is_shown_always_and_said_where_it_fits() -> None:
    note = sentences()["zero_trip_note"]
    plain = {**ANSWER, "short": "一年认一次", "where": ["社保窗口"]}
    for params, aloud in (
        (plain, True),
        ({**plain, "section": "在哪里办"}, True),
        ({**plain, "section": "材料"}, False),
        (ANSWER, False),  # 手机刷脸就行: said already
    ):
        speech, display = answer(params, SOURCE)
        assert (note in speech, note in display) == (aloud, True), params
    assert note not in "".join(answer({**plain, "zero_trip": False}, SOURCE))


def test_a_place_and_a_review_long_past_are_said() -> None:
    speech, display = answer({**ANSWER, "verify": True, "place": "成都", "reviewed": "2024-01-31"}, SOURCE)
    for text in (speech, display):
        assert "成都窗口答复为准" in text and "2024年1月31日" in text and "当地窗口" not in text


def test_doubt_is_said() -> None:
    assert "以当地窗口答复为准" in answer({**ANSWER, "verify": True}, SOURCE)[0]


def test_two_outcomes_are_one_reply_in_order() -> None:
    speech, _ = word(
        [
            {"status": "answered", "sentence": "answer", "params": ANSWER, "source": SOURCE},
            {"status": "collecting", "sentence": "prompt", "params": {"text": "您叫什么名字？"}},
        ],
        "web",
    )
    assert speech.endswith("您叫什么名字？") and speech.startswith("一年认一次")


def test_choices_are_numbered_on_screen() -> None:
    choices = [{"id": "a", "label": "低保"}, {"id": "b", "label": "特困"}]
    outcome = {
        "status": "clarifying",
        "sentence": "clarify_topics",
        "params": {"options": "低保还是特困"},
        "choices": choices,
    }
    speech, display = one(outcome)
    assert "1. 低保" in display and "2. 特困" in display and "1." not in speech


def test_simulation_says_so() -> None:
    for name in ("code_sent", "face_step", "face_waiting", "face_failed"):
        assert "模拟" in sentences()[name]


def test_the_greeting_says_it_is_a_machine() -> None:
    assert "智能语音助手" in sentences()["welcome"] and "机器" in sentences()["who_are_you"]


def test_unheard_is_asked_differently_each_time() -> None:
    texts = {sentences()[f"unheard_{n}"] for n in ("once", "twice", "person")}
    assert len(texts) == 3 and "人工" in sentences()["unheard_person"]


@pytest.mark.parametrize(
    ("date", "said"), [("2023-12-01", "2023年12月1日"), (None, "日期未注明"), ("2023", "2023")]
)
def test_day(date: str | None, said: str) -> None:
    assert day(date) == said


def test_sentences_are_short_enough_to_be_listened_to() -> None:
    for name, sentence in sentences().items():
        text = sentence["speech"] if isinstance(sentence, dict) else sentence
        assert max(map(len, re.split("[。？！]", text))) <= 60, name


@pytest.mark.parametrize(
    "name", ["handed_over", "unanswered", "too_many_tries", "identity_failed", "unclear_person", "emergency"]
)
def test_no_case_number_no_half_sentence_about_it(name: str) -> None:
    params = {p: "甲" for p in SENTENCES[name].params} | {"case": "", "phone": "12345"}
    speech, _ = one({"status": "handed_over", "sentence": name, "params": params})
    assert "编号" not in speech and "12345" in speech

"""“依据是哪条” and “某某法第几条” through the webhook, with and without imported texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from assistant.wording import word
from knowledge.entry import Entry, Source
from knowledge.importing.passage import Draft, Passage, PassageSource
from knowledge.laws.index import passages_folder, stage

SECTIONS = {name: ("带身份证。",) for name in ("一句话", "要点", "材料", "时限与费用", "在哪里办", "大白话")}
CLAIM = Entry(
    "claim",
    "职工养老金申领",
    "social-insurance",
    "全国",
    "national",
    (
        Source("社会保险经办条例", "国务院", "国务院令第765号", "第十八条"),
        Source("中华人民共和国社会保险法", "全国人大常委会", "", "第十六条、第十七条"),
    ),
    date(2023, 12, 1),
    None,
    date(2026, 11, 25),
    None,
    (),
    False,
    False,
    SECTIONS,
)
LOCAL = replace(CLAIM, id="local", title="低保", level="city")
OFFERED = replace(CLAIM, id="certify", title="护理补贴", level="province", service="pension-certification")
STOCKS = SimpleNamespace(id="stocks", title="炒股", say="炒股的事我不答。", hotline="")
OLD = "本法所称老年人是指六十周岁以上的公民。"


def law(document: str, article: str, text: str, **more: Any) -> Passage:
    about = {"issuer": "国务院", "effective": date(2020, 1, 1), "note": "", **more}
    source = PassageSource(document, "", about["issuer"], "", "https://gov.example/a", about["effective"])
    draft = Draft(document, "", article, text, "第1行", source, "law", note=about["note"])
    return draft.finish("a.md", "2026-01-01")


LAWS = [
    law("社会保险经办条例", "第十八条", "申请领取养老金的，应当办理。"),
    law("中华人民共和国社会保险法", "第十六条", "累计缴费满十五年的，按月领取。", note="后来改过"),
    law("中华人民共和国老年人权益保障法", "第二条", OLD),
    law("中华人民共和国老年人权益保障法", "第三条", "很长。" * 100),
    law("某某规定", "第一条", "没写发布机关。", issuer=""),
    law("将来法", "第一条", "还没施行。", effective=date(2999, 1, 1)),
]


def office(question: str, answer: str, **source: Any) -> Passage:
    about = {"issuer": "青山镇人民政府", "effective": date(2025, 1, 1), **source}
    whole = PassageSource("青山镇常见问题", "", about["issuer"], "", "", about["effective"])
    draft = Draft("常见问题", f"生活 {question}", "", answer, "表“问答”第7行", whole, "question")
    return draft.finish("青山镇.xlsx", "2026-01-01")


OFFICE = [
    office("图书室几点关门", "周一到周五下午五点半关门，周末下午四点关门。"),
    office("会议室怎么借", "登记。" * 100),
    office("旧农药瓶回收给钱吗", "一个瓶子换一角钱。", issuer=""),
    office("炒股开户去哪里", "去证券公司。"),
    office("取暖给不给补钱", "每户三百元。"),
]


class Answers:
    """养老金 is the same everywhere, 低保 and 护理补贴 differ by town; everything else is unanswered."""

    entries: ClassVar[dict[str, Entry]] = {"claim": CLAIM, "local": LOCAL, "certify": OFFERED}

    def answer(self, question: str, *, jurisdiction: str | None = None, **about: Any) -> Any:
        place = "成都" if "成都" in question else jurisdiction
        said = {"养老金": "claim", "低保": "local", "护理补贴": "certify"}
        topic = next((topic for word, topic in said.items() if word in question), None)
        if topic is None and place and question.startswith("在"):
            topic = about.get("context_topic")
        return SimpleNamespace(
            outcome="answered" if topic else "unanswered",
            entry=self.entries[topic] if topic else None,
            topic=topic,
            section=None,
            candidates=(),
            confidence=0.9 if topic else 0.1,
            boundary=STOCKS if "炒股" in question else None,
            jurisdiction=place,
            urgency=0.0,
            lapsed=None if "取暖" not in question else replace(CLAIM, expires=date(2020, 6, 30)),
        )


@pytest.fixture
def rasa(world: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("XIANGYIN_VAR", str(tmp_path / "var"))
    world.office._load = Answers
    yield world.rasa()


@pytest.fixture
def imported(rasa: Any) -> Any:
    stage([*LAWS, *OFFICE], passages_folder())()
    return rasa


def said(outcomes: list[dict[str, Any]]) -> list[str]:
    return [outcome["sentence"] for outcome in outcomes]


def test_a_named_article_is_read_with_document_article_and_date(imported: Any) -> None:
    outcome = imported.turn("社会保险法第十六条", "ask_policy")[-1]
    assert (outcome["status"], outcome["sentence"]) == ("answered", "law_article")
    source = outcome["source"]
    assert (source["document"], source["article"]) == ("中华人民共和国社会保险法", "第十六条")
    assert source["effective"] == "2020-01-01" and source["jurisdiction"] == "全国"
    speech, display = word([outcome], "web")
    assert "满十五年" in speech and "以现行规定为准" in speech, "a text known to be amended says so"
    assert "2020年1月1日起施行" in display and "国务院" in display


def test_a_basis_asked_for_is_found_by_words(imported: Any) -> None:
    outcome = imported.turn("几岁算老年人 依据是哪条", "ask_policy")[-1]
    assert outcome["source"]["article"] == "第二条" and outcome["params"]["text"] == OLD


@pytest.mark.parametrize(
    "words", ["依据是哪条", "哪个文件说的", "刚才说的是哪个文件规定的？", "这是谁规定的"]
)
def test_after_an_answer_its_source_and_article(imported: Any, words: str) -> None:
    imported.turn("养老金怎么领", "ask_policy")
    outcomes = imported.turn(words, "ask_policy")
    assert said(outcomes) == ["basis_several", "law_article"]
    assert outcomes[0]["topic"] == "claim" and outcomes[0]["source"]["number"] == "国务院令第765号"
    assert outcomes[1]["source"]["article"] == "第十八条"
    speech, display = word(outcomes, "phone")
    assert "《社会保险经办条例》第十八条" in speech and "2023年12月1日" in speech and "另外还有" in display


def test_the_article_that_fits_the_question_among_those_cited(imported: Any) -> None:
    outcomes = imported.turn("养老金累计缴费满十五年按月领取，依据是哪条", "ask_policy")
    assert outcomes[-1]["source"]["article"] == "第十六条" and imported.slots["topic"] == "claim"


def test_long_articles_are_said_in_part_and_shown_whole(imported: Any) -> None:
    outcome = imported.turn("老年人权益保障法第三条", "ask_policy")[-1]
    speech, display = word([outcome], "web")
    assert outcome["params"]["cut"] and "屏幕上有全文" in speech and "很长。" * 100 in display
    assert len(speech) < 260


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("社会保险法第九百条", "law_no_such_article"),
        ("某某规定第一条", "law_unattributed"),
        ("将来法第一条", "law_not_yet"),
        ("渔业法第一条", "law_not_here"),
    ],
)
def test_what_is_not_there_is_said(imported: Any, words: str, sentence: str) -> None:
    outcome = imported.turn(words, "ask_policy")[-1]
    assert (outcome["sentence"], outcome["status"]) == (sentence, "unanswered")


def test_without_imported_texts_it_says_so_and_names_the_source_it_has(rasa: Any) -> None:
    assert said(rasa.turn("社会保险法第十六条", "ask_policy")) == ["law_not_here", "law_cited_by"]
    assert (
        "没有装进这台机器" in word(rasa.outcomes, "web")[0]
        and "职工养老金申领" in word(rasa.outcomes, "web")[0]
    )
    assert said(rasa.turn("几岁算老年人 依据是哪条", "ask_policy")) == ["law_texts_missing", "unanswered"]
    rasa.turn("养老金怎么领", "ask_policy")
    outcomes = rasa.turn("依据是哪条", "ask_policy")
    assert said(outcomes) == ["basis_several", "law_text_missing"]
    assert outcomes[0]["source"]["document"] == "社会保险经办条例"


def test_an_article_is_no_choice(imported: Any) -> None:
    outcome = imported.turn("老年人权益保障法第二条", "choose_option")[-1]
    assert outcome["source"]["article"] == "第二条"
    assert said(imported.turn("第二条", "choose_option")) == ["nothing_to_choose"]


def test_a_basis_of_nothing_asks_back(rasa: Any) -> None:
    assert said(rasa.turn("依据是哪条", "ask_policy")) == ["basis_of_what"]


def test_a_place_once_said_holds_for_the_conversation(rasa: Any) -> None:
    rasa.turn("养老金怎么领", "ask_policy")
    assert "jurisdiction" not in rasa.slots
    assert rasa.turn("在成都呢？", "ask_policy")[-1]["topic"] == "claim"
    assert rasa.slots["jurisdiction"] == "成都"
    assert "成都窗口答复为准" in word(rasa.outcomes, "phone")[0], "the place that was named is spoken of"
    rasa.turn("别的事", "ask_policy")
    rasa.turn("养老金要交多久", "ask_policy")
    assert rasa.slots["jurisdiction"] == "成都"
    assert "成都" not in word(rasa.outcomes, "phone")[0], "not again where sums are the same everywhere"


def test_the_town_is_asked_for_once_where_sums_differ(rasa: Any) -> None:
    assert "哪个市" not in word(rasa.turn("养老金怎么领", "ask_policy"), "phone")[0], "the same everywhere"
    assert "哪个市" not in word(rasa.turn("护理补贴有多少", "ask_policy"), "phone")[0], "one question: the offer"
    assert word(rasa.turn("低保有多少", "ask_policy"), "phone")[0].endswith("您在哪个市？")
    assert "哪个市" not in word(rasa.turn("低保要什么材料", "ask_policy"), "phone")[0], "not again"
    told = rasa.turn("在成都", "inform")
    assert told[-1]["topic"] == "local" and rasa.slots["jurisdiction"] == "成都"
    speech = word(told, "phone")[0]
    assert "成都窗口答复为准" in speech and "哪个市" not in speech


@pytest.mark.parametrize("where", ["office", "resident"])
def test_a_town_that_is_known_is_not_asked_for(world: SimpleNamespace, rasa: Any, where: str) -> None:
    if where == "office":
        world.office.jurisdiction = "成都"
    else:
        rasa.turn("在成都养老金怎么领", "ask_policy")
    assert "哪个市" not in word(rasa.turn("低保有多少", "ask_policy"), "phone")[0]


def test_inside_a_service_its_own_question_stands_alone(rasa: Any) -> None:
    rasa.turn("我要认证", "pension_certification")
    assert "哪个市" not in word(rasa.turn("低保有多少", "ask_policy"), "phone")[0]


def test_a_lapsed_rule_is_not_told_as_todays(rasa: Any) -> None:
    outcome = rasa.turn("取暖给不给补钱", "ask_policy")[-1]
    assert (outcome["status"], outcome["sentence"]) == ("unanswered", "lapsed")
    assert "2020年6月30日" in word([outcome], "phone")[0]


def test_what_only_an_imported_document_knows_is_answered_from_its_section(imported: Any) -> None:
    imported.turn("养老金怎么领", "ask_policy")
    outcome = imported.turn("图书室几点关门呀", "ask_policy")[-1]
    assert (outcome["status"], outcome["sentence"]) == ("answered", "imported")
    source = outcome["source"]
    assert (source["document"], source["section"]) == ("青山镇常见问题", "生活 图书室几点关门")
    assert (source["location"], source["jurisdiction"]) == ("表“问答”第7行", "青山镇")
    assert source["effective"] == "2025-01-01" and source["issuer"] == "青山镇人民政府"
    speech, display = word([outcome], "phone")
    for text in (speech, display):
        assert "五点半关门" in text and "青山镇常见问题" in text and "青山镇适用" in text and "2025年1月1日" in text
    assert "第7行" in display and "青山镇.xlsx" in display
    assert imported.slots["topic"] is None, "“要什么材料” must not be about the topic before"


def test_a_long_passage_is_said_in_part_and_shown_whole(imported: Any) -> None:
    speech, display = word(imported.turn("会议室怎么借", "nlu_fallback"), "web")
    assert len(speech) < 300 and "屏幕上有全文" in speech and "登记。" * 100 in display


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("旧农药瓶回收给钱吗", "unanswered"),  # its source is not whole
        ("图书室有没有空调", "unanswered"),
        ("炒股开户去哪里", "redirected"),
        ("取暖给不给补钱", "lapsed"),
    ],
)
def test_what_no_document_surely_answers_stays_what_it_was(imported: Any, words: str, sentence: str) -> None:
    assert said(imported.turn(words, "ask_policy")) == [sentence]


def test_the_wish_of_another_place_is_not_met_with_ours(imported: Any) -> None:
    assert said(imported.turn("在成都养老金怎么领", "ask_policy")) == ["answer"]
    assert said(imported.turn("图书室几点关门", "ask_policy")) == ["unanswered"]


def test_out_of_scope_words_are_looked_up_before_they_are_sent_away(imported: Any) -> None:
    assert said(imported.turn("图书室几点关门", "out_of_scope")) == ["imported"]
    assert said(imported.turn("今天天气怎么样啊", "out_of_scope")) == ["out_of_scope"]


def test_an_index_that_cannot_be_read_takes_nothing_away(imported: Any) -> None:
    folder = passages_folder()
    (folder / "broken").mkdir()
    (folder / "broken" / "manifest.json").write_text("{", encoding="utf-8")
    (folder / "current").write_text("broken", encoding="utf-8")
    assert said(imported.turn("图书室几点关门", "ask_policy")) == ["unanswered"]

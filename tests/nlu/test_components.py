"""Command words and expected values: the pure parts of our Rasa components."""

from __future__ import annotations

import json

import pytest

from nlu.components.command_words import command_of, plain
from nlu.components.expected_value import bound_intent, intent_for
from nlu.components.question_not_request import intent_for as question
from nlu.generate import ROOT, build, command_words, service_intent
from nlu.rules import GENERAL_INTENTS

pytestmark = pytest.mark.unit
WORDS = command_words(ROOT)


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("人工", "human"),
        ("人工！", "human"),
        ("转人工吧", "human"),
        ("对", "affirm"),
        ("对的呀。", "affirm"),
        ("嗯", "affirm"),
        ("不对", "deny"),
        ("等一下啊", "wait"),
        ("算了", "stop"),
        ("再说一遍嘛", "repeat"),
        ("上一步", "back"),
        ("你 好", "greet"),
    ],
)
def test_a_command_word_alone_is_that_command(said: str, intent: str) -> None:
    assert command_of(said, WORDS) == intent


@pytest.mark.parametrize("said", ["人工智能怎么学", "对方不给抚养费", "等一下我再问医保", "不对称", ""])
def test_longer_sentences_are_left_to_statistics(said: str) -> None:
    assert command_of(said, WORDS) is None


def test_no_word_means_two_commands() -> None:
    import yaml

    seen: dict[str, str] = {}
    for intent, words in yaml.safe_load((ROOT / "nlu" / "commands.yml").read_text("utf-8")).items():
        for word in map(str, words):
            key = plain(word)
            assert seen.setdefault(key, intent) == intent, f"{word}: {seen[key]} and {intent}"


CHOICES = ["缴了多少年", "每月发多少", "账户余额", "有没有断缴"]


@pytest.mark.parametrize(
    ("text", "kind", "choices", "predicted", "implied"),
    [
        ("有没有断缴", "choice", CHOICES, "social_insurance_query", "choose_option"),
        ("第二个", "choice", CHOICES, "ask_policy", "choose_option"),
        ("王秀英", "name", [], "ask_policy", "inform"),
        ("五一零一零二一九五五零三一二零零二七", "digits", [], "ask_policy", "inform"),
        ("那要带什么材料", "digits", [], "ask_policy", None),
        ("养老金一年认证几次", "digits", [], "ask_policy", None),
        ("电话是幺五四，四二二八，五六七一", "digits", [], "ask_policy", "inform"),
        ("三百八", "money", [], "ask_policy", "inform"),
        ("为啥要问这个", "name", [], "ask_policy", None),
        ("转人工", "name", [], "human", None),
        ("对头", "yes_no", [], "ask_policy", "affirm"),
        ("不是", "yes_no", [], "ask_policy", "deny"),
        ("下周三", "date", [], "ask_policy", "inform"),
        ("有没有断缴", "open", [], "social_insurance_query", None),
    ],
)
def test_the_open_question_decides_short_answers(
    text: str, kind: str, choices: list[str], predicted: str, implied: str | None
) -> None:
    assert intent_for(text, {"kind": kind, "choices": choices}, predicted, 0.9) == implied


def test_nothing_asked_means_nothing_implied() -> None:
    assert intent_for("王秀英", None, "ask_policy", 0.5) is None


class TestGenerated:
    files = build(ROOT)

    def test_every_intent_of_the_design_has_25_examples(self) -> None:
        counts: dict[str, int] = {}
        intent = ""
        for line in self.files["data/nlu.yml"].splitlines():
            if line.startswith("- intent: "):
                intent = line.removeprefix("- intent: ")
                counts[intent] = 0
            elif line.startswith("    - "):
                counts[intent] += 1
        services = {service_intent(p.stem) for p in (ROOT / "actions" / "services").glob("*.yml")}
        assert len(services) >= 16
        assert set(counts) == set(GENERAL_INTENTS) | services
        assert {k: v for k, v in counts.items() if v < 25} == {}

    def test_commands_are_written_for_the_engine(self) -> None:
        assert json.loads(self.files["commands.json"])["人工"] == "human"

    def test_a_service_from_files_alone_becomes_an_intent(self, tmp_path) -> None:  # type: ignore[no-untyped-def]
        import shutil

        for name in ("nlu", "actions/services", "dialects"):
            shutil.copytree(ROOT / name, tmp_path / name)
        (tmp_path / "actions" / "services" / "lost-property.yml").write_text(
            "id: lost-property\ntitle: 失物登记\nopening: [我丢了东西要登记, 帮我登记失物]\ninputs: []\n",
            "utf-8",
        )
        files = build(tmp_path)
        assert "lost_property" in files["domain.yml"] and "lost_property" in files["data/rules.yml"]


@pytest.mark.parametrize(
    "text",
    [
        "养老金一年要认证几次",
        "取公积金要什么材料",
        "居住证有什么用",
        "异地能认证吗",
        "养老金怎么认证",
        "居住证该签了",
        "公积金余额查询",
        "每个月还房贷，公积金怎么取出来还",
        "把邻居的身份证号报给我",
    ],
)
def test_a_question_about_a_rule_does_not_start_its_service(text: str) -> None:
    assert question(text, "pension_certification") == "ask_policy"


@pytest.mark.parametrize(
    "text",
    [
        "我要认证",
        "帮我查查断没断缴",
        "能不能帮我认证一下",
        "我要取公积金",
        "查查扣了几分",
        "我的房产证办好没",
        "村里替我办的事咋样了",
        "住院的钱报下来没有",
        "我来刷脸认证养老金",
        "约明天上午办身份证",
    ],
)
def test_a_request_stays_a_request(text: str) -> None:
    assert question(text, "pension_certification") is None


def test_an_opening_said_whole_starts_its_service_even_where_it_asks() -> None:
    assert command_of("我爸躺床上咋认证？", WORDS) == "pension_certification"
    assert command_of("我爸躺床上咋认证要带什么", WORDS) is None


def test_a_story_with_再_is_no_wish_to_hear_it_again() -> None:
    assert question("孩子病了想歇一年再念", "repeat") == "ask_policy"
    assert question("再说一遍", "repeat") is None and question("没听清楚你刚才讲的", "repeat") is None


def test_other_intents_are_left_alone() -> None:
    assert question("多少钱", "ask_policy") is None and question("要不要", "affirm") is None


@pytest.mark.parametrize(
    ("predicted", "hearing", "intent"),
    [
        ("pension_certification", "unsure", "ask_policy"),
        ("affirm", "unsure", "ask_policy"),
        ("choose_option", "unsure", "ask_policy"),
        ("correct_value", "unsure", None),
        ("ask_policy", "unsure", None),
        ("human", "unsure", None),
        ("emergency", "unsure", None),
        ("pension_certification", "sure", None),
        ("affirm", None, None),
    ],
)
def test_what_was_not_heard_surely_starts_and_confirms_nothing(
    predicted: str, hearing: str | None, intent: str | None
) -> None:
    assert bound_intent(predicted, hearing) == intent

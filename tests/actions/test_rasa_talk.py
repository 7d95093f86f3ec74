"""Policy answers, offers, choices and small talk through the webhook; the frame that never raises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from actions import client
from actions.ledger import LedgerUnavailable
from actions.masking import masked
from actions.outcome import Outcome, say
from actions.rasa import ALL
from actions.sentences import SENTENCES
from actions.server import build
from assistant.wording import word

ROOM = Path(__file__).resolve().parents[2] / "actions"


def last(outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    return outcomes[-1]


def entry(id: str, title: str, service: str | None) -> SimpleNamespace:
    source = SimpleNamespace(
        document="社会保险法", number="", article="第一条", issuer="全国人大常委会", url=""
    )
    return SimpleNamespace(
        id=id,
        title=title,
        service=service,
        sources=(source,),
        effective=date(2011, 7, 1),
        jurisdiction="全国",
        level="national",
        stale_on=lambda _: False,
        verify=False,
        zero_trip=True,
        said="带上身份证就能办。",
        sections={
            "要点": ("一", "二"),
            "材料": ("身份证",),
            "时限与费用": ("不收钱",),
            "在哪里办": ("窗口",),
            "大白话": ("x：y",),
        },
    )


ENTRIES = {
    "certify": entry("certify", "养老金领取资格认证", "pension-certification"),
    "claim": entry("claim", "职工养老金申领", None),
}


class Answers:
    """Knowledge with the shape of the contract and answers by key word."""

    entries: Mapping[str, Any] = ENTRIES

    def answer(self, question: str, **about: Any) -> Any:
        def finding(outcome: str, **more: Any) -> SimpleNamespace:
            blank = dict(
                lapsed=None,
                entry=None, section=None, candidates=(), confidence=0.9, boundary=None, jurisdiction=None, urgency=0.0
            )
            return SimpleNamespace(outcome=outcome, **{**blank, **more})

        if "炸" in question:
            raise RuntimeError("broken")
        if "认证" in question:
            return finding(
                "answered", entry=ENTRIES["certify"], section="材料" if "材料" in question else None
            )
        if "养老" in question:
            both = tuple(SimpleNamespace(topic=e.id, title=e.title, share=0.5) for e in ENTRIES.values())
            return finding("clarifying", candidates=both)
        if "着火" in question:
            fire = SimpleNamespace(id="fire", title="着火", say="先出来，再打一一九。", hotline="119")
            return finding("emergency", boundary=fire)
        if "股票" in question:
            return finding(
                "refused", boundary=SimpleNamespace(id="x", title="炒股", say="这个我不答。", hotline="")
            )
        return finding("unanswered", confidence=0.1)


@pytest.fixture
def answering(world: SimpleNamespace) -> SimpleNamespace:
    world.office._load = Answers
    return world


def test_answer_with_source_and_offer_then_yes_starts_the_service(answering: SimpleNamespace) -> None:
    rasa = answering.rasa()
    answer = last(rasa.turn("认证怎么弄", "ask_policy"))
    assert (answer["status"], answer["sentence"], answer["topic"]) == ("answered", "answer_offer", "certify")
    assert answer["source"]["document"] == "社会保险法" and answer["source"]["effective"] == "2011-07-01"
    assert answer["params"]["materials"] == ["身份证"] and answer["expecting"]["kind"] == "yes_no"
    assert answer["params"]["service_title"] == "养老金资格认证"
    started = rasa.turn("好，办吧", "affirm")
    assert [o["sentence"] for o in started] == ["service_start", "prompt"]
    assert rasa.slots["form_state"]["service"] == "pension-certification"
    assert rasa.slots["accepted"] == "service", (
        "Rasa's rule of the accepted offer still holds while the form opens"
    )
    assert rasa.slots["form_state"]["values"] == {}, "the answer to “continue?” fills no slot"


def test_no_to_an_offer_and_yes_or_no_to_nothing(answering: SimpleNamespace) -> None:
    rasa = answering.rasa()
    rasa.turn("认证怎么弄", "ask_policy")
    assert last(rasa.turn("不用", "deny"))["sentence"] == "offer_declined"
    assert last(rasa.turn("好", "affirm"))["sentence"] == "nothing_offered"
    assert last(rasa.turn("不", "deny"))["sentence"] == "nothing_offered"


def test_section_is_passed_on(answering: SimpleNamespace) -> None:
    assert last(answering.rasa().turn("认证要什么材料", "ask_policy"))["params"]["section"] == "材料"


@pytest.mark.parametrize("words", ["第一个", "1", "养老金领取资格认证", "领取资格那个", "certify"])
def test_between_two_ask_back_and_take_any_way_of_choosing(answering: SimpleNamespace, words: str) -> None:
    rasa = answering.rasa()
    asked = last(rasa.turn("养老的事", "ask_policy"))
    assert asked["status"] == "clarifying" and len(asked["choices"]) == 2
    assert last(rasa.turn(words, "choose_option"))["topic"] == "certify"


def test_choices_none_of_them_wrong_one_or_nothing_offered(answering: SimpleNamespace) -> None:
    rasa = answering.rasa()
    assert last(rasa.turn("第一个", "choose_option"))["sentence"] == "nothing_to_choose"
    rasa.turn("养老的事", "ask_policy")
    assert last(rasa.turn("第九个", "choose_option"))["sentence"] == "choose_again"
    assert last(rasa.turn("都不是", "choose_option"))["sentence"] == "unanswered"


def test_unanswered_is_recorded_without_numbers(answering: SimpleNamespace) -> None:
    outcome = last(answering.rasa().turn("我叫王五电话一三八一二三四五六七八天上有啥", "ask_policy"))
    assert outcome["status"] == "unanswered" and outcome["params"]["phone"] == "12345"
    case = answering.ledger.open_cases("unanswered")[0]
    assert case["number"] == outcome["params"]["case"] and "一二三四" not in str(case["summary"])


def test_emergency_refusal_and_out_of_scope(answering: SimpleNamespace) -> None:
    rasa = answering.rasa()
    fire = last(rasa.turn("屋里着火了", "ask_policy"))
    assert (fire["status"], fire["params"]["number"]) == ("emergency", "119")
    assert last(rasa.turn("屋里着火了", "emergency"))["params"]["number"] == "119"
    assert last(rasa.turn("救命", "emergency"))["sentence"] == "emergency_numbers"
    assert last(rasa.turn("哪个股票好", "out_of_scope"))["status"] == "refused"
    assert last(rasa.turn("今天天气", "out_of_scope"))["sentence"] == "out_of_scope"
    assert last(rasa.turn("认证怎么弄", "out_of_scope"))["topic"] == "certify"


@pytest.mark.parametrize(
    ("words", "intent", "sentence"),
    [("屋里着火了", "ask_policy", "emergency"), ("屋里着火了", "emergency", "emergency"),
     ("救命", "emergency", "emergency_numbers")],
)  # fmt: skip
def test_danger_brings_a_person_once_a_conversation(
    answering: SimpleNamespace, words: str, intent: str, sentence: str
) -> None:
    rasa = answering.rasa()
    rasa.turn("我叫王五电话一三八一二三四五六七八", "ask_policy")
    first, again = last(rasa.turn(words, intent)), last(rasa.turn(words, intent))
    assert first["status"] == "emergency" and first["sentence"] == again["sentence"] == sentence
    [case] = answering.ledger.open_cases("emergency")
    assert first["params"]["case"] == again["params"]["case"] == case["number"]
    assert words in case["summary"]["said"] and "一二三四" not in str(case["summary"])
    speech = word([first], "phone")[0]
    assert re.search(r"一一九.*转人工|119.*转人工", speech) and case["number"] in speech, "the number first"


def test_danger_is_answered_when_nothing_can_be_written(
    answering: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> str:
        raise LedgerUnavailable("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(answering.ledger, "open_case", full)
        rasa = answering.rasa()
        speech = word(rasa.turn("屋里着火了", "emergency"), "phone")[0]
    assert speech.startswith("先出来，再打一一九。") and "转人工" in speech and "编号" not in speech
    assert last(rasa.turn("屋里着火了", "emergency"))["params"]["case"], "written down as soon as that is possible"


def test_a_question_in_words_of_danger_is_answered_after_the_numbers(answering: SimpleNamespace) -> None:
    said = answering.rasa().turn("烧光了，认证的脸刷不了怎么办", "emergency")
    assert [o["sentence"] for o in said] == ["danger_first", "answer_offer"]
    assert not answering.ledger.open_cases("emergency"), "nobody is called for a question"


def test_a_long_question_outweighs_the_wish_for_a_person_and_a_word_never_does(answering: SimpleNamespace) -> None:
    rasa = answering.rasa()
    assert last(rasa.turn("转人工", "human"))["sentence"] == "handed_over"
    rasa.turn("有没有人", "ask_policy")
    assert last(rasa.turn("政府有没有人上门给老人做认证", "human"))["topic"] == "certify"


def test_a_doubtful_question_inside_a_service_names_both_and_the_service_goes_on(answering: SimpleNamespace) -> None:
    rasa = answering.rasa()
    rasa.turn("我要认证", "pension_certification")
    said = rasa.turn("养老的事", "ask_policy")
    assert [o["sentence"] for o in said] == ["clarify_aside", "prompt"]
    assert all(entry.title in said[0]["params"]["options"] for entry in ENTRIES.values())
    assert not answering.ledger.open_cases("unanswered") and not said[0].get("choices")


def test_no_offer_inside_a_running_service(answering: SimpleNamespace) -> None:
    rasa = answering.rasa()
    rasa.turn("我要认证", "pension_certification")
    outcomes = rasa.turn("认证要什么材料", "ask_policy")
    assert [o["sentence"] for o in outcomes] == ["answer", "prompt"]


def test_raw_words_are_tried_when_the_normalised_ones_find_nothing(answering: SimpleNamespace) -> None:
    assert last(answering.rasa().turn("听不懂", "ask_policy", raw="认证咋整"))["topic"] == "certify"


def test_without_knowledge_services_still_work(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    missing = last(rasa.turn("认证怎么弄", "ask_policy"))
    assert (missing["status"], missing["sentence"]) == ("failed", "knowledge_missing")
    assert last(rasa.turn("我要认证", "pension_certification"))["sentence"] == "prompt"
    health = world.client.get("/health").json()
    assert health["ok"] and not health["knowledge"] and health["knowledge_problem"] == "FileNotFoundError"


def test_an_action_that_breaks_says_failed(answering: SimpleNamespace) -> None:
    broken = last(answering.rasa().turn("炸了", "ask_policy"))
    assert (broken["status"], broken["sentence"]) == ("failed", "failed")


def test_unclear_twice_in_other_words_then_a_person_and_good_sentences_count_again(
    world: SimpleNamespace,
) -> None:
    rasa = world.rasa()
    said = []
    for _ in range(3):
        rasa.outcomes, rasa.message = [], {"text": "呜噜呜噜", "intent": {"name": "nlu_fallback"}}
        rasa.call("action_unclear")
        rasa.events.append({"event": "action", "name": "action_listen"})
        said.append(last(rasa.outcomes))
    assert [o["sentence"] for o in said] == ["unclear", "unclear", "unclear_person"]
    assert [o["params"].get("attempt") for o in said[:2]] == [1, 2]
    rasa.turn("你好", "greet")
    rasa.outcomes = []
    rasa.call("action_unclear")
    assert last(rasa.outcomes)["params"]["attempt"] == 1


def test_switch_dialect(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    assert last(rasa.turn("能不能说四川话", "switch_dialect"))["params"]["dialect"] == "sichuan"
    assert rasa.slots["dialect"] == "sichuan"
    assert last(rasa.turn("换个话说", "switch_dialect"))["sentence"] == "which_dialect"


def test_malformed_calls_are_4xx(world: SimpleNamespace) -> None:
    assert world.client.post("/webhook", content=b"{").status_code == 400
    assert world.client.post(
        "/webhook", json={"next_action": "action_nothing", "tracker": {}}
    ).status_code in (400, 404)
    guarded = TestClient(build("secret"))
    assert guarded.post("/webhook", json={}).status_code == 401


def test_every_action_of_the_contract_is_registered(world: SimpleNamespace) -> None:
    names = {a.name() for a in ALL}
    assert len(names) == len(ALL)
    for name in [
        "action_answer_policy",
        "action_choose_option",
        "action_out_of_scope",
        "action_service_start",
        "validate_service_form",
        "action_ask_service_value",
        "action_service_submit",
        "action_accept_offer",
        "action_decline_offer",
        "action_stop",
        "action_back",
        "action_restart_form",
        "action_human",
        "action_emergency",
        "action_repeat",
        "action_slower",
        "action_louder",
        "action_wait",
        "action_who_are_you",
        "action_greet",
        "action_goodbye",
        "action_thanks",
        "action_complain",
        "action_switch_dialect",
        "action_unclear",
    ]:
        assert name in names


def test_the_readme_lists_every_sentence_and_the_code_uses_only_those() -> None:
    readme = (ROOM / "README.md").read_text(encoding="utf-8")
    for id in SENTENCES:
        assert f"| `{id}` |" in readme
    code = "".join(p.read_text(encoding="utf-8") for p in ROOM.rglob("*.py"))
    for used in re.findall(r"(?:say|note|Wrong)\(\s*\"(\w+)\"", code):
        assert used in SENTENCES, used
    for id in SENTENCES:
        assert code.count(f'"{id}"') >= 2, f"{id} is never said"


def test_an_outcome_refuses_what_nobody_could_word() -> None:
    for bad in (
        lambda: say("no_such_sentence_at_all"),
        lambda: say("stopped"),
        lambda: Outcome("perhaps", "greet"),
        lambda: Outcome("answered", "greet", expecting={"kind": "song", "choices": []}),
    ):
        with pytest.raises((ValueError, KeyError)):
            bad()


def test_masking() -> None:
    assert masked("电话是一三八一二三四五六七八，我叫王五", ["王五"]) == "电话是＊＊＊＊,我叫＊＊"
    assert masked("三口人，两个娃") == "三口人,两个娃"


def test_client_knows_residents_services_and_receipts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIANGYIN_DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    assert len(client.residents()) >= 30 and len(client.services()) == 16
    child = client.residents("school-enrolment-progress")[-1]
    assert child["say"]["school-enrolment-progress"]["child_name"]
    assert client.receipt("XY0") is None and client.operation_counts() == {} and client.cases() == []

"""Whole services through the webhook, against the department stubs."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from actions.definitions import all_definitions
from actions.departments.receipts import valid
from actions.departments.residents import Resident, residents

PERSON = residents()[0]


def last(outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    return outcomes[-1]


def carry_out(rasa: Any, service: str, person: Resident) -> dict[str, Any]:
    """Answer whatever is asked, as the list of residents says, until the service is over."""
    outcomes = rasa.turn("办事", all_definitions()[service].intent)
    for _ in range(40):
        if not rasa.loop:
            return last(outcomes)
        asked = last(outcomes)
        if asked["sentence"] == "prompt":
            outcomes = rasa.turn(person.say[service][asked["params"]["slot"]])
        elif asked["sentence"].startswith("code_"):
            outcomes = rasa.turn(person.code)
        else:
            outcomes = rasa.turn("对", "affirm")
    raise AssertionError(f"{service} never ends")


@pytest.mark.parametrize("service", sorted(all_definitions()))
def test_every_service_to_its_receipt(world: SimpleNamespace, service: str) -> None:
    person = next(p for p in residents() if service in p.say)
    outcome = carry_out(world.rasa(), service, person)
    assert outcome["status"] == outcome["sentence"] == "done", outcome
    assert valid(outcome["receipt"]["number"]) and outcome["receipt"]["simulated"] is True
    text = outcome["params"]["text"]
    assert outcome["receipt"]["number"] in text and "{" not in text and "None" not in text
    if all_definitions()[service].kind == "query":
        assert "模拟" in text
    entry = world.ledger.find(outcome["receipt"]["number"])
    assert entry.state == "done" and entry.payload == {}


def test_pension_turn_by_turn(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    start = rasa.turn("我要认证", "pension_certification")
    assert [o["sentence"] for o in start] == ["service_start", "prompt"]
    assert last(start)["status"] == "collecting" and last(start)["expecting"]["kind"] == "name"
    assert last(rasa.turn(PERSON.name))["expecting"]["kind"] == "digits"
    read_back = last(rasa.turn(PERSON.id_number))
    assert read_back["params"]["digits"] == " ".join(PERSON.id_number)
    kind = last(rasa.turn("对", "affirm"))
    assert [c["label"] for c in kind["choices"]] == ["职工养老金", "居民养老金"]
    rasa.turn(PERSON.pension_kind, "choose_option")
    confirm = last(rasa.turn(PERSON.phone))
    assert confirm["status"] == "confirming" and PERSON.name in confirm["params"]["text"]
    assert last(rasa.turn("对", "affirm"))["sentence"] == "face_step"
    done = last(rasa.turn("好了", "affirm"))
    assert (
        done["status"] == "done" and done["intent"] == "affirm" and done["service"] == "pension-certification"
    )
    assert rasa.slots["form_state"] is None and rasa.slots["service"] is None


def test_doing_it_again_gives_the_same_receipt(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    first = carry_out(rasa, "pension-certification", PERSON)
    again = carry_out(rasa, "pension-certification", PERSON)
    assert first["receipt"]["number"] == again["receipt"]["number"] and again["params"]["again"] is True
    assert world.store.count("human-resources") == 1


def test_resending_the_last_message_after_a_timeout(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    carry = [PERSON.name, PERSON.id_number, "对", PERSON.pension_kind, PERSON.phone, "对"]
    rasa.turn("我要认证", "pension_certification")
    for text in carry:
        rasa.turn(text)
    before = dict(rasa.slots)
    first = last(rasa.turn("好了", "affirm"))
    rasa.slots, rasa.loop = before, True
    again = last(rasa.turn("好了", "affirm"))
    assert again["receipt"]["number"] == first["receipt"]["number"]
    assert world.store.count("human-resources") == 1


def test_side_question_then_the_same_question(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    question = last(rasa.turn("我要认证", "pension_certification"))["params"]["text"]
    outcomes = rasa.turn("养老金多久认证一次", "ask_policy")
    assert outcomes[0]["sentence"] == "knowledge_missing"
    assert last(outcomes)["params"]["text"] == question
    assert rasa.slots["form_state"]["values"] == {}


def test_a_name_taken_for_a_question_is_still_the_name(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    rasa.turn("我要认证", "pension_certification")
    outcomes = rasa.turn(PERSON.name, "ask_policy")
    assert [o["sentence"] for o in outcomes] == ["prompt"]
    assert rasa.slots["form_state"]["values"]["name"] == PERSON.name


def test_wait_and_repeat_leave_the_form_as_it_is(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    rasa.turn("我要认证", "pension_certification")
    assert [o["sentence"] for o in rasa.turn("等一下", "wait")] == ["wait"]
    assert [o["sentence"] for o in rasa.turn("再说一遍", "repeat")] == ["repeat"]
    rasa.turn(PERSON.name)
    assert rasa.slots["form_state"]["values"] == {"name": PERSON.name}


def test_stop_back_restart_human(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    rasa.turn("我要认证", "pension_certification")
    rasa.turn(PERSON.name)
    back = rasa.turn("上一步", "back")
    assert [o["sentence"] for o in back] == ["back_to", "prompt"] and last(back)["params"]["slot"] == "name"
    rasa.turn(PERSON.name)
    again = rasa.turn("重新开始", "restart")
    assert [o["sentence"] for o in again] == ["restarted", "prompt"]
    person = last(rasa.turn("转人工", "human"))
    assert person["status"] == "handed_over" and person["params"]["phone"] == "12345"
    assert last(rasa.turn("算了", "stop"))["sentence"] == "stopped"
    assert not rasa.loop and rasa.slots["form_state"] is None


def test_wrong_answers_end_with_a_person_and_a_case_without_personal_data(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    rasa.turn("我要认证", "pension_certification")
    rasa.turn(PERSON.name)
    for _ in range(3):
        outcomes = rasa.turn(PERSON.id_number[:17] + ("0" if PERSON.id_number[17] != "0" else "1"))
    assert last(outcomes)["sentence"] == "too_many_tries" and not rasa.loop
    case = world.ledger.open_cases()[0]
    assert case["number"] == last(outcomes)["params"]["case"] and case["kind"] == "tries"
    kept = str(case["summary"])
    assert PERSON.id_number[:10] not in kept and PERSON.name not in kept and not re.search(r"\d{4}", kept)


@pytest.mark.parametrize("kind", ["down", "garbage", "error"])
def test_department_away_at_the_end_is_stored(world: SimpleNamespace, kind: str) -> None:
    rasa = world.rasa()
    rasa.turn("我要反映个事", "suggestion")
    for text in ("村口的路灯坏了", "南河镇东风村", "上个月", "不用回"):
        rasa.turn(text)
    world.faults.set("hotline-12345", kind)
    stored = last(rasa.turn("对", "affirm"))
    assert stored["status"] == "stored" and stored["receipt"]["number"].startswith("XY")


def test_identity_unknown_then_corrected(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    rasa.turn("代办的事有信儿没", "village_agent_progress")
    for text in ("李四光", PERSON.id_number, "对", "南河镇东风村"):
        rasa.turn(text)
    assert last(rasa.turn("危房改造"))["sentence"] == "identity_unknown"
    rasa.turn("名字不对")
    assert last(rasa.turn(PERSON.name))["sentence"] == "confirm"


def test_face_service_down_is_said_and_tried_again(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    rasa.turn("我要认证", "pension_certification")
    for text in (PERSON.name, PERSON.id_number, "对", PERSON.pension_kind, PERSON.phone):
        rasa.turn(text)
    world.faults.set("face", "down")
    assert last(rasa.turn("对", "affirm"))["sentence"] == "identity_down"
    world.faults.set("face", "none")
    assert last(rasa.turn("再试", "affirm"))["sentence"] == "face_step"


def test_ledger_gone_is_refused_politely_and_questions_go_on(world: SimpleNamespace, tmp_path: Any) -> None:
    rasa = world.rasa()
    rasa.turn("我要反映个事", "suggestion")
    for text in ("村口的路灯坏了", "南河镇东风村", "上个月", "不用回"):
        rasa.turn(text)
    world.ledger.close()
    world.ledger._url = f"sqlite:///{tmp_path / 'gone' / 'ledger.db'}"
    full = last(rasa.turn("对", "affirm"))
    assert (full["status"], full["sentence"]) == ("failed", "ledger_full")
    assert world.store.count("hotline-12345") == 0
    assert last(rasa.turn("你好", "greet"))["status"] == "answered"
    assert last(rasa.turn("转人工", "human"))["params"]["case"] == "", (
        "a person even when no case can be written"
    )


def test_a_word_for_a_person_is_never_taken_for_free_text(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    rasa.turn("我要反映个事", "suggestion")
    assert last(rasa.turn("我要找人工", "human"))["sentence"] == "handed_over"
    assert last(rasa.turn("着火了", "emergency"))["status"] == "emergency"
    assert rasa.loop and rasa.slots["form_state"]["values"] == {}
    rasa.turn("路灯坏了没人修", "ask_policy")
    assert rasa.slots["form_state"]["values"] == {"content": "路灯坏了没人修"}


def test_words_about_the_face_or_the_code_are_answers_whatever_rasa_thinks(world: SimpleNamespace) -> None:
    rasa = world.rasa()
    rasa.turn("我要认证", "pension_certification")
    for text in (PERSON.name, PERSON.id_number, "对", PERSON.pension_kind, PERSON.phone, "对"):
        rasa.turn(text)
    assert last(rasa.turn("照不了", "ask_policy"))["sentence"] == "home_visit"
    rasa.turn("我社保交了几年", "social_insurance_query")
    for text in (PERSON.name, PERSON.id_number, "对", PERSON.phone):
        rasa.turn(text)
    assert last(rasa.turn("电话错了，是" + PERSON.phone, "complain"))["sentence"] == "confirm"
    rasa.turn("可以", "affirm")
    assert rasa.turn("没收到", "complain")[0]["sentence"] == "code_again"


def test_two_conversations_do_not_mix(world: SimpleNamespace) -> None:
    one, two = world.rasa("one"), world.rasa("two")
    one.turn("我要认证", "pension_certification")
    two.turn("我要认证", "pension_certification")
    one.turn(residents()[1].name)
    two.turn(residents()[2].name)
    assert one.slots["form_state"]["values"]["name"] == residents()[1].name
    assert two.slots["form_state"]["values"]["name"] == residents()[2].name

"""The simulated caller listens: it agrees to what it meant, and mends what was misheard."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from actions.definitions import all_definitions
from actions.departments.residents import residents
from actions.values import Value, read
from assistant.turn import Reply
from assistant.wording import word
from tests.actions.form_talk import TODAY, Talk
from tests.journeys.caller import Caller

pytestmark = pytest.mark.unit
PENSION = "pension-certification"


def resident(service: str) -> dict[str, Any]:
    return next(asdict(person) for person in residents() if service in person.say)


def reply(speech: str, status: str = "confirming", kind: str = "yes_no") -> Reply:
    return Reply("c", "", status, speech, speech, expecting={"kind": kind})


def carried_through(service: str, misheard: dict[str, str]) -> tuple[Talk, list[str]]:
    """The form with this caller; the first time that it says a value of `misheard`, another one is heard."""
    caller, talk, left, said = Caller(resident(service), service), Talk(service, "办事"), dict(misheard), []
    for _ in range(60):
        if talk.state.over:
            break
        last, (speech, _) = talk.said[-1], word([outcome.as_dict() for outcome in talk.said], "test")
        answer = caller.answer(reply(speech, last.status, (last.expecting or {}).get("kind", "")))
        said.append(answer)
        asked = talk.state.asked or ""
        talk.say(left.pop(asked) if talk.state.phase == "collect" and asked in left else answer)
    return talk, said


def meant(service: str) -> dict[str, str]:
    said = resident(service)["say"][service]
    inputs = [i for i in all_definitions()[service].inputs if i.id in said]
    found = {i.id: read(i, str(said[i.id]), today=TODAY) for i in inputs}
    return {id: result.value for id, result in found.items() if isinstance(result, Value)}


@pytest.mark.parametrize("service", sorted(all_definitions()))
def test_who_was_heard_rightly_denies_nothing(service: str) -> None:
    talk, said = carried_through(service, {})
    assert talk.state.phase == "done" and "不对" not in said
    assert meant(service).items() <= talk.state.values.items()


@pytest.mark.parametrize(
    "misheard",
    [
        {"name": "王小明"},
        {"id_number": "420101195803211024"},
        {"phone": "13800000000"},
        {"name": "王小明", "phone": "13800000000"},
        {"pension_kind": "居民养老金"},
        {"id_number": "五一零"},
        {"phone": "幺三九"},
    ],
    ids=str,
)
def test_what_was_misheard_is_denied_and_said_again(misheard: dict[str, str]) -> None:
    talk, said = carried_through(PENSION, misheard)
    assert talk.state.phase == "done" and meant(PENSION).items() <= talk.state.values.items(), said


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("我念给您听：给{name}办{kind}的认证，身份证尾号{tail}，电话尾号{phone}，对不对？", "对"),
        ("我念给您听：给王小明办{kind}的认证，身份证尾号{tail}，电话尾号{phone}，对不对？", "不对"),
        ("我念给您听：给{name}办{kind}的认证，身份证尾号0000，电话尾号{phone}，对不对？", "不对"),
        ("我念给您听：给{name}办{kind}的认证，身份证尾号{tail}，电话尾号0000，对不对？", "不对"),
    ],
)
def test_the_read_back_is_listened_to(said: str, answer: str) -> None:
    person = resident(PENSION)
    values = {"name": person["name"], "tail": person["id_number"][-4:], "phone": person["phone"][-4:]}
    speech = said.format(**values, kind=person["say"][PENSION]["pension_kind"])
    assert Caller(person, PENSION).answer(reply(speech)) == answer


def test_other_characters_of_the_same_sound_are_the_same_to_the_ear() -> None:
    person = {**resident(PENSION), "name": "杨雪"}
    person["say"] = {PENSION: {**person["say"][PENSION], "name": "杨雪"}}
    caller = Caller(person, PENSION)
    assert caller.answer(reply(next(iter(caller.questions)), "collecting", "name")) == "杨雪"
    assert (
        caller.answer(reply("您是说“羊雪”吗？")) == "对"
        and caller.answer(reply("您是说“杨血清”吗？")) == "不对"
    )
    assert caller.answer(reply("好，那是我听错了。请您换个说法再说一遍。", "unheard", "name")) == "杨雪"


def test_a_submitting_yes_that_was_not_heard_is_said_again_in_full_or_denied() -> None:
    caller, unsure = Caller(resident(PENSION), PENSION), reply("要办就说“确认办理”，不对就说“不对”。")
    assert caller.answer(unsure) == "确认办理"
    caller.agrees("我念给您听：给王小明办职工养老金的认证，对不对？")
    assert caller.answer(unsure) == "不对"


def test_an_unknown_person_is_told_which_of_the_two_is_wrong() -> None:
    person = resident(PENSION)
    for name, answer in ((person["name"], "号码不对"), ("王小明", "名字不对")):
        assert Caller(person, PENSION).answer(reply(f"系统里没有叫{name}、身份证尾号0000的人。")) == answer

"""An uncertain hearing starts, confirms and submits nothing; it is asked about, or asked for again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant.conversation import Assistant
from assistant.records import Records
from assistant.turn import Reply, Utterance
from audio.hearing import Heard
from audio.repair.decision import Judged
from audio.repair.evidence import Situation
from audio.repair.meanings import topic_titles

pytestmark = pytest.mark.unit
PROMPT = {
    "status": "collecting", "sentence": "prompt", "params": {"text": "您叫什么名字？"},
    "service": "pension-certification", "expecting": {"kind": "name", "choices": []},
}  # fmt: skip
CONFIRM = {
    "status": "confirming", "sentence": "confirm", "params": {"text": "给您办养老认证，对不对？"},
    "service": "pension-certification", "expecting": {"kind": "yes_no", "choices": ["对", "不对"]},
}  # fmt: skip


class Engine:
    """Gives one outcome and notes what it was asked."""

    def __init__(self, outcome: Mapping[str, Any]) -> None:
        self.outcome, self.asked = outcome, []  # type: ignore[var-annotated]

    async def turn(self, conversation: str, text: str, message_id: str, metadata: Mapping[str, Any]) -> Any:
        self.asked.append((text, dict(metadata)))
        return [self.outcome]


class Judge:
    """The verdicts of a script, in order; then accepts everything."""

    def __init__(self, *verdicts: Judged) -> None:
        self.verdicts, self.situations = list(verdicts), []  # type: ignore[var-annotated]

    def __call__(self, heard: Heard, dialect: str, situation: Situation) -> Judged:
        self.situations.append(situation)
        return self.verdicts.pop(0) if self.verdicts else Judged("accept", heard.text, 0.99)


def heard(text: str) -> Heard:
    return Heard(text, 0.9, (), (), 1.0, 0.1, "m", "silence")


@pytest.fixture
def talk(tmp_path: Path) -> Any:
    def make(engine: Engine, *verdicts: Judged) -> tuple[Any, Judge]:
        judge = Judge(*verdicts)
        assistant = Assistant(engine, Records(f"sqlite:///{tmp_path / 'x.db'}"), None, 8.0, judge)  # type: ignore[arg-type]

        def say(text: str, typed: bool = False) -> Reply:
            given = {"text": text} if typed else {"heard": heard(text)}
            return asyncio.run(assistant.take_turn(Utterance("c1", **given)))  # type: ignore[arg-type]

        return say, judge

    return make


def test_what_is_sure_goes_on_repaired_or_not(talk: Any) -> None:
    engine = Engine(PROMPT)
    say, _ = talk(engine, Judged("accept", "我要认证养老金", 0.97, repaired=True))
    reply = say("我要人证杨老金")
    assert engine.asked[0][0] == "我要认证养老金" and reply.heard == "我要认证养老金"
    assert reply.marks["repaired"] == 1.0 and reply.marks["sureness"] == 0.97


@pytest.mark.parametrize("yes", ["是", "对", "对的", "嗯，是的"])
def test_a_doubt_is_asked_about_and_yes_goes_on(talk: Any, yes: str) -> None:
    engine = Engine(PROMPT)
    say, _ = talk(engine, Judged("ask", "我要办养老认证", 0.7))
    asked = say("我要半养老人证")
    assert asked.status == "clarifying" and "我要办养老认证" in asked.speech and not engine.asked
    assert asked.expecting == {"kind": "yes_no", "choices": []}
    say(yes)
    assert [text for text, _ in engine.asked] == ["我要办养老认证"]
    assert engine.asked[0][1]["expecting"] is None


def test_no_to_a_doubt_asks_in_another_way(talk: Any) -> None:
    engine = Engine(PROMPT)
    say, _ = talk(engine, Judged("ask", "我要办养老认证", 0.7))
    first = say("我要半养老人证")
    second = say("不是")
    assert second.status == "unheard" and second.speech != first.speech and not engine.asked


def test_other_words_after_a_doubt_are_a_turn_of_their_own(talk: Any) -> None:
    engine = Engine(PROMPT)
    say, _ = talk(engine, Judged("ask", "我要办养老认证", 0.7))
    say("我要半养老人证")
    say("社保卡丢了怎么办", typed=True)
    assert [text for text, _ in engine.asked] == ["社保卡丢了怎么办"]


def test_an_answer_to_a_doubt_that_is_itself_doubtful_confirms_nothing(talk: Any) -> None:
    engine = Engine(PROMPT)
    say, _ = talk(
        engine, Judged("ask", "我要办养老认证", 0.7), Judged("ask", "是", 0.6), Judged("again", "是", 0.1)
    )
    say("我要半养老人证")
    say("四")
    say("四")
    assert not engine.asked


@pytest.mark.parametrize("verdict", ["ask", "again"])
def test_a_yes_that_submits_must_be_heard_surely(talk: Any, verdict: Any) -> None:
    engine = Engine(CONFIRM)
    say, judge = talk(engine, Judged("accept", "我要认证", 0.99), Judged(verdict, "对", 0.8))
    say("我要认证")
    reply = say("队")
    assert judge.situations[1].binding and not judge.situations[0].binding
    assert (
        reply.status == "confirming"
        and "确认办理" in reply.speech
        and reply.expecting == CONFIRM["expecting"]
    )
    assert len(engine.asked) == 1
    say("确认办理")
    assert engine.asked[1][0] == "确认办理" and engine.asked[1][1]["expecting"] == CONFIRM["expecting"]


def test_a_yes_that_is_never_heard_surely_is_never_asked_for_in_the_same_way_and_submits_nothing(
    talk: Any,
) -> None:
    engine = Engine(CONFIRM)
    say, _ = talk(engine, Judged("accept", "我要认证", 0.99), *(Judged("ask", "对", 0.8) for _ in range(3)))
    say("我要认证")
    replies = [say("队") for _ in range(3)]
    assert {r.status for r in replies} == {"confirming"} and len({r.speech for r in replies}) == 3
    assert "人工" in replies[2].speech and len(engine.asked) == 1


def test_what_may_only_be_answered_goes_on_marked_as_unsure(talk: Any) -> None:
    engine = Engine(PROMPT)
    say, _ = talk(engine, Judged("answer", "那张社保卡没了", 0.6, "topic:social-security-card"))
    say("那张社保卡没了")
    say("我要认证")
    assert [metadata["hearing"] for _, metadata in engine.asked] == ["unsure", "sure"]


def test_a_likely_topic_is_asked_about_by_its_title(talk: Any) -> None:
    meaning, title = next(iter(topic_titles().items()))
    engine = Engine(PROMPT)
    say, _ = talk(engine, Judged("ask", "", 0.3, meaning))
    asked = say("听不清的话")
    assert title in asked.speech and not engine.asked
    assert asked.as_dict()["candidates"] == [{"topic": meaning[6:], "title": title, "share": 0.3}]
    say("对")
    assert [text for text, _ in engine.asked] == [title]


def test_unlike_anything_is_asked_for_again_never_in_the_same_way(talk: Any) -> None:
    engine = Engine(PROMPT)
    say, _ = talk(engine, *(Judged("again", "", 0.1) for _ in range(3)))
    replies = [say("电视里的话") for _ in range(3)]
    assert {r.status for r in replies} == {"unheard"} and len({r.speech for r in replies}) == 3
    assert {r.heard for r in replies} == {"电视里的话"}
    assert not engine.asked


def test_the_open_question_outlives_a_doubt(talk: Any) -> None:
    engine = Engine(PROMPT)
    say, _ = talk(engine, Judged("accept", "我要认证", 0.99), Judged("ask", "转人工", 0.7))
    say("我要认证")
    say("专人公")
    say("是")
    assert engine.asked[1] == ("转人工", {**engine.asked[1][1]})
    assert engine.asked[1][1]["expecting"] == PROMPT["expecting"]


def test_typed_words_are_never_judged(talk: Any) -> None:
    engine = Engine(PROMPT)
    say, judge = talk(engine, Judged("again", "", 0.0))
    assert say("我要认证", typed=True).status == "collecting" and not judge.situations

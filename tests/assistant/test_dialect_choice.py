"""A dialect is chosen by tap or word, or guessed and asked about once; everything follows it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant import dialect_choice
from assistant.conversation import Assistant
from assistant.dialect_choice import DialectChoice
from assistant.records import Records
from assistant.turn import Reply, Utterance

pytestmark = pytest.mark.unit
ANSWER = {"status": "unanswered", "sentence": "out_of_scope", "params": {}}
SWITCH = {"status": "answered", "sentence": "switch_dialect", "params": {"dialect": "mandarin"}}


class Engine:
    def __init__(self, *outcomes: Mapping[str, Any]) -> None:
        self.outcomes, self.asked = list(outcomes), []  # type: ignore[var-annotated]

    async def turn(self, conversation: str, text: str, message_id: str, metadata: Mapping[str, Any]) -> Any:
        self.asked.append((text, dict(metadata)))
        return [self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]]


@pytest.fixture
def conversation(tmp_path: Path) -> Any:
    def make(engine: Engine) -> Any:
        assistant = Assistant(engine, Records(f"sqlite:///{tmp_path / 'x.db'}"))  # type: ignore[arg-type]

        def say(text: str, dialect: str | None = None) -> Reply:
            return asyncio.run(assistant.take_turn(Utterance("c1", text, dialect=dialect)))

        return say

    return make


def test_dialect_words_are_noticed_and_asked_about_once(conversation: Any) -> None:
    engine = Engine(ANSWER)
    say = conversation(engine)
    offered = say("我老汉儿的社保啷个办嘛，我莫得钱")
    assert (
        "四川话" in offered.speech and offered.expecting["kind"] == "yes_no" and offered.dialect == "mandarin"
    )
    accepted = say("要得")
    assert accepted.dialect == "sichuan" and len(engine.asked) == 1
    assert "四川话" not in say("那医保啷个办嘛").speech
    assert engine.asked[-1][0] == "那医保怎么办嘛" and engine.asked[-1][1]["dialect"] == "sichuan"


def test_no_keeps_the_language_and_it_is_not_asked_again(conversation: Any) -> None:
    say = conversation(Engine(ANSWER))
    say("啷个办嘛，我莫得钱，老汉儿也莫得")
    kept = say("不用")
    assert kept.dialect == "mandarin" and kept.status == "answered"
    assert "四川话" not in say("啷个办嘛，我莫得钱，老汉儿也莫得").speech


def test_other_words_than_yes_and_no_drop_the_offer(conversation: Any) -> None:
    engine = Engine(ANSWER)
    say = conversation(engine)
    say("啷个办嘛，我莫得钱，老汉儿也莫得")
    say("社保卡丢了怎么办")
    assert engine.asked[-1][0] == "社保卡丢了怎么办"
    say("要得")
    assert len(engine.asked) == 3, "a later yes is no answer to it any more"


def test_a_form_is_not_interrupted_by_the_question(conversation: Any) -> None:
    prompt = {
        "status": "collecting", "sentence": "prompt", "params": {"text": "您叫什么名字？"},
        "expecting": {"kind": "name", "choices": []},
    }  # fmt: skip
    say = conversation(Engine(prompt, ANSWER))
    assert "四川话" not in say("啷个认证嘛，我莫得手机，老汉儿也莫得").speech
    assert "四川话" in say("社保卡").speech


def test_plain_mandarin_is_asked_nothing(conversation: Any) -> None:
    say = conversation(Engine(ANSWER))
    assert all(
        "好不好" not in say(text).speech for text in ("身份证丢了怎么办", "劳动仲裁要多久", "社保卡丢了")
    )


def test_a_choice_by_tap_ends_the_guessing_and_a_word_changes_it_back(conversation: Any) -> None:
    say = conversation(Engine(ANSWER, SWITCH, ANSWER))
    first = say("啷个办嘛，我莫得钱，老汉儿也莫得", dialect="cantonese")
    assert first.dialect == "cantonese" and first.expecting is None
    assert say("讲普通话").dialect == "mandarin"
    assert say("啷个办嘛，我莫得钱，老汉儿也莫得").expecting is None


def test_sound_alone_never_asks_and_only_adds_to_words(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = DialectChoice()
    choice.note("社保卡丢了怎么办", {"sichuan": 9.0})
    assert choice.proposal() is None
    monkeypatch.setattr(dialect_choice, "evidence", lambda texts: {"sichuan": 2.5, "xiang": 0.5})
    for fits, asked in (({}, None), ({"sichuan": 2.0}, "sichuan")):
        choice = DialectChoice()
        choice.note("要得", fits)
        assert choice.proposal() == asked


def test_only_the_first_turns_count() -> None:
    choice = DialectChoice()
    for _ in range(4):
        choice.note("社保卡丢了怎么办")
    choice.note("啷个办嘛，我莫得钱，老汉儿也莫得")
    assert choice.proposal() is None

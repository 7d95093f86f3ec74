"""The turn, with a scripted engine: one reply each, no crash, no doubled effect, nothing personal in records."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.conversation import Assistant
from assistant.engine import EngineError
from assistant.records import Records, mask
from assistant.turn import STATUSES, Reply, Utterance
from audio.hearing import Heard

pytestmark = pytest.mark.unit
PROMPT = {
    "status": "collecting",
    "sentence": "prompt",
    "params": {"text": "您叫什么名字？"},
    "service": "pension-certification",
    "expecting": {"kind": "name", "choices": []},
}


class ScriptedEngine:
    """Gives the outcomes it was told to, and remembers what it was asked."""

    def __init__(self, *answers: list[dict[str, Any]] | EngineError, delay: float = 0.0) -> None:
        self.answers, self.asked, self.delay = list(answers), [], delay  # type: ignore[var-annotated]

    async def turn(self, conversation: str, text: str, message_id: str, metadata: Mapping[str, Any]) -> Any:
        self.asked.append((conversation, text, dict(metadata)))
        if self.delay:
            await asyncio.sleep(self.delay)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, EngineError):
            raise answer
        return answer


def say(assistant: Assistant, **what: Any) -> Reply:
    return asyncio.run(assistant.take_turn(Utterance("c1", **what)))


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(f"sqlite:///{tmp_path / 'x.db'}")


def heard(text: str) -> Heard:
    return Heard(text, 0.9, (), (), 1.0, 0.1, "m", "silence")


def test_a_turn_keeps_what_was_asked_for_the_next(records: Records) -> None:
    engine = ScriptedEngine([PROMPT])
    assistant = Assistant(engine, records)  # type: ignore[arg-type]
    assert say(assistant, text="我要认证").expecting == PROMPT["expecting"]
    say(assistant, text="王秀英")
    assert engine.asked[1][2]["expecting"] == PROMPT["expecting"]


@pytest.mark.parametrize("reason", ["down", "slow", "garbage", "silent"])
def test_engine_failures_are_a_status_and_a_sentence_and_the_question_stays(
    records: Records, reason: str
) -> None:
    assistant = Assistant(ScriptedEngine([PROMPT], EngineError(reason)), records)  # type: ignore[arg-type]
    say(assistant, text="我要认证")
    reply = say(assistant, text="王秀英")
    assert reply.status == "failed" and reply.speech and reply.expecting == PROMPT["expecting"]


def test_a_turn_that_takes_too_long_is_failed_within_the_deadline(records: Records) -> None:
    assistant = Assistant(ScriptedEngine([PROMPT], delay=5.0), records, deadline=0.05)  # type: ignore[arg-type]
    assert say(assistant, text="你好").status == "failed"


@pytest.mark.parametrize("text", ["", "  ", "？？？", "\x00\x01", "😀😀", "。"])
def test_nothing_said_is_unheard_and_asked_differently_each_time(records: Records, text: str) -> None:
    engine = ScriptedEngine([PROMPT])
    assistant = Assistant(engine, records)  # type: ignore[arg-type]
    replies = [say(assistant, text=text) for _ in range(3)]
    assert {r.status for r in replies} == {"unheard"}
    assert len({r.speech for r in replies}) == 3 and "人工" in replies[2].speech
    assert not engine.asked


def test_ten_thousand_characters_are_refused_politely(records: Records) -> None:
    engine = ScriptedEngine([PROMPT])
    reply = say(Assistant(engine, records), text="养老" * 5000)  # type: ignore[arg-type]
    assert reply.status == "refused" and "三百" in reply.speech and not engine.asked


def test_control_characters_never_reach_the_engine(records: Records) -> None:
    engine = ScriptedEngine([PROMPT])
    say(Assistant(engine, records), text="我要\x00认\x1b[31m证\u202e")  # type: ignore[arg-type]
    assert engine.asked[0][1] == "我要认[31m证"


def test_a_message_sent_twice_gets_the_same_reply_once(records: Records) -> None:
    engine = ScriptedEngine([PROMPT])
    assistant = Assistant(engine, records)  # type: ignore[arg-type]
    first = say(assistant, text="我要认证", message_id="m1")
    assert say(assistant, text="我要认证", message_id="m1") == first
    assert len(engine.asked) == 1


@pytest.mark.parametrize("failure", ["deadline", "slow", "down"])
def test_a_message_sent_again_after_a_failure_gets_its_receipt(records: Records, failure: str) -> None:
    ids: list[str] = []
    done = {"status": "done", "sentence": "done", "params": {"again_note": "", "text": "办好了。"},
            "receipt": {"number": "R1"}}  # fmt: skip

    class SlowOnce:
        async def turn(self, _: str, __: str, message_id: str, ___: Mapping[str, Any]) -> list[dict[str, Any]]:
            ids.append(message_id)
            if len(ids) == 1 and failure == "deadline":
                await asyncio.Event().wait()
            if len(ids) == 1:
                raise EngineError(failure)
            return [done]

    assistant = Assistant(SlowOnce(), records, deadline=0.05)  # type: ignore[arg-type]
    assert say(assistant, text="对", message_id="m1").status == "failed"
    again = say(assistant, text="对", message_id="m1")
    assert again.status == "done" and again.receipt == {"number": "R1"}
    assert say(assistant, text="对", message_id="m1") == again
    assert ids == ["m1", "m1"]


def test_one_turn_at_a_time_per_conversation(records: Records) -> None:
    running = 0
    most = 0

    class Counting(ScriptedEngine):
        async def turn(self, *given: Any) -> Any:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            return [PROMPT]

    async def both(assistant: Assistant) -> None:
        await asyncio.gather(*(assistant.take_turn(Utterance("c1", f"第{n}句")) for n in range(8)))

    asyncio.run(both(Assistant(Counting([PROMPT]), records)))  # type: ignore[arg-type]
    assert most == 1


def test_repeat_says_the_last_reply_again_and_slower_slows_down(records: Records) -> None:
    repeat = {"status": "answered", "sentence": "repeat", "params": {}, "intent": "repeat"}
    slower = {**repeat, "sentence": "slower"}
    assistant = Assistant(ScriptedEngine([PROMPT], [repeat], [slower]), records)  # type: ignore[arg-type]
    first = say(assistant, text="我要认证")
    again = say(assistant, text="再说一遍")
    assert again.speech == first.speech and again.expecting == first.expecting
    assert say(assistant, text="慢点").rate < 1.0


def test_sound_is_heard_with_the_open_question(records: Records) -> None:
    asked: list[Any] = []

    def hear(samples: Any, dialect: str, expecting: Any) -> Heard:
        asked.append((dialect, expecting))
        return heard("王秀英")

    assistant = Assistant(ScriptedEngine([PROMPT]), records, hear)  # type: ignore[arg-type]
    say(assistant, text="我要认证")
    reply = say(assistant, samples=np.zeros(16000, np.int16))
    assert (
        reply.heard == "王秀英" and asked == [("mandarin", PROMPT["expecting"])] and "hearing" in reply.marks
    )


def test_what_was_already_recognised_is_not_recognised_again(records: Records) -> None:
    assistant = Assistant(ScriptedEngine([PROMPT]), records, hear=None)  # type: ignore[arg-type]
    assert say(assistant, heard=heard("我要认证")).heard == "我要认证"


def test_records_hold_no_number_and_no_name(records: Records) -> None:
    assistant = Assistant(ScriptedEngine([PROMPT]), records)  # type: ignore[arg-type]
    say(assistant, text="我要认证，我身份证五一零一零二一九五五零三一二零零二七")
    say(assistant, text="王秀英")
    rows = records.recent()
    text = " ".join(str(row["heard"]) for row in rows)
    assert len(rows) == 2 and "一九五五" not in text and "王秀英" not in text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我的号是51010219550312002X", "我的号是（号码）"),
        ("电话幺三八 零零零零 一二三四", "电话（号码）"),
        ("第十六条", "第十六条"),
    ],
)
def test_mask(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_a_full_disk_does_not_cost_the_answer(tmp_path: Path) -> None:
    assistant = Assistant(ScriptedEngine([PROMPT]), Records(f"sqlite:///{tmp_path}/no/such/folder/x.db"))  # type: ignore[arg-type]
    assert say(assistant, text="我要认证").status == "collecting"


def test_reply_json_has_the_stable_fields(records: Records) -> None:
    reply = say(Assistant(ScriptedEngine([PROMPT]), records), text="我要认证").as_dict()  # type: ignore[arg-type]
    assert set(reply) >= {
        "conversation",
        "heard",
        "status",
        "intent",
        "topic",
        "service",
        "speech",
        "display",
        "choices",
        "source",
        "receipt",
        "ms",
    }
    assert reply["status"] in STATUSES

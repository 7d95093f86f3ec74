"""The phone door over the loopback: a second process calls through a real SIP stack and real sound.

The engine is scripted. Where the acoustic model is missing, only the tests that need ears are skipped.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from fastapi import FastAPI
from numpy.typing import NDArray

from assistant.channels.phone.door import PhoneSettings, phone_door
from assistant.channels.phone.ear import NEVER, TelephoneEar
from assistant.channels.phone.mouth import telephone_sound
from assistant.channels.phone.sip import SipSettings
from assistant.channels.phone.standing import Standing, standing_at
from assistant.channels.phone.transport import RATE
from assistant.conversation import Assistant
from assistant.gateway.speech import Speaker
from assistant.records import Records
from assistant.stack import Stack, free_ports
from assistant.wording import canned
from audio.hearing import Heard, Partial, Question
from audio.listener import Listener
from audio.models import list_models
from audio.pace import Pace
from audio.recogniser import hear
from audio.resampling import StreamResampler
from audio.voice import sentences_of, speak
from tests.journeys.phone_sound import contains, recording

pytestmark = pytest.mark.process
CALLER = Path(__file__).with_name("phone_caller.py")
Int16 = NDArray[np.int16]
has_model = any(model.path for model in list_models())
needs_model = pytest.mark.skipif(not has_model, reason="no acoustic model is installed")


class ScriptedEngine:
    """Gives the outcomes it was told to, and remembers what it was asked; `busy` holds a turn back."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers, self.asked, self.finished = list(answers), [], 0  # type: ignore[var-annotated]
        self.busy = asyncio.Event()
        self.busy.set()
        self.began = asyncio.Event()

    async def turn(self, conversation: str, text: str, message_id: str, metadata: Mapping[str, Any]) -> Any:
        self.asked.append(text)
        self.began.set()
        await self.busy.wait()
        self.finished += 1
        return [self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]]

    async def forget(self, conversation: str) -> None: ...


class Words:
    """A recogniser whose text is scripted; its sound, voice activity and endpoints are real."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)

    def start(self, question: Question) -> Words.Stream:
        return Words.Stream(self)

    class Stream:
        def __init__(self, words: Words) -> None:
            self.words, self.bytes = words, 0

        def feed(self, pcm16k_int16: bytes) -> Partial | None:
            before, self.bytes = self.bytes, self.bytes + len(pcm16k_int16)
            heard = before < 22_400 <= self.bytes  # after 0.7 s, pre-roll included
            return Partial(self.words.texts[0], 0.7) if heard and self.words.texts else None

        def finish(self) -> Heard:
            text = self.words.texts.pop(0) if self.words.texts else ""
            return Heard(text, 0.9, (), (), 1.0, 0.0, "scripted", "silence")


class ScriptedEar(TelephoneEar):
    def __init__(self, words: Words, dialect: str, question: Question, pace: Pace) -> None:
        self._listener = Listener(dialect, question, no_speech=NEVER, pace=pace, recogniser=words)
        self._upsample = StreamResampler(RATE)


def outcome(text: str, status: str = "answered", intent: str | None = None) -> dict[str, Any]:
    return {
        "status": status,
        "sentence": "prompt",
        "params": {"text": text},
        "intent": intent,
        "expecting": None,
    }


class Office:
    """An open phone door and people who call it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.calls = folder, port, 0
        self.ended = asyncio.Event()
        (self.caller_port,) = free_ports(1)

    async def call(self, *steps: list[Any]) -> tuple[list[tuple[float, str]], Int16]:
        """Run a caller to its end: its events, and the 8 kHz sound it heard."""
        process, record = await self.dial(*steps)
        out, err = await asyncio.wait_for(process.communicate(), 380.0)
        assert process.returncode == 0, err.decode()[-2000:]
        return json.loads(out)["events"], soundfile.read(record, dtype="int16")[
            0
        ] if record.exists() else np.zeros(0)

    async def dial(self, *steps: list[Any]) -> tuple[asyncio.subprocess.Process, Path]:
        self.calls += 1
        caller_port = self.caller_port if self.calls == 1 else free_ports(1)[0]
        record, rtp = self.folder / f"heard{self.calls}.wav", 32_000 + 20 * self.calls
        script = self.folder / f"script{self.calls}.json"
        script.write_text(json.dumps({
            "dial": f"sip:xiangyin@127.0.0.1:{self.port}", "port": caller_port, "rtp": f"{rtp}-{rtp + 18}",
            "record": str(record), "steps": list(steps),
        }))  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(CALLER),
            str(script),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        return process, record


@contextlib.asynccontextmanager
async def office(
    folder: Path,
    engine: ScriptedEngine,
    words: Words | None = None,
    silent_peer: int = 20,
    transfer: bool = False,
) -> AsyncIterator[Office]:
    (port,) = free_ports(1)
    desk = Office(folder, port)
    clerk = f"sip:clerk@127.0.0.1:{desk.caller_port}" if transfer else None
    assistant = Assistant(engine, Records(f"sqlite:///{folder}/x.db"))  # type: ignore[arg-type]
    settings = PhoneSettings(SipSettings(port=port, rtp_ports="31000-31100", silent_peer=silent_peer), clerk)
    scripted = words or Words()

    def open_ear(dialect: str, question: Question, pace: Pace) -> TelephoneEar:
        return ScriptedEar(scripted, dialect, question, pace)

    door = phone_door(settings, assistant, Speaker(), TelephoneEar if words is None else open_ear)
    assert door is not None
    app = FastAPI()
    async with door(app):
        assert app.state.phone == Standing("listening", "127.0.0.1", port)
        assistant.dialogues.end = lambda conversation: desk.ended.set()  # type: ignore[method-assign]
        yield desk


def run(scenario: Any) -> None:
    asyncio.run(asyncio.wait_for(scenario, 400.0))


def test_the_caller_hears_the_welcome_asks_and_hears_the_answer(tmp_path: Path) -> None:
    async def scenario() -> None:
        engine = ScriptedEngine(outcome("养老金资格认证，一年认一次。"))
        async with office(tmp_path, engine, Words("养老金怎么认证")) as desk:
            question = recording(tmp_path, "养老金怎么认证")
            _, heard = await desk.call(["quiet", 1.0], ["play", question], ["quiet", 1.0])
        assert engine.asked == ["养老金怎么认证"]
        for sentence in (*sentences_of(canned("welcome")), "养老金资格认证，一年认一次。"):
            assert contains(heard, sentence) > 0.7, sentence

    run(scenario())


def test_keys_are_typed_and_a_key_stops_our_speech(tmp_path: Path) -> None:
    async def scenario() -> None:
        engine = ScriptedEngine(outcome("收到了。"))
        async with office(tmp_path, engine, Words()) as desk:
            _, heard = await desk.call(["spoken", 0.3], ["keys", "13800000000#"], ["quiet", 1.0])
        assert engine.asked == ["13800000000"]
        assert contains(heard, "收到了。") > 0.7
        assert contains(heard, sentences_of(canned("welcome"))[-1]) < 0.6, "the welcome went on"

    run(scenario())


def test_an_interruption_is_heard_and_stops_us(tmp_path: Path) -> None:
    async def scenario() -> None:
        engine = ScriptedEngine(outcome("一年认一次。"))
        async with office(tmp_path, engine, Words("我要办养老金认证")) as desk:
            said = recording(tmp_path, "我要办养老金认证")
            _, heard = await desk.call(["spoken", 0.3], ["play", said], ["quiet", 1.5])
        assert engine.asked == ["我要办养老金认证"]
        assert contains(heard, "一年认一次。") > 0.7
        assert contains(heard, sentences_of(canned("welcome"))[-1]) < 0.6, "the welcome went on"

    run(scenario())


def test_goodbye_is_said_and_then_we_hang_up(tmp_path: Path) -> None:
    async def scenario() -> None:
        engine = ScriptedEngine(outcome("好，再见。", intent="goodbye"))
        async with office(tmp_path, engine, Words()) as desk:
            events, heard = await desk.call(["quiet", 0.5], ["keys", "1#"], ["until_gone"])
        assert [what for _, what in events if what == "gone"] and contains(heard, "好，再见。") > 0.7

    run(scenario())


def test_a_caller_who_hangs_up_mid_action_undoes_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        engine = ScriptedEngine(outcome("办好了。", "done"))
        engine.busy.clear()
        async with office(tmp_path, engine, Words()) as desk:
            await desk.call(["quiet", 0.5], ["keys", "1#"], ["wait", 0.5])
            await asyncio.wait_for(engine.began.wait(), 10.0)
            assert engine.finished == 0
            engine.busy.set()
        assert engine.finished == 1

    run(scenario())


def test_a_person_is_a_transfer_that_the_clerk_answers(tmp_path: Path) -> None:
    async def scenario() -> None:
        engine = ScriptedEngine(outcome("给您转人工。", "handed_over", intent="human"))
        async with office(tmp_path, engine, Words(), transfer=True) as desk:
            events, heard = await desk.call(["spoken", 0.3], ["keys", "0"], ["until_gone"])
        assert engine.asked == ["人工"] and contains(heard, "给您转人工。") > 0.7
        assert "clerk answered" in [what for _, what in events]

    run(scenario())


def test_on_hold_the_call_lives_and_nothing_is_lost(tmp_path: Path) -> None:
    async def scenario() -> None:
        engine = ScriptedEngine(outcome("好。"))
        async with office(tmp_path, engine, Words(), silent_peer=2) as desk:
            held = [["hold"], ["held", 4.0], ["resume"]]
            _, heard = await desk.call(["spoken", 0.3], *held, ["quiet", 1.0], ["keys", "1#"], ["quiet", 0.6])
        assert engine.asked == ["1"]
        assert contains(heard, sentences_of(canned("welcome"))[-1]) > 0.7

    run(scenario())


def test_a_caller_who_vanishes_without_a_word_frees_the_line(tmp_path: Path) -> None:
    async def scenario() -> None:
        engine = ScriptedEngine(outcome("好。"))
        async with office(tmp_path, engine, Words(), silent_peer=2) as desk:
            await desk.call(["spoken", 0.3], ["vanish"])
            await asyncio.wait_for(desk.ended.wait(), 20.0)
            steps = [[["spoken", 0.3], ["keys", f"{n}{n}#"], ["quiet", 0.6]] for n in (1, 2, 3)]
            for _, heard in await asyncio.gather(*(desk.call(*three) for three in steps)):
                assert contains(heard, "好。") > 0.5
        assert sorted(engine.asked) == ["11", "22", "33"]

    run(scenario())


def test_a_taken_port_is_told_and_closes_no_other_door(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            settings = PhoneSettings(SipSettings(port=taken.getsockname()[1]), None)
            assistant = Assistant(ScriptedEngine(outcome("好。")), Records(f"sqlite:///{tmp_path}/x.db"))  # type: ignore[arg-type]
            door, app = phone_door(settings, assistant, Speaker()), FastAPI()
            assert door is not None
            async with door(app):
                assert app.state.phone.state == "failed" and "开不了" in app.state.phone.why

    run(scenario())
    assert "电话没有开" in capsys.readouterr().err


def test_the_door_of_a_whole_stack_listens_where_the_stack_was_told(stack: Stack) -> None:
    settings = stack.settings
    assert standing_at(settings.gateway_port) == Standing("listening", "127.0.0.1", settings.sip_port)


@needs_model
def test_what_the_caller_hears_is_understood_by_our_own_ears_and_the_other_way_round(tmp_path: Path) -> None:
    """What the telephone costs: judged only where the model understands our voice without a telephone."""
    for sentence in ("养老金怎么认证", "养老金资格认证。"):
        if "养老金" not in hear(telephone_sound(speak(sentence)), RATE).text:
            pytest.skip("the installed model does not understand our own voice even without a telephone")

    async def scenario() -> None:
        engine = ScriptedEngine(outcome("养老金资格认证。"))
        async with office(tmp_path, engine) as desk:
            question = recording(tmp_path, "养老金怎么认证")
            events, heard = await desk.call(["quiet", 1.0], ["play", question], ["quiet", 1.5])
        assert engine.asked and "养老金" in engine.asked[0], engine.asked
        asked_at = next(at for at, what in events if what == "play done")
        answer = heard[int((asked_at + 0.2) * RATE) :]
        assert "养老金" in hear(answer, RATE).text

    run(scenario())

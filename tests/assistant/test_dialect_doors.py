"""The dialect of a conversation in all three doors: the web page's select, the terminal, the telephone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from starlette.testclient import TestClient

from assistant.channels.phone.call import PhoneCall
from assistant.channels.phone.mouth import Voice
from assistant.channels.terminal import Terminal
from assistant.channels.terminal_screen import Screen
from assistant.conversation import Assistant
from assistant.gateway.app import create_app
from assistant.gateway.sessions import Sessions
from assistant.records import Records
from assistant.settings import Settings
from assistant.turn import Reply, Utterance
from tests.assistant.scripted_call import Codes, Ear, Engine, FakeVoice, Line

pytestmark = pytest.mark.unit
ANSWER = {"status": "unanswered", "sentence": "out_of_scope", "params": {}}
SICHUAN = {"status": "answered", "sentence": "switch_dialect", "params": {"dialect": "sichuan"}}
MANDARIN = {"status": "answered", "sentence": "switch_dialect", "params": {"dialect": "mandarin"}}


class Script:
    """Outcomes in order, the last one for ever; remembers words and metadata."""

    def __init__(self, *outcomes: dict[str, Any]) -> None:
        self.outcomes, self.asked = list(outcomes), []  # type: ignore[var-annotated]

    async def turn(self, conversation: str, text: str, message_id: str, metadata: Any) -> Any:
        self.asked.append((text, metadata["dialect"]))
        return [self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]]

    async def forget(self, conversation: str) -> None: ...


class Mute:
    available = False

    async def render(self, reply: Any) -> AsyncIterator[Any]:
        if False:
            yield reply


def assistant(engine: Any, folder: Path) -> Assistant:
    return Assistant(engine, Records(f"sqlite:///{folder}/x.db"))


def next_reply(socket: Any) -> dict[str, Any]:
    while (message := socket.receive_json())["type"] != "reply":
        pass
    return dict(message)


def test_web_a_tap_a_word_and_the_tap_is_not_taken_again(tmp_path: Path) -> None:
    engine = Script(ANSWER, MANDARIN, ANSWER)

    async def ready() -> bool:
        return True

    app = create_app(
        Settings(tmp_path, "s"), assistant(engine, tmp_path), Sessions(lambda: 0.0), Mute(), ready  # type: ignore[arg-type]
    )  # fmt: skip
    with TestClient(app, base_url="http://xiangyin.test") as client:
        token = client.post("/api/session").json()["session"]
        with client.websocket_connect(f"/ws?session={token}") as socket:
            socket.send_json({"type": "dialect", "id": "sichuan"})
            socket.send_json({"type": "say", "text": "啷个办嘛"})
            assert next_reply(socket)["dialect"] == "sichuan"
            socket.send_json({"type": "say", "text": "讲普通话"})
            assert next_reply(socket)["dialect"] == "mandarin"
            socket.send_json({"type": "say", "text": "社保卡丢了"})
            assert next_reply(socket)["dialect"] == "mandarin"
    assert engine.asked == [("怎么办嘛", "sichuan"), ("讲普通话", "sichuan"), ("社保卡丢了", "mandarin")]


def test_typed_turns_that_carry_the_same_tap_again_do_not_undo_a_word(tmp_path: Path) -> None:
    made = assistant(Script(ANSWER, MANDARIN, ANSWER), tmp_path)

    async def turns() -> list[str]:
        texts = ("啷个办嘛", "讲普通话", "社保卡丢了")
        return [(await made.take_turn(Utterance("c", text, dialect="sichuan"))).dialect for text in texts]

    assert asyncio.run(turns()) == ["sichuan", "mandarin", "mandarin"]


class Keyboard:
    """Lines typed one after the other, then q; time passes only here."""

    def __init__(self, *lines: str) -> None:
        self._lines = [*lines, "q"]

    def get(self, timeout: float = 0.0) -> str | None:
        return self._lines.pop(0) if timeout else None


class SilentMouth:
    """Plays everything in no time."""

    playing = False

    def play(self, wav: bytes) -> None: ...
    def duck(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> None: ...


def test_terminal_the_voice_follows_the_conversation(tmp_path: Path) -> None:
    made = assistant(Script(SICHUAN, ANSWER), tmp_path)
    spoken: list[tuple[str, str]] = []

    def voice(text: str, dialect: str, rate: float, volume: float) -> Iterator[tuple[str, bytes]]:
        spoken.append((dialect, text))
        yield text, b""

    with asyncio.Runner() as runner:

        def take_turn(conversation: str, text: str | None, heard: Any) -> Reply:
            return runner.run(made.take_turn(Utterance(conversation, text, channel="terminal", heard=heard)))

        Terminal(
            take_turn, lambda: "t1", lambda _: None, Screen(Console(quiet=True)), Keyboard("我讲四川话", "社保卡"),  # type: ignore[arg-type]
            None, SilentMouth(), voice=voice,
        ).run()  # fmt: skip
    assert [dialect for dialect, _ in spoken] == ["mandarin", "sichuan", "sichuan"]


def test_phone_the_ear_and_the_voice_follow_the_conversation(tmp_path: Path, monkeypatch: Any) -> None:
    async def at_once(function: Any, *args: Any) -> Any:
        return function(*args)

    monkeypatch.setattr(asyncio, "to_thread", at_once)
    ears: list[str] = []

    async def call() -> None:
        codes = Codes()
        line = Line(codes, [(12.0, ("say", "我讲四川话", 1.0)), (22.0, ("say", "社保卡丢了", 1.0))], 34.0)

        def open_ear(dialect: str, question: Any, pace: Any) -> Ear:
            ears.append(dialect)
            return Ear(codes, question)

        made = assistant(Engine([SICHUAN, ANSWER]), tmp_path)
        await PhoneCall(line, made, Voice(FakeVoice(codes, line, 0.0)), open_ear).run()

    asyncio.run(call())
    assert ears[0] == "mandarin" and ears[-1] == "sichuan"
    assert ears == sorted(ears), "mandarin first, then sichuan, never back"

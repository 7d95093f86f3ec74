"""The bench's own parts: turns go through a real gateway's door; goals are judged by the p95."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn

from assistant.conversation import Assistant
from assistant.gateway import socket as door
from assistant.gateway.app import create_app
from assistant.gateway.sessions import Sessions
from assistant.records import Records
from assistant.settings import Settings
from assistant.stack import answers, free_ports
from audio.hearing import Heard
from bench.__main__ import GOALS, judged, lines
from bench.figures import p50_p95
from bench.visitor import Visitor


class Echo:
    def __init__(self) -> None:
        self.asked: list[str] = []

    async def turn(self, conversation: str, text: str, *_: Any) -> list[dict[str, Any]]:
        self.asked.append(text)
        return [{"status": "answered", "sentence": "prompt", "params": {"text": f"{text}，好。"}}]

    async def forget(self, conversation: str) -> None: ...


class Voice:
    available = True

    async def render(self, reply: Any) -> Any:
        yield reply.speech, b"RIFF"


class Ear:
    """Hears how many samples came."""

    ended = False

    def __init__(self, *_: Any, **__: Any) -> None:
        self.bytes = 0

    def feed(self, frame: bytes) -> str:
        self.bytes += len(frame)
        return "听着"

    def finish(self) -> Heard:
        return Heard(f"听到{self.bytes // 2}个", 0.9, (), (), 1.0, 0.0, "scripted", "stopped")


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, Echo, Sessions]]:
    """Port of a gateway that listens, its scripted engine, its sessions."""
    monkeypatch.setattr(door, "Listener", Ear)
    engine, sessions, (port,) = Echo(), Sessions(time.monotonic), free_ports(1)

    async def ready() -> bool:
        return True

    assistant = Assistant(engine, Records(f"sqlite:///{tmp_path}/x.db"))  # type: ignore[arg-type]
    app = create_app(Settings(tmp_path, "s"), assistant, sessions, Voice(), ready)  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not answers(f"http://127.0.0.1:{port}/health"):
            assert thread.is_alive()
        yield port, engine, sessions
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.process
def test_turns_are_taken_by_the_gateway_and_leave_no_session(gateway: tuple[int, Echo, Sessions]) -> None:
    port, engine, sessions = gateway
    visitor = Visitor(port)
    speech = np.concatenate([np.full(4000, 3000), np.zeros(8000)]).astype(np.int16)  # then silence: not sent
    typed, _ = visitor.typed("低保要什么条件")
    spoken, seconds = visitor.spoken(speech, pace=0.0)
    assert engine.asked == ["低保要什么条件", "听到4000个"]
    assert typed["marks"]["engine"] >= 0.0 and spoken["speech"].startswith("听到4000个") and seconds > 0.0
    assert len(sessions) == 0


@pytest.mark.process
def test_more_visitors_come_than_one_may_take_turns(gateway: tuple[int, Echo, Sessions]) -> None:
    visitor = Visitor(gateway[0])
    assert all(visitor.typed(f"第{n}个")[0]["status"] == "answered" for n in range(15))


@pytest.mark.unit
def test_a_goal_is_met_by_the_p95_and_printed_beside_its_figure() -> None:
    name = "speech end to first audio, ms p50/p95"
    assert p50_p95([n / 10_000 for n in range(101)]) == (5.0, 9.5)
    at_most = round(GOALS[name])
    assert judged({name: (1, at_most)})[name]["met"] and not judged({name: (1, at_most + 1)})[name]["met"]
    met, missed, plain = lines(
        {"start to ready, s": 31.5, name: (400, at_most + 1), "typed turn, ms p50/p95": (1, 9999)}
    )
    assert "31.5" in met and met.endswith("goal ≤ 40: met") and missed.endswith("goal ≤ 700: MISSED")
    assert "goal" not in plain

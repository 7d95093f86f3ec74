"""A machine whose folders hold no speech model: every door says so in a sentence, and typing goes on."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from starlette.testclient import TestClient

from assistant.assembly import hear_samples
from assistant.channels.terminal import Terminal
from assistant.channels.terminal_screen import Screen
from assistant.cli import __main__ as command_line
from assistant.cli import turning
from assistant.conversation import Assistant
from assistant.gateway.app import create_app
from assistant.gateway.sessions import Sessions
from assistant.records import Records
from assistant.settings import Settings
from assistant.turn import Reply
from assistant.wording import canned
from audio import models, recogniser
from audio.speaking import as_wav

pytestmark = pytest.mark.unit
TONE = as_wav((np.sin(np.arange(16_000) / 5) * 8000).astype("<i2").tobytes(), 16_000)
DEAF = canned("no_recogniser")


class Engine:
    async def turn(self, *_: Any) -> list[dict[str, Any]]:
        return [{"status": "answered", "sentence": "out_of_scope", "params": {}}]


class Mute:
    available = False

    async def render(self, reply: Any) -> AsyncIterator[Any]:
        if False:
            yield reply


@pytest.fixture(autouse=True)
def no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "search_folders", lambda: (tmp_path / "models",))


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    return Assistant(Engine(), Records(f"sqlite:///{tmp_path}/x.db"), hear_samples)  # type: ignore[arg-type]


@pytest.fixture
def client(tmp_path: Path, assistant: Assistant) -> Iterator[TestClient]:
    async def ready() -> bool:
        return True

    sessions = Sessions(lambda: 0.0)
    app = create_app(Settings(tmp_path, "s"), assistant, sessions, Mute(), ready)  # type: ignore[arg-type]
    with TestClient(app, base_url="http://xiangyin.test") as made:
        yield made


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    (tmp_path / "said.wav").write_bytes(TONE)
    return tmp_path / "said.wav"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["xiangyin", *arguments])
    with pytest.raises(SystemExit) as left:
        command_line.main()
    return int(left.value.code or 0)


def test_hear_gives_a_row_and_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], recording: Path
) -> None:
    assert run(monkeypatch, "hear", "--json", str(recording)) == 1
    row = json.loads(capsys.readouterr().out)
    assert row["code"] == "no_recogniser" and "make setup" in row["error"] and row["path"] == str(recording)


def test_any_command_ends_with_the_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def listen(*_: Any, **__: Any) -> None:
        recogniser.recogniser_for("mandarin")

    monkeypatch.setattr(turning, "running_stack", listen)
    assert run(monkeypatch, "talk") == 1
    said = capsys.readouterr()
    assert "没有装语音模型" in said.err and "make setup" in said.err and "Traceback" not in said.err


def test_ask_fails_with_the_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], recording: Path, assistant: Assistant
) -> None:
    monkeypatch.setattr(turning, "running_stack", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(turning, "assistant_for", lambda _: assistant)
    assert run(monkeypatch, "ask", "--json", "--wav", str(recording)) == 1
    reply = json.loads(capsys.readouterr().out)
    assert reply["status"] == "failed" and reply["speech"] == DEAF


def test_the_gateway_answers_503(client: TestClient) -> None:
    token = client.post("/api/session").json()["session"]
    answer = client.post(f"/api/hear?session={token}", content=TONE)
    assert answer.status_code == 503
    assert answer.json() == {"error": "no_recogniser", "sentence": DEAF}


def test_the_page_is_told_and_can_type(client: TestClient) -> None:
    token = client.post("/api/session").json()["session"]
    with client.websocket_connect(f"/ws?session={token}") as socket:
        socket.send_json({"type": "listen"})
        assert socket.receive_json() == {"type": "error", "sentence": DEAF}
        assert socket.receive_json() == {"type": "listening", "on": False, "why": "no_recogniser"}
        socket.send_json({"type": "say", "text": "你好"})
        assert [socket.receive_json()["type"] for _ in range(2)] == ["thinking", "reply"]


class Quiet:
    """A microphone nobody speaks into, a keyboard with two lines, a loudspeaker that is done at once."""

    listens_while_speaking = True
    playing = False

    def __init__(self) -> None:
        self.lines = ["你好", "q"]

    def read(self) -> bytes:
        raise AssertionError("nobody can hear this")

    def get(self, timeout: float = 0.0) -> str | None:
        return self.lines.pop(0)

    def flush(self) -> None: ...
    def play(self, wav: bytes) -> None: ...


def test_the_terminal_goes_on_by_typing() -> None:
    typed: list[str | None] = []

    def take_turn(conversation: str, text: str | None, heard: Any) -> Reply:
        typed.append(text)
        return Reply(conversation, text or "", "answered", "答", "答")

    shown, quiet = io.StringIO(), Quiet()
    Terminal(
        take_turn, lambda: "t1", lambda _: None, Screen(Console(file=shown, width=100)), quiet, quiet, quiet,  # type: ignore[arg-type]
        voice=lambda *_: iter([("句", b"")]),
    ).run()  # fmt: skip
    assert typed == ["你好"] and shown.getvalue().count(DEAF) == 1

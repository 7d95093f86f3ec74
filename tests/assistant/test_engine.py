"""What the engine's channel answers, and what a resident is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest

from assistant import engine as client
from assistant.conversation import Assistant
from assistant.engine import Engine
from assistant.records import Records
from assistant.settings import Settings
from assistant.turn import Reply, Utterance
from assistant.wording import canned

pytestmark = pytest.mark.unit


def answered(monkeypatch: pytest.MonkeyPatch, answer: Callable[[httpx.Request], httpx.Response]) -> None:
    answering = partial(httpx.AsyncClient, transport=httpx.MockTransport(answer))
    monkeypatch.setattr(client.httpx, "AsyncClient", answering)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (httpx.Response(502, json={"error": "silent"}), "engine_silent"),
        (httpx.Response(503, json={"error": "not_ready"}), "engine_down"),
        (httpx.Response(500, text="<html>"), "engine_garbage"),
        (httpx.Response(401, json={"error": "wrong_secret"}), "engine_garbage"),
        (httpx.Response(200, json={"messages": []}), "engine_silent"),
        (httpx.Response(200, json=[]), "engine_garbage"),
    ],
)
def test_an_error_of_the_channel_is_a_failed_reply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: httpx.Response, sentence: str
) -> None:
    answered(monkeypatch, lambda _: answer)

    async def say() -> Reply:
        assistant = Assistant(Engine(Settings(tmp_path, "s")), Records(f"sqlite:///{tmp_path}/x.db"))
        return await assistant.take_turn(Utterance("c1", "你好"))

    reply = asyncio.run(say())
    assert (reply.status, reply.problem, reply.speech) == ("failed", sentence, canned(sentence))


def test_the_end_of_a_conversation_is_told_to_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.url.path, request.headers["X-Xiangyin-Secret"]))
        return httpx.Response(200)

    answered(monkeypatch, answer)
    assistant = Assistant(Engine(Settings(tmp_path, "s")), Records(f"sqlite:///{tmp_path}/x.db"))
    before = assistant.dialogues.get("web-1")
    asyncio.run(assistant.end("web-1"))
    assert assistant.dialogues.get("web-1") is not before
    assert seen == [("DELETE", "/webhooks/turn/conversation/web-1", "s")]


def test_an_engine_that_is_down_does_not_keep_a_visitor_from_leaving(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    answered(monkeypatch, down)
    asyncio.run(Engine(Settings(tmp_path, "s")).forget("web-1"))
    assert "could not be told" in caplog.text

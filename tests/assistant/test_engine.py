"""What the engine's channel answers, and what a resident is told of it."""

from __future__ import annotations

import asyncio
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
    answering = partial(httpx.AsyncClient, transport=httpx.MockTransport(lambda _: answer))
    monkeypatch.setattr(client.httpx, "AsyncClient", answering)

    async def say() -> Reply:
        assistant = Assistant(Engine(Settings(tmp_path, "s")), Records(f"sqlite:///{tmp_path}/x.db"))
        return await assistant.take_turn(Utterance("c1", "你好"))

    reply = asyncio.run(say())
    assert (reply.status, reply.problem, reply.speech) == ("failed", sentence, canned(sentence))

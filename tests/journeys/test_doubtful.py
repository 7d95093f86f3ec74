"""Uncertain hearings against the real engine: they are asked about or answered, and start nothing."""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from assistant.engine import Engine
from assistant.stack import Stack
from assistant.turn import Utterance
from audio.files import AudioFileError, read_speech
from tests.journeys.talk import Talk

pytestmark = pytest.mark.process
TRANSACTION = {"collecting", "confirming", "done", "stored"}
STRANGERS = 12


@pytest.mark.parametrize("text", ["我要办养老金资格认证", "帮我交医保", "我要提公积金"])
def test_a_request_that_was_not_heard_surely_starts_nothing(
    stack: Stack, runner: asyncio.Runner, text: str
) -> None:
    engine = Engine(stack.settings)

    def statuses(hearing: str) -> set[str]:
        name = f"doubt-{uuid.uuid4().hex[:12]}"
        metadata: dict[str, Any] = {
            "conversation": name, "channel": "test", "dialect": "mandarin", "raw": text, "expecting": None,
            "hearing": hearing,
        }  # fmt: skip
        outcomes = runner.run(engine.turn(name, text, uuid.uuid4().hex, metadata))
        return {str(outcome["status"]) for outcome in outcomes}

    assert statuses("sure") & TRANSACTION
    assert not statuses("unsure") & TRANSACTION


def test_people_reading_about_other_things_start_nothing(talk: Talk, shared: Path) -> None:
    manifest = shared / "speech" / "eval" / "manifest.jsonl"
    rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()]
    long = [row for row in rows if len(row["text"]) >= 6 and row["dialect"] != "cantonese"]
    heard = 0
    for row in long[:: len(long) // STRANGERS]:
        try:
            samples = read_speech(manifest.parent / row["path"])
        except AudioFileError:
            continue
        other = talk.another()
        spoken = Utterance(other.conversation, samples=samples, channel="test")
        reply = other.runner.run(other.assistant.take_turn(spoken))
        heard += bool(reply.heard)
        assert reply.status not in TRANSACTION, (row["text"], reply.heard, reply.speech)
    assert heard > STRANGERS // 2

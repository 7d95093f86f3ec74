"""Parts break in the middle: the resident gets a sentence, nothing is lost, nothing is done twice, all comes back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from assistant.stack import Stack, answers
from tests.journeys.caller import Caller
from tests.journeys.talk import Talk

pytestmark = pytest.mark.process
PATIENCE = 300.0
"""Seconds that a killed part may take to come back on a busy machine."""


@pytest.fixture
def healed(stack: Stack) -> Iterator[Stack]:
    """The stack, with every department healthy afterwards."""
    yield stack
    for department in ("human-resources", "tax"):
        fault(stack, department, "none")


def fault(stack: Stack, department: str, kind: str, seconds: float = 5.0) -> None:
    answer = httpx.put(
        f"{stack.settings.departments_url}/admin/faults/{department}", json={"kind": kind, "seconds": seconds}
    )
    assert answer.status_code == 200, answer.text


def comes_back(stack: Stack, name: str, health: str) -> None:
    """Watch the supervisor until the part answers again."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        stack.watch()
        if answers(health):
            return
        stack.settings.var.stat()
    raise AssertionError(f"{name} did not come back")


def able(residents: list[dict[str, Any]], n: int) -> dict[str, Any]:
    return [r for r in residents if r["face"] == "passes" and not r["guardian"] and r["say"]][n]


@pytest.mark.parametrize("kind", ["down", "error", "garbage"])
def test_a_department_that_fails_costs_a_sentence_not_the_conversation(
    talk: Talk, healed: Stack, residents: list[dict[str, Any]], kind: str
) -> None:
    fault(healed, "human-resources", kind)
    reply = Caller(able(residents, 1), "pension-certification").carry_through(
        talk, talk.say("我要认证"), turns=10
    )
    assert reply.status in ("failed", "stored", "handed_over", "collecting", "confirming")
    assert "Traceback" not in reply.speech and reply.status != "done"
    assert talk.another().say("养老金一年要认证几次").status == "answered"


def test_a_killed_action_server_is_told_and_comes_back(talk: Talk, stack: Stack) -> None:
    talk.say("我要办养老金资格认证")
    os.kill(stack.pids()["actions"], signal.SIGKILL)
    broken = talk.say("王秀英")
    assert broken.status == "failed" and "再说一遍" in broken.speech
    comes_back(stack, "actions", f"{stack.settings.actions_url}/health")
    assert talk.another().say("你好").status == "answered"


def test_a_killed_engine_is_told_and_comes_back(talk: Talk, stack: Stack) -> None:
    os.kill(stack.pids()["engine"], signal.SIGKILL)
    broken = talk.say("你好")
    assert broken.status == "failed" and "12345" in broken.speech
    comes_back(stack, "engine", f"{stack.settings.engine_url}/ready")
    assert talk.say("你好").status == "answered"

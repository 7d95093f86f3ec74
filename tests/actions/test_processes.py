"""Both processes of this room as they are started in earnest, talking to each other over HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from actions.departments.residents import residents

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.process


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answered(url: str, child: subprocess.Popen[bytes], patience: float = 60.0) -> dict[str, object]:
    """The JSON behind a URL as soon as it answers."""
    until = time.monotonic() + patience
    while time.monotonic() < until and child.poll() is None:
        try:
            answer = httpx.get(url, timeout=5.0, trust_env=False)
            if answer.status_code == 200:
                return dict(answer.json())
        except httpx.HTTPError:
            continue
    raise AssertionError(f"{url} never answered, exit code {child.poll()}")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("XIANGYIN_")},
        "PYTHONPATH": str(ROOT),
        "XIANGYIN_VAR": str(tmp_path),
        "XIANGYIN_ACTIONS_PORT": str(free_port()),
        "XIANGYIN_DEPARTMENTS_PORT": str(free_port()),
    }


@pytest.fixture
def running(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    children = [
        subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=environment)
        for module in ("actions.departments", "actions.server")
    ]
    try:
        for child, port in zip(children, ("DEPARTMENTS", "ACTIONS"), strict=True):
            answered(f"http://127.0.0.1:{environment[f'XIANGYIN_{port}_PORT']}/health", child)
        yield environment
    finally:
        for child in children:
            child.terminate()
            child.wait(timeout=20)


def test_a_service_over_both_processes_and_a_second_process_on_the_port(running: dict[str, str]) -> None:
    person = residents()[0]
    values = {"content": "路灯坏了", "place": "南河镇", "since": "2026-10", "reply_wanted": "不用回"}
    state = {"service": "suggestion", "form": "f", "phase": "done", "values": values, "seen": "m0"}
    call = {
        "next_action": "action_service_submit",
        "sender_id": "c1",
        "tracker": {
            "sender_id": "c1",
            "slots": {"form_state": state, "service": "suggestion"},
            "latest_message": {"text": "对", "intent": {"name": "affirm"}, "metadata": {"message_id": "m1"}},
            "events": [],
            "active_loop": {},
        },
        "domain": {},
    }
    url = f"http://127.0.0.1:{running['XIANGYIN_ACTIONS_PORT']}/webhook"
    first, again = (
        httpx.post(url, json=call, trust_env=False).json()["responses"][0]["custom"] for _ in range(2)
    )
    assert first["status"] == "done" and first["receipt"]["number"] == again["receipt"]["number"]
    listed = httpx.get(f"http://127.0.0.1:{running['XIANGYIN_DEPARTMENTS_PORT']}/residents", trust_env=False)
    assert listed.json()[0]["id_number"] == person.id_number
    second = subprocess.run(
        [sys.executable, "-m", "actions.departments"], cwd=ROOT, env=running, capture_output=True, timeout=60
    )
    assert second.returncode == 1 and "端口" in second.stderr.decode() and b"Traceback" not in second.stderr

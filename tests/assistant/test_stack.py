"""The supervisor with parts that are small programs: what never comes up is told, what was killed comes back."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant import stack as module
from assistant.settings import Settings, load_settings
from assistant.stack import Part, Stack, StackError, answers, free_ports, on_free_ports, parts, running_stack

pytestmark = pytest.mark.process


def stack_of(monkeypatch: pytest.MonkeyPatch, folder: Path, *parts: Part) -> Stack:
    monkeypatch.setattr(module, "parts", lambda settings, gateway: list(parts))
    monkeypatch.setattr(module, "BACK_OFF", (0.05,))
    return Stack(replace(load_settings(), var=folder))


def test_a_part_that_cannot_start_is_told_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    program = [sys.executable, "-c", "import sys; print('no such model'); sys.exit(1)"]
    broken = Part("engine", program, f"http://127.0.0.1:{port}/ready", port)
    with stack_of(monkeypatch, tmp_path, broken) as stack, pytest.raises(StackError, match="no such model"):
        stack.wait_ready(timeout=60.0)


def test_a_killed_part_comes_back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    program = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    address = f"http://127.0.0.1:{port}/"
    with stack_of(monkeypatch, tmp_path, Part("actions", program, address, port)) as stack:
        until = time.monotonic() + 60.0
        while not answers(address):
            assert time.monotonic() < until
        os.killpg(stack.pids()["actions"], signal.SIGKILL)
        restarted: list[str] = []
        while not (restarted and answers(address)):
            restarted += stack.watch()
            assert time.monotonic() < until
    assert restarted == ["actions"]


def test_another_installation_s_stack_is_not_taken_for_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def do_POST(self) -> None:
            self.send_response(401)
            self.end_headers()

    class Private(contextlib.nullcontext[Any]):
        def wait_ready(self) -> None: ...

    monkeypatch.setattr(module, "Stack", lambda settings: Private(Private()))
    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        with running_stack(replace(load_settings(), engine_port=port, actions_port=port)) as settings:
            assert port not in (settings.engine_port, settings.actions_port)
        server.shutdown()


def test_a_private_stack_shares_no_port_with_a_live_one(tmp_path: Path) -> None:
    live = Settings(tmp_path, "s")
    private = on_free_ports(live)
    names = [name for name in vars(live) if name.endswith("_port")]
    assert "sip_port" in names
    numbers = {getattr(private, name) for name in names}
    assert len(numbers) == len(names) and not numbers & {getattr(live, name) for name in names}
    gateway = next(part for part in parts(private, gateway=True) if part.name == "gateway")
    assert gateway.environment["XIANGYIN_SIP_PORT"] == str(private.sip_port)

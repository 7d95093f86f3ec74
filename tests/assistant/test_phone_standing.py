"""How the phone door stands is told where people look: /health, `xiangyin up`, `xiangyin doctor`."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant import doctor
from assistant.channels.phone import standing
from assistant.channels.phone.door import PhoneSettings, phone_door
from assistant.channels.phone.sip import SipSettings, SipUnavailable, listening
from assistant.channels.phone.standing import OFF, Standing, obstacle
from assistant.cli import running
from assistant.gateway.app import create_app
from assistant.gateway.sessions import Sessions
from assistant.settings import Settings
from assistant.stack import free_ports

pytestmark = pytest.mark.unit
FAILED = Standing("failed", "127.0.0.1", 5070, "127.0.0.1的端口5070开不了：taken。")


class NoVoice:
    available = False


async def ready() -> bool:
    return True


def health(folder: Path, door: Any) -> dict[str, Any]:
    app = create_app(Settings(folder, "s"), None, Sessions(lambda: 0.0), NoVoice(), ready, door)  # type: ignore[arg-type]
    with TestClient(app) as client:
        found: dict[str, Any] = client.get("/health").json()
    return found


def test_health_says_that_the_door_is_off(tmp_path: Path) -> None:
    assert health(tmp_path, None)["phone"]["state"] == "off"


def test_health_says_why_the_door_failed(tmp_path: Path) -> None:
    door = phone_door(PhoneSettings(SipSettings(port=5070)), None, NoVoice())  # type: ignore[arg-type]
    phone = health(tmp_path, door)["phone"]
    assert (phone["state"], phone["port"]) == ("failed", 5070) and "espeak-ng" in phone["why"]


def test_health_says_where_the_door_listens(tmp_path: Path) -> None:
    @contextlib.asynccontextmanager
    async def door(app: FastAPI) -> AsyncIterator[None]:
        app.state.phone = Standing("listening", "127.0.0.1", 5070)
        yield

    assert Standing(**health(tmp_path, door)["phone"]) == Standing("listening", "127.0.0.1", 5070)


@pytest.fixture
def taken() -> Iterator[dict[str, int]]:
    """A port that somebody has for UDP, one for TCP."""
    with socket.socket(type=socket.SOCK_DGRAM) as packets, socket.socket() as stream:
        packets.bind(("127.0.0.1", 0))
        stream.bind(("127.0.0.1", 0))
        stream.listen()
        yield {"udp": packets.getsockname()[1], "tcp": stream.getsockname()[1]}


@pytest.mark.parametrize("kind", ["udp", "tcp"])
def test_the_doctor_finds_a_taken_port(
    taken: dict[str, int], kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "standing_at", lambda port: None)
    monkeypatch.setenv("XIANGYIN_SIP", "127.0.0.1")
    finding = doctor.phone(Settings(tmp_path, "s", sip_port=taken[kind]))
    assert not finding.good and str(taken[kind]) in finding.found and "XIANGYIN_SIP_PORT" in finding.fix


def test_a_free_port_is_good_and_so_is_a_door_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "standing_at", lambda port: None)
    monkeypatch.setenv("XIANGYIN_SIP", "127.0.0.1")
    assert doctor.phone(Settings(tmp_path, "s", sip_port=free_ports(1)[0])).good
    monkeypatch.setenv("XIANGYIN_SIP", "off")
    assert doctor.phone(Settings(tmp_path, "s")).found == OFF.sentence


def test_a_port_that_our_own_running_gateway_has_is_good(
    taken: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = Standing("listening", "127.0.0.1", taken["udp"])
    monkeypatch.setattr(doctor, "standing_at", lambda port: ours)
    finding = doctor.phone(Settings(tmp_path, "s", sip_port=taken["udp"]))
    assert finding.good and str(taken["udp"]) in finding.found


def test_a_running_gateway_whose_door_failed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "standing_at", lambda port: FAILED)
    monkeypatch.setenv("XIANGYIN_SIP", "127.0.0.1")
    finding = doctor.phone(Settings(tmp_path, "s", sip_port=free_ports(1)[0]))
    assert not finding.good and FAILED.why in finding.found and finding.fix


def test_another_machines_address_and_a_missing_binding_have_their_own_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = obstacle(SipSettings("192.0.2.1", 5070))  # TEST-NET-1, RFC 5737: nobody's
    assert elsewhere and "不是这台机器的地址" in elsewhere[0] and "XIANGYIN_SIP" in elsewhere[1]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert obstacle(SipSettings(port=free_ports(1)[0])) == ("没有装电话组件（baresip-python）。", "make setup")


def test_no_gateway_is_no_standing() -> None:
    assert standing.standing_at(free_ports(1)[0]) is None


@pytest.mark.parametrize("phone", [FAILED, Standing("listening", "127.0.0.1", 5070), OFF])
def test_up_says_how_the_phone_stands(
    phone: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Started:
        def __init__(self, settings: Settings, gateway: bool) -> None: ...
        def __enter__(self) -> Started:
            return self

        def __exit__(self, *_: object) -> None: ...
        def wait_ready(self, tell: Any) -> float:
            return 1.0

        def watch(self) -> list[str]:
            raise KeyboardInterrupt

    told: list[str] = []
    monkeypatch.setattr(running, "Stack", Started)
    monkeypatch.setattr(running, "load_settings", lambda: Settings(tmp_path, "s"))
    monkeypatch.setattr(running, "standing_at", lambda port: phone)
    monkeypatch.setattr(running, "tell", told.append)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    running.up()
    assert any(phone.sentence in line for line in told)


@pytest.mark.parametrize("broken", ["start", "create"])
def test_whatever_the_sip_stack_refuses_is_told_and_closes_it(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []

    class Refused(Exception): ...

    class Runtime:
        async def start(self, config: Any) -> None:
            if broken == "start":
                raise Refused("no socket")

        async def close(self) -> None:
            closed.append(True)

    class UserAgent:
        @staticmethod
        async def create(*_: Any, **__: Any) -> None:
            raise Refused("no local address")

    stack = SimpleNamespace(
        BaresipError=Refused, Runtime=Runtime, UserAgent=UserAgent, Config=dict, Account=lambda *_, **__: None
    )
    monkeypatch.setitem(sys.modules, "baresip", stack)

    async def scenario() -> None:
        async with listening(SipSettings(), lambda call: None):
            raise AssertionError("open")

    with pytest.raises(SipUnavailable, match="5070开不了"):
        asyncio.run(scenario())
    assert closed == [True]

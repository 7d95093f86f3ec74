"""The gateway's surface with a scripted assistant: sessions, limits, origin, bad input, WebSocket turns."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from assistant.conversation import Assistant
from assistant.gateway.app import create_app, same_origin
from assistant.gateway.sessions import Bucket, Sessions, network
from assistant.gateway.socket import NOT_UNDERSTOOD, RULE_BROKEN, SESSION_OVER
from assistant.records import Records
from assistant.settings import Settings
from audio.files import CLIPPED, SENTENCES
from audio.hearing import Heard

pytestmark = pytest.mark.unit
ANSWER = {
    "status": "collecting",
    "sentence": "prompt",
    "params": {"text": "您叫什么名字？"},
    "expecting": {"kind": "name", "choices": []},
}


class Echo:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.forgotten: list[str] = []

    async def turn(self, conversation: str, *_: Any) -> list[dict[str, Any]]:
        self.asked.append(conversation)
        return [ANSWER]

    async def forget(self, conversation: str) -> None:
        self.forgotten.append(conversation)


class Mute:
    available = False

    async def render(self, reply: Any) -> Any:
        if False:
            yield reply


@pytest.fixture
def now() -> list[float]:
    return [1000.0]


@pytest.fixture
def engine() -> Echo:
    return Echo()


@pytest.fixture
def client(tmp_path: Path, now: list[float], engine: Echo) -> Iterator[TestClient]:
    def hear(samples: Any, *_: Any) -> Heard:
        return Heard("我要认证", 0.9, (), (), len(samples) / 16000, 0.01, "m", "silence")

    async def ready() -> bool:
        return True

    assistant = Assistant(engine, Records(f"sqlite:///{tmp_path}/x.db"), hear)  # type: ignore[arg-type]
    sessions = Sessions(lambda: now[0], idle=60.0, limit=3, burst=3.0, turns_a_second=1.0)
    app = create_app(Settings(tmp_path, "s"), assistant, sessions, Mute(), ready)  # type: ignore[arg-type]
    with TestClient(app, base_url="http://xiangyin.test") as made:
        yield made


def session(client: TestClient) -> str:
    token: str = client.post("/api/session").json()["session"]
    return token


def test_a_typed_turn(client: TestClient) -> None:
    reply = client.post("/api/turn", json={"session": session(client), "text": "我要认证"})
    assert reply.status_code == 200 and reply.json()["status"] == "collecting"


def test_no_session_no_turn(client: TestClient) -> None:
    answer = client.post("/api/turn", json={"session": "made-up", "text": "你好"})
    assert answer.status_code == 401 and answer.json()["sentence"]


def test_a_session_dies_when_idle(client: TestClient, now: list[float]) -> None:
    token = session(client)
    now[0] += 61.0
    assert client.post("/api/turn", json={"session": token, "text": "你好"}).status_code == 401


def test_a_session_that_ends_is_forgotten_by_the_engine(client: TestClient, engine: Echo) -> None:
    token = session(client)
    client.post("/api/turn", json={"session": token, "text": "你好"})
    assert client.delete(f"/api/session/{token}").json() == {"ended": True}
    assert engine.forgotten == engine.asked and len(engine.asked) == 1
    assert client.delete(f"/api/session/{token}").json() == {"ended": False}


def test_too_many_sessions_are_told(client: TestClient) -> None:
    assert [client.post("/api/session").status_code for _ in range(4)] == [200, 200, 200, 503]


def test_one_address_opens_a_bounded_number_of_sessions_and_is_forgiven(now: list[float]) -> None:
    """A room of people gets in at once; a program takes at most half of the places and leaves the rest to others."""
    sessions = Sessions(lambda: now[0])

    def opened(address: str, tries: int) -> int:
        return sum(sessions.admit(address) and sessions.mint("web") is not None for _ in range(tries))

    assert opened("192.0.2.1", 3000) == 100
    assert opened("192.0.2.2", 1) == 1 and opened("2001:db8::1", 1) == 1
    now[0] += 60.0
    assert opened("192.0.2.1", 3000) == 12
    for _ in range(60):
        now[0] += 60.0
        opened("192.0.2.1", 3000)
    assert len(sessions) <= 1000
    assert opened("192.0.2.3", 1) == 1


def test_a_new_address_of_the_same_connection_is_no_new_address() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff:2") != network("2001:db8:0:1::1")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") != network("::ffff:192.0.2.2")
    assert network("a socket file") == "a socket file"


def test_addresses_are_forgotten(now: list[float]) -> None:
    sessions = Sessions(lambda: now[0])
    for number in range(200):
        sessions.admit(f"192.0.2.{number}")
    now[0] += 5.0
    sessions.admit("192.0.2.1")
    assert list(sessions._addresses) == ["192.0.2.1"]


def test_too_many_sessions_of_one_address_are_told(client: TestClient) -> None:
    answers = [client.post("/api/session") for _ in range(101)]
    assert {a.status_code for a in answers[3:100]} == {503}
    assert answers[100].status_code == 429 and answers[100].json()["sentence"]


def test_hundreds_of_reconnects_are_one_session(client: TestClient) -> None:
    token = session(client)
    for _ in range(300):
        with client.websocket_connect(f"/ws?session={token}") as socket:
            socket.send_json({"type": "quiet"})
    assert client.get("/health").json()["sessions"] == 1


def test_too_many_turns_are_told_and_forgiven(client: TestClient, now: list[float]) -> None:
    token = session(client)
    codes = [client.post("/api/turn", json={"session": token, "text": "你好"}).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    now[0] += 1.0
    assert client.post("/api/turn", json={"session": token, "text": "你好"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/turn", "{broken 330102", 422), ("/api/turn", '{"text": "330102"}', 422), ("/api/turn", "[330102]", 422),
        ("/api/turn", json.dumps({"session": "330102" * 100, "text": "好"}), 422), ("/api/hear", "330102", 401),
        ("/api/330102", "330102", 405), ("/api/session/330102", "330102", 405),
    ],
)  # fmt: skip
def test_every_refusal_has_one_shape_and_repeats_nothing(
    client: TestClient, path: str, body: str, status: int
) -> None:
    answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status and set(answer.json()) == {"error", "sentence"}
    assert "330102" not in answer.text


def test_our_own_fault_has_the_shape_too(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[str]:
        raise RuntimeError("330102")

    monkeypatch.setattr("assistant.gateway.app.list_packs", fail)
    with TestClient(client.app, base_url="http://xiangyin.test", raise_server_exceptions=False) as visitor:
        answer = visitor.get("/api/dialects")
    assert answer.status_code == 500 and set(answer.json()) == {"error", "sentence"}
    assert "330102" not in answer.text


@pytest.mark.parametrize("length", [301, 10_000, 100_000])
def test_long_text_is_413_with_a_sentence(client: TestClient, length: int) -> None:
    answer = client.post("/api/turn", json={"session": session(client), "text": "长" * length})
    assert answer.status_code == 413 and "三百" in answer.json()["sentence"]


def test_a_foreign_page_is_refused(client: TestClient) -> None:
    assert client.post("/api/session", headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/api/session", headers={"Origin": "http://xiangyin.test"}).status_code == 200


def test_a_registered_page_is_welcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANGYIN_ORIGINS", "https://city.example")
    assert same_origin("https://city.example", "xiangyin.test")
    assert not same_origin("https://city.example.evil.example", "xiangyin.test")


def test_a_recording_is_a_turn(client: TestClient) -> None:
    answer = client.post(f"/api/hear?session={session(client)}", content=recording(1.0, 0.3))
    assert answer.status_code == 200 and answer.json()["heard"] == "我要认证"


def recording(seconds: float, level: float) -> bytes:
    sound = io.BytesIO()
    tone = np.clip(np.sin(np.arange(int(seconds * 8000)) / 5) * level, -1, 1)
    soundfile.write(sound, tone, 8000, format="WAV")
    return sound.getvalue()


def test_an_overdriven_recording_is_heard_with_a_warning(client: TestClient) -> None:
    token = session(client)
    loud, plain = (
        client.post(f"/api/hear?session={token}", content=recording(1.0, level)).json() for level in (4.0, 0.3)
    )
    assert loud["heard"] == "我要认证" and loud["warning"] == CLIPPED and plain["warning"] is None


def test_a_recording_over_a_minute_is_413(client: TestClient) -> None:
    answer = client.post(f"/api/hear?session={session(client)}", content=recording(61.0, 0.3))
    assert answer.status_code == 413
    assert answer.json() == {"error": "too_long", "sentence": SENTENCES["too_long"]}


@pytest.mark.parametrize("body", [b"", b"not audio at all", b"RIFF\x00\x00"])
def test_what_is_not_audio_is_415(client: TestClient, body: bytes) -> None:
    answer = client.post(f"/api/hear?session={session(client)}", content=body)
    assert answer.status_code == 415 and answer.json()["sentence"]


def test_a_typed_turn_over_the_socket(client: TestClient) -> None:
    with client.websocket_connect(f"/ws?session={session(client)}") as socket:
        socket.send_json({"type": "say", "text": "我要认证", "id": "1"})
        kinds = [socket.receive_json() for _ in range(3)]
        assert [k["type"] for k in kinds] == ["thinking", "reply", "spoken"]


def close_code(socket: Any) -> int:
    with pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_json()
    return closed.value.code


@pytest.mark.parametrize("token", ["made-up", ""])
def test_the_socket_needs_a_session_and_says_so_in_a_way_that_a_browser_can_read(
    client: TestClient, token: str
) -> None:
    with client.websocket_connect(f"/ws?session={token}") as socket:
        assert close_code(socket) == SESSION_OVER


@pytest.mark.parametrize("kind", ["say", "listen"])
def test_a_session_that_is_over_ends_its_open_socket(client: TestClient, kind: str) -> None:
    token = session(client)
    with client.websocket_connect(f"/ws?session={token}") as socket:
        client.delete(f"/api/session/{token}")
        socket.send_json({"type": kind, "text": "我要认证", "id": "1"})
        assert close_code(socket) == SESSION_OVER


def test_a_reply_that_was_lost_with_its_connection_is_given_again(client: TestClient, engine: Echo) -> None:
    token = session(client)
    said = {"type": "say", "text": "我要认证", "id": "1"}
    with client.websocket_connect(f"/ws?session={token}") as socket:
        socket.send_json(said)
    with client.websocket_connect(f"/ws?session={token}") as socket:
        socket.send_json(said)
        assert socket.receive_json()["type"] == "thinking"
        reply = socket.receive_json()
    assert (reply["type"], reply["id"], reply["heard"]) == ("reply", "1", "我要认证")
    assert len(engine.asked) == 1


@pytest.mark.parametrize(
    "broken",
    [
        "{broken", "[1]", "{}", '{"type": "dance"}', '{"type": ["say"]}', '{"type": "say", "id": {}}',
        json.dumps({"type": "say", "text": "好", "id": "1" * 65}), "[" * 60_000,
        json.dumps({"type": "say", "text": "长" * 70_000}, ensure_ascii=False), b"\0", bytes(70_000),
    ],
    ids=lambda sent: repr(sent[:24]),
)  # fmt: skip
def test_who_breaks_the_rules_is_told_so_and_disconnected(client: TestClient, broken: str | bytes) -> None:
    with client.websocket_connect(f"/ws?session={session(client)}") as socket:
        socket.send_bytes(broken) if isinstance(broken, bytes) else socket.send_text(broken)
        answer = socket.receive_json()
        assert (answer["type"], answer["sentence"]) == ("error", NOT_UNDERSTOOD)
        assert close_code(socket) == RULE_BROKEN


class Ear:
    ended = False

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def finish(self) -> Heard:
        return Heard("我要认证", 0.9, (), (), 1.0, 0.01, "m", "silence")


def test_typing_instead_of_going_on_to_speak_ends_listening(
    client: TestClient, engine: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.gateway.socket.Listener", Ear)
    with client.websocket_connect(f"/ws?session={session(client)}") as socket:
        for message in ({"type": "listen"}, {"type": "say", "text": "人工"}, {"type": "stop"}):
            socket.send_json(message)
        socket.send_json({"type": "say", "text": "人工", "id": "2"})
        answers = [socket.receive_json() for _ in range(7)]
    assert [answer["type"] for answer in answers] == ["listening", *["thinking", "reply", "spoken"] * 2]
    assert answers[5]["id"] == "2" and len(engine.asked) == 2


def test_opening_the_microphone_is_counted_and_its_turn_not_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.gateway.socket.Listener", Ear)

    def spoken_turn(socket: Any) -> list[str]:
        socket.send_json({"type": "listen"})
        first = socket.receive_json()
        if first["type"] == "error":
            return ["error", str(socket.receive_json()["on"])]
        socket.send_json({"type": "stop"})
        return [first["type"], *(socket.receive_json()["type"] for _ in range(4))]

    with client.websocket_connect(f"/ws?session={session(client)}") as socket:
        turns = [spoken_turn(socket) for _ in range(4)]
    assert turns[:3] == [["listening", "listening", "thinking", "reply", "spoken"]] * 3
    assert turns[3] == ["error", "False"]


def test_a_refusal_names_what_it_refuses(client: TestClient) -> None:
    with client.websocket_connect(f"/ws?session={session(client)}") as socket:
        socket.send_json({"type": "say", "text": "长" * 301, "id": "1"})
        answer = socket.receive_json()
    assert (answer["type"], answer["id"]) == ("error", "1") and "三百" in answer["sentence"]


def test_the_socket_refuses_a_foreign_page(client: TestClient) -> None:
    token = session(client)
    headers = {"Origin": "https://evil.example"}
    with (
        pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)),
        client.websocket_connect(f"/ws?session={token}", headers=headers),
    ):
        raise AssertionError("connected")


def test_pages_carry_a_strict_policy(client: TestClient) -> None:
    headers = client.get("/health").headers
    assert (
        "script-src 'self'" in headers["content-security-policy"]
        and headers["x-content-type-options"] == "nosniff"
    )


def test_nothing_outside_the_pages_is_served(client: TestClient) -> None:
    assert client.get("/../app.py").status_code == 404
    assert client.get("/%2e%2e/phone.py").status_code == 404


def test_the_bucket_never_holds_more_than_its_burst() -> None:
    bucket = Bucket(1.0, 2.0, 2.0, 0.0)
    assert [bucket.take(100.0) for _ in range(3)] == [True, True, False]


def test_replies_are_json_with_text_only(client: TestClient) -> None:
    reply = client.post(
        "/api/turn", json={"session": session(client), "text": "<script>alert(1)</script>我要认证"}
    )
    assert json.loads(reply.text)["heard"] == "<script>alert(1)</script>我要认证"

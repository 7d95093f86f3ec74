"""The engine's door over HTTP, with a scripted agent in the engine's own interpreter: answered once, told clearly."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.process
ROOT = Path(__file__).resolve().parents[2]
ENGINE = Path(os.environ.get("XIANGYIN_VAR", ROOT / "var")) / "engine" / "bin" / "python"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "XIANGYIN_ACTIONS_URL": "http://127.0.0.1:1",
    }
    command = [str(ENGINE), str(ROOT / "tests" / "nlu" / "served_channel.py")]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        port = next((line for line in served.stdout if line.strip().isdigit()), None)
        assert port, "the channel did not come up"
        yield f"http://127.0.0.1:{port.strip()}"
        served.terminate()


@pytest.fixture
def channel(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=address, headers={"X-Xiangyin-Secret": "geheim"}, timeout=30.0, trust_env=False
    ) as client:
        client.post("/script/clear")
        yield client


def turn(channel: httpx.Client, text: Any, message_id: str | None = None, **more: Any) -> httpx.Response:
    body = {"conversation": "c1", "text": text, "message_id": message_id, **more}
    return channel.post("/webhooks/turn/turn", json=body)


def asked(channel: httpx.Client) -> list[str]:
    said: list[str] = channel.get("/script").json()
    return said


def test_a_message_id_is_answered_once_in_its_conversation(channel: httpx.Client) -> None:
    first, again = turn(channel, "你好", "once"), turn(channel, "别的话", "once")
    assert first.json() == again.json() == {"messages": [{"said": "你好"}]}
    assert turn(channel, "在吗", "once", conversation="c2").json() == {"messages": [{"said": "在吗"}]}
    assert asked(channel) == ["你好", "在吗"]


def test_a_duplicate_waits_for_the_turn_that_is_under_way(channel: httpx.Client) -> None:
    with ThreadPoolExecutor(2) as both:
        turns = [both.submit(turn, channel, "慢", "twice") for _ in range(2)]
        channel.get("/script/release/2")
        assert [t.result().json() for t in turns] == [{"messages": [{"said": "慢"}]}] * 2
    assert asked(channel) == ["慢"]


def test_a_turn_goes_on_when_the_asker_hangs_up(channel: httpx.Client) -> None:
    with pytest.raises(httpx.TimeoutException):
        channel.post("/webhooks/turn/turn", timeout=0.5,
                     json={"conversation": "c1", "text": "慢", "message_id": "left"})  # fmt: skip
    with ThreadPoolExecutor(1) as again:
        answer = again.submit(turn, channel, "慢", "left")
        channel.get("/script/release/2")
        assert answer.result().json() == {"messages": [{"said": "慢"}]}
    assert asked(channel) == ["慢"]


@pytest.mark.parametrize("text", ["无话", "坏了"])
def test_what_came_to_nothing_is_not_remembered(channel: httpx.Client, text: str) -> None:
    assert turn(channel, text, f"again {text}").status_code >= 500
    assert turn(channel, "你好", f"again {text}").json() == {"messages": [{"said": "你好"}]}


def test_a_turn_without_a_message_is_502(channel: httpx.Client) -> None:
    answer = turn(channel, "无话")
    assert answer.status_code == 502 and answer.json() == {"error": "silent"}


def test_no_model_is_503_at_both_doors(channel: httpx.Client) -> None:
    assert channel.get("/webhooks/turn/ready").json() == {"ready": True, "model": "scripted"}
    channel.post("/script/clear?loaded=no")
    for answer in (channel.get("/webhooks/turn/ready"), turn(channel, "你好")):
        assert answer.status_code == 503 and answer.json() == {"error": "not_ready"}
    assert asked(channel) == []


@pytest.mark.parametrize("secret", [None, "", "gehei", "geheim2"])
def test_without_the_secret_there_is_no_turn(channel: httpx.Client, secret: str | None) -> None:
    del channel.headers["X-Xiangyin-Secret"]
    headers = {} if secret is None else {"X-Xiangyin-Secret": secret}
    answer = channel.post("/webhooks/turn/turn", json={"conversation": "c", "text": "你好"}, headers=headers)
    assert answer.status_code == 401 and asked(channel) == []


@pytest.mark.parametrize(
    "body",
    [
        "{broken",
        "[]",
        "null",
        '{"text": "你好"}',
        '{"conversation": "a b", "text": "你好"}',
        '{"conversation": "c1"}',
        '{"conversation": "c1", "text": 5}',
        '{"conversation": "c1", "text": " \\u0000 "}',
        '{"conversation": "c1", "text": "你好", "metadata": [1]}',
    ],
)
def test_what_is_malformed_is_400(channel: httpx.Client, body: str) -> None:
    answer = channel.post("/webhooks/turn/turn", content=body.encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 400 and asked(channel) == []


def test_what_is_too_long_is_413(channel: httpx.Client) -> None:
    answer = turn(channel, "长" * 601)
    assert answer.status_code == 413 and answer.json() == {"error": "too_long"} and asked(channel) == []
    assert turn(channel, "长" * 600).status_code == 200


def forget(channel: httpx.Client, conversation: str) -> httpx.Response:
    return channel.delete(f"/webhooks/turn/conversation/{conversation}")


def held(channel: httpx.Client) -> set[str]:
    return set(channel.get("/script/trackers").json())


def test_the_engine_keeps_conversations_in_our_store(channel: httpx.Client) -> None:
    assert channel.get("/script/store").json() == "RecentTrackers"


def test_a_conversation_that_is_over_is_forgotten_with_its_answers(channel: httpx.Client) -> None:
    turn(channel, "我的号码", "m", conversation="over")
    turn(channel, "你好", "m", conversation="stays")
    assert {"over", "stays"} <= held(channel)
    assert forget(channel, "over").status_code == 200
    assert "over" not in held(channel) and "stays" in held(channel)
    assert turn(channel, "新人", "m", conversation="over").json() == {"messages": [{"said": "新人"}]}
    assert turn(channel, "新人", "m", conversation="stays").json() == {"messages": [{"said": "你好"}]}


def test_an_answer_is_remembered_for_half_an_hour(channel: httpx.Client) -> None:
    for seconds in (0, 1700, 200):
        channel.post(f"/script/later/{seconds}")
        turn(channel, "我的号码", "aged")
    assert asked(channel) == ["我的号码"] * 2


def test_a_turn_under_way_is_forgotten_when_it_is_done(channel: httpx.Client) -> None:
    with ThreadPoolExecutor(2) as both:
        slow = both.submit(turn, channel, "慢", "m", conversation="hung-up")
        while asked(channel) != ["慢"]:
            pass
        gone = both.submit(forget, channel, "hung-up")
        channel.get("/script/release/2")
        assert slow.result().status_code == gone.result().status_code == 200
    assert "hung-up" not in held(channel)


def test_nobody_else_makes_the_engine_forget(channel: httpx.Client) -> None:
    turn(channel, "你好", conversation="mine")
    channel.headers["X-Xiangyin-Secret"] = "wrong"
    assert forget(channel, "mine").status_code == 401
    assert "mine" in held(channel)


def test_what_nobody_uses_is_forgotten_by_age_and_number(channel: httpx.Client) -> None:
    turn(channel, "你好", conversation="old")
    channel.post("/script/later/1700")
    turn(channel, "你好", conversation="young")
    assert held(channel) == {"old", "young"}
    channel.post("/script/later/200")
    turn(channel, "你好", conversation="new")
    assert held(channel) == {"young", "new"}
    for n in range(3):
        turn(channel, "你好", conversation=f"many-{n}")
    assert held(channel) == {f"many-{n}" for n in range(3)}

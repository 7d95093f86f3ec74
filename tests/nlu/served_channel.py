"""Serves `nlu.channel` on a free port with a scripted agent; run by the engine's interpreter, prints the port.

The agent answers each text with itself; “无话” with nothing, “坏了” with an exception, and “慢” only after as many
requests have come to the channel as `GET /script/release/<count>` asks for. `GET /script` tells what it was asked,
`GET /script/trackers` which conversations the store holds, `POST /script/later/<seconds>` moves the clock.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from nlu.channel import TurnChannel
from nlu.trackers import RecentTrackers


class Agent:
    model_id = "scripted"

    def __init__(self) -> None:
        self.loaded, self.asked, self.arrived = True, [], 0  # type: ignore[var-annotated]
        self.changed = asyncio.Condition()
        self.released = asyncio.Event()
        self.now = 0.0
        self.lock_store = InMemoryLockStore()
        recent = RecentTrackers(Domain.empty(), clock=lambda: self.now, most=3)
        self.tracker_store = FailSafeTrackerStore(recent)

    def is_ready(self) -> bool:
        return self.loaded

    async def handle_message(self, message: Any) -> None:
        async with self.lock_store.lock(message.sender_id):
            await self.answer(message)

    async def answer(self, message: Any) -> None:
        self.asked.append(message.text)
        tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
        if message.text == "慢":
            await self.released.wait()
        if message.text == "坏了":
            raise RuntimeError("the agent broke")
        if message.text != "无话":
            await message.output_channel.send_custom_json(message.sender_id, {"said": message.text})
        tracker.update(UserUttered(message.text))
        await self.tracker_store.save(tracker)


def main() -> None:
    app = Sanic("served_channel")
    agent = app.ctx.agent = Agent()

    async def handler(message: Any) -> None:
        await agent.handle_message(message)

    app.blueprint(TurnChannel("geheim", lambda: agent.now).blueprint(handler), url_prefix="/webhooks/turn")

    @app.middleware("request")
    async def count(request: Request) -> None:
        async with agent.changed:
            agent.arrived += request.path.startswith("/webhooks/")
            agent.changed.notify_all()

    @app.get("/script")
    async def asked(request: Request) -> HTTPResponse:
        return response.json(agent.asked)

    @app.get("/script/trackers")
    async def trackers(request: Request) -> HTTPResponse:
        return response.json(list(await agent.tracker_store.keys()))

    @app.get("/script/store")
    async def store(request: Request) -> HTTPResponse:
        endpoints = AvailableEndpoints.read_endpoints("nlu/endpoints.yml")
        return response.json(type(TrackerStore.create(endpoints.tracker_store, Domain.empty())).__name__)

    @app.post("/script/later/<seconds:int>")
    async def later(request: Request, seconds: int) -> HTTPResponse:
        agent.now += seconds
        return response.json({})

    @app.post("/script/clear")
    async def clear(request: Request) -> HTTPResponse:
        agent.asked.clear()
        agent.arrived, agent.loaded = 0, request.args.get("loaded") != "no"
        agent.released.clear()
        agent.now += 10_000
        return response.json({})

    @app.get("/script/release/<count:int>")
    async def release(request: Request, count: int) -> HTTPResponse:
        async with agent.changed:
            await agent.changed.wait_for(lambda: agent.arrived >= count)
        agent.released.set()
        return response.json({})

    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    app.run(sock=listener, access_log=False)


if __name__ == "__main__":
    main()

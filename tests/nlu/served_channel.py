"""Serves `nlu.channel` on a free port with a scripted agent; run by the engine's interpreter, prints the port.

The agent answers each text with itself; “无话” with nothing, “坏了” with an exception, and “慢” only after as many
requests for turns have come as `GET /script/release/<count>` asks for. `GET /script` tells what it was asked.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from nlu.channel import TurnChannel


class Agent:
    model_id = "scripted"

    def __init__(self) -> None:
        self.loaded, self.asked, self.arrived = True, [], 0  # type: ignore[var-annotated]
        self.changed = asyncio.Condition()
        self.released = asyncio.Event()

    def is_ready(self) -> bool:
        return self.loaded

    async def handle_message(self, message: Any) -> None:
        self.asked.append(message.text)
        if message.text == "慢":
            await self.released.wait()
        if message.text == "坏了":
            raise RuntimeError("the agent broke")
        if message.text != "无话":
            await message.output_channel.send_custom_json(message.sender_id, {"said": message.text})


def main() -> None:
    app = Sanic("served_channel")
    agent = app.ctx.agent = Agent()

    async def handler(message: Any) -> None:
        await agent.handle_message(message)

    app.blueprint(TurnChannel("geheim").blueprint(handler), url_prefix="/webhooks/turn")

    @app.middleware("request")
    async def count(request: Request) -> None:
        async with agent.changed:
            agent.arrived += request.path.endswith("/turn")
            agent.changed.notify_all()

    @app.get("/script")
    async def asked(request: Request) -> HTTPResponse:
        return response.json(agent.asked)

    @app.post("/script/clear")
    async def clear(request: Request) -> HTTPResponse:
        agent.asked.clear()
        agent.arrived, agent.loaded = 0, request.args.get("loaded") != "no"
        agent.released.clear()
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

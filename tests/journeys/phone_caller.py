"""A caller in a process of its own: dials, does what the script says, records what it hears.

    python phone_caller.py SCRIPT.json

The script: `{"dial", "port", "rtp", "record", "steps"}`; without `steps` they come on standard input, a line each,
and the call ends with them. Steps are `["quiet", seconds]` (wait until the far end
has spoken and then been quiet for so long), `["spoken", seconds]` (until it has spoken for so long since the
last step), `["wait", seconds]` (of sound received), `["play", wav]`, `["keys", digits]`, `["hold"]`,
`["held", seconds]`, `["resume"]`, `["save"]` (write down what was heard so far, and say `saved` in a line),
`["until_gone"]`, `["vanish"]` (end without a BYE). `sip:clerk@` the caller's
address is a clerk who answers, and to whom the caller lets itself be transferred. Prints one JSON line: what
happened and when, in seconds of the call.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
from baresip import Account, BaresipError, CallState, Config, Event, Runtime, UserAgent

LOUD = 300  # of 32768: the far end speaks
LIMIT = 150.0


class Caller:
    """One call of ours."""

    def __init__(self, call: Any, record: str) -> None:
        self.call, self.record, self.began = call, record, time.monotonic()
        self.heard = bytearray()
        self.out = bytearray()
        self.events: list[tuple[float, str]] = []
        self.spoken = self.quiet = 0.0

    @property
    def gone(self) -> bool:
        return bool(self.call.state is CallState.CLOSED)

    def note(self, what: str) -> None:
        self.events.append((round(time.monotonic() - self.began, 3), what))

    async def serve(self) -> None:
        """Both directions of sound; what the far end sends is also the clock of `spoken` and `quiet`."""
        while not self.gone:
            try:
                piece = self.call.audio.read(32_768)
                room = 1600 - self.call.audio.info().tx_buffered
                if room > 0 and self.out:
                    del self.out[: self.call.audio.write(bytes(self.out[:room]))]
            except BaresipError:
                piece = b""
            if piece:
                self.heard += piece
                loud = np.abs(np.frombuffer(piece, "<i2").astype(np.int32)).max() > LOUD
                seconds = len(piece) / 16_000
                self.spoken += seconds if loud else 0.0
                self.quiet = 0.0 if loud else self.quiet + seconds
            await asyncio.sleep(0.01)
        self.note("gone")

    async def until(self, condition: Any) -> None:
        while not (condition() or self.gone):
            await asyncio.sleep(0.01)

    async def step(self, name: str, value: Any = None) -> None:
        self.note(f"{name} {value or ''}".strip())
        if name == "quiet":
            await self.until(lambda: self.spoken > 0.2 and self.quiet >= value)
        elif name == "spoken":
            await self.until(lambda: self.spoken >= value)
        elif name == "wait":
            until = len(self.heard) + int(value * 16_000)
            await self.until(lambda: len(self.heard) >= until)
        elif name == "play":
            with wave.open(value) as file:
                assert file.getframerate() == 8000 and file.getnchannels() == 1
                self.out += file.readframes(file.getnframes())
            await self.until(lambda: not self.out)
        elif name == "keys":
            await self.call.send_dtmf(value)
        elif name in ("hold", "resume"):
            await getattr(self.call, name)()
        elif name == "held":
            await asyncio.sleep(value)  # no sound comes that could be the clock
        elif name == "until_gone":
            await self.until(lambda: self.gone)
        elif name == "save":
            self.save()
            print("saved", flush=True)
        elif name == "vanish":
            print(json.dumps({"events": self.events}), flush=True)
            os._exit(0)
        self.spoken = 0.0
        self.note(f"{name} done")

    def save(self) -> None:
        with wave.open(self.record, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(bytes(self.heard))


async def steps_of(script: dict[str, Any]) -> AsyncIterator[list[Any]]:
    for step in script.get("steps", ()):
        yield step
    while "steps" not in script and (line := await asyncio.to_thread(sys.stdin.readline)):
        yield json.loads(line)


async def main(script: dict[str, Any]) -> None:
    runtime = Runtime()
    ports = f"sip_listen 127.0.0.1:{script['port']}\nrtp_ports {script['rtp']}"
    await runtime.start(Config(net_interface="127.0.0.1", max_concurrent_calls=None, extra_config_text=ports))
    try:
        caller_account, clerk_account = (
            Account(user, f"127.0.0.1:{script['port']}", "", reg_interval=0, audio_codecs=("pcma",))
            for user in ("caller", "clerk")
        )
        agent = await UserAgent.create(runtime, caller_account, transfer_policy="auto")
        clerk = await UserAgent.create(runtime, clerk_account)
        answering: list[asyncio.Task[None]] = []
        clerk.on_incoming(lambda incoming: answering.append(asyncio.create_task(incoming.answer())))
        up = asyncio.Event()
        agent.on(lambda event: up.set() if event.event is Event.CALL_ESTABLISHED else None)
        call = await agent.dial(script["dial"])
        await asyncio.wait_for(up.wait(), 30.0)
        call._state = CallState.ESTABLISHED  # on the loopback the answer may come before `dial` returns
        caller = Caller(call, script["record"])
        line = asyncio.create_task(caller.serve())
        async for step in steps_of(script):
            await asyncio.wait_for(caller.step(*step), LIMIT)
        if not caller.gone:
            await call.hangup()
        await asyncio.wait_for(line, 5.0)  # it notes that the call is gone
        if answering:
            caller.note("clerk answered")
        caller.save()
        print(json.dumps({"events": caller.events}), flush=True)
    finally:
        await runtime.close()


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text("utf-8"))))

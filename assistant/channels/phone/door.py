"""Opens the phone door in the gateway's process: each call is one task, and a closed door closes no other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from assistant.channels.phone.call import PhoneCall, Turns, said_of_ourselves
from assistant.channels.phone.ear import OpenEar, TelephoneEar
from assistant.channels.phone.mouth import Renderer, Voice
from assistant.channels.phone.policy import PROMPTS, WORKING
from assistant.channels.phone.sip import SipSettings, SipTransport, SipUnavailable, listening
from assistant.channels.phone.standing import Standing
from audio.models import ModelError
from audio.recogniser import recogniser_for

Door = Callable[[FastAPI], AbstractAsyncContextManager[None]]
LAST_WORDS = 9.0
"""Seconds that turns under way may take when the gateway stops; longer than the gateway's own deadline."""
_log = logging.getLogger("xiangyin.phone")


@dataclass(frozen=True)
class PhoneSettings:
    """The door's settings. XIANGYIN_SIP is the address to listen on, or `off`."""

    sip: SipSettings | None
    transfer_to: str | None = None

    @classmethod
    def load(cls, port: int, environment: Mapping[str, str] = os.environ) -> PhoneSettings:
        """From XIANGYIN_SIP, XIANGYIN_SIP_RTP (first-last port), XIANGYIN_SIP_CALLS and XIANGYIN_TRANSFER_TO."""
        address = environment.get("XIANGYIN_SIP") or "127.0.0.1"
        if address == "off":
            return cls(None)
        sip = SipSettings(
            address,
            port,
            environment.get("XIANGYIN_SIP_RTP") or SipSettings.rtp_ports,
            int(environment.get("XIANGYIN_SIP_CALLS") or SipSettings.calls),
        )
        return cls(sip, environment.get("XIANGYIN_TRANSFER_TO") or None)


def phone_door(
    settings: PhoneSettings, assistant: Turns, renderer: Renderer, open_ear: OpenEar = TelephoneEar
) -> Door | None:
    """For `create_app(also=…)`; None when the door is switched off. Keeps `app.state.phone`, a `Standing`."""
    sip = settings.sip
    if sip is None:
        return None
    desk = Switchboard(settings, assistant, Voice(renderer), open_ear)

    @contextlib.asynccontextmanager
    async def door(app: FastAPI) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            try:
                if not renderer.available:
                    raise SipUnavailable("没有语音合成（espeak-ng），电话里没法说话。")
                await stack.enter_async_context(desk.open())
                app.state.phone = Standing("listening", sip.address, sip.port)
            except SipUnavailable as problem:
                app.state.phone = Standing("failed", sip.address, sip.port, str(problem))
                print(app.state.phone.sentence, file=sys.stderr, flush=True)
            yield

    return door


class Switchboard:
    """All calls of this process."""

    def __init__(self, settings: PhoneSettings, assistant: Turns, voice: Voice, open_ear: OpenEar) -> None:
        self._settings, self._assistant = settings, assistant
        self._voice, self._open_ear = voice, open_ear
        self._calls: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Take calls in this block. Raises SipUnavailable."""
        assert self._settings.sip is not None
        async with listening(self._settings.sip, self._ring):
            warming = asyncio.create_task(self._warm())
            try:
                yield
            finally:
                ending = {warming, *self._calls}
                for task in ending:
                    task.cancel()
                await asyncio.wait(ending, timeout=LAST_WORDS)

    async def _warm(self) -> None:
        """So that the first caller waits neither for the welcome nor for the model."""
        for sentence in ("welcome", *(name for names in WORKING.values() for name in names), *PROMPTS):
            async for _ in self._voice.clips(said_of_ourselves("", sentence), canned=True):
                pass
            if sentence == "welcome":
                await asyncio.to_thread(load_models)

    def _ring(self, call: Any) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(call))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _serve(self, call: Any) -> None:
        try:
            transport = await SipTransport.answer(call)
            await PhoneCall(
                transport, self._assistant, self._voice, self._open_ear, self._settings.transfer_to
            ).run()
        except asyncio.CancelledError:
            raise
        except Exception:
            _log.exception("a call broke; the others go on")


def load_models() -> None:
    """Mandarin's model and its open graph."""
    try:
        recogniser_for("mandarin").prepare()
    except ModelError as error:
        _log.error("the phone door cannot hear: %s", error)

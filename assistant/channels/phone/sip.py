"""The telephone line of baresip (reference: its Python binding 0.5.2a3): calls in, `AudioTransport`s out.

Gotchas kept here and nowhere else: at the end of a call reading raises AudioRestarted or AudioNotActive; a
reader that lags one second loses sound, so a task of its own reads every 20 ms; a peer that vanishes ends the
call only because `rtp_timeout` is set; one runtime a process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.channels.phone.framing import EMPTY, Framer
from assistant.channels.phone.transport import FRAME_SECONDS, Event, Gone, Int16, Key, Sound

READ_BYTES = 32_768  # baresip's whole buffer, two seconds
AHEAD_BYTES = 1_600  # 100 ms in baresip's own buffer; the rest waits here, where a flush is exact
LONGEST_QUIET = 0.1  # seconds without any event
_log = logging.getLogger("xiangyin.phone")


class SipUnavailable(RuntimeError):
    """The telephone cannot be opened; the message is a Chinese sentence for the operator."""


@dataclass(frozen=True)
class SipSettings:
    """Where to listen. `address` is one of this machine; calls beyond `calls` at once are told that we are busy.

    `silent_peer`: whole seconds without any sound packet after which a call counts as dead.
    """

    address: str = "127.0.0.1"
    port: int = 5070
    rtp_ports: str = "20000-20199"
    calls: int = 8
    silent_peer: int = 20


@contextlib.asynccontextmanager
async def listening(settings: SipSettings, on_call: Callable[[Any], None]) -> AsyncIterator[None]:
    """Listen for calls in this block; `on_call` gets baresip's call, in the event loop. Raises SipUnavailable."""
    try:
        import baresip
    except ImportError as error:
        raise SipUnavailable("没有装电话组件（baresip-python）。") from error
    config = baresip.Config(
        net_interface=settings.address,
        max_concurrent_calls=settings.calls,
        rtp_timeout=settings.silent_peer,
        extra_config_text=f"sip_listen {settings.address}:{settings.port}\nrtp_ports {settings.rtp_ports}",
    )
    # PCMA first: it is what Chinese networks carry. No registration: the PBX sends calls here.
    account = baresip.Account(
        "xiangyin", f"{settings.address}:{settings.port}", "", reg_interval=0, audio_codecs=("pcma", "pcmu")
    )
    runtime = baresip.Runtime()
    try:
        try:
            await runtime.start(config)
            agent = await baresip.UserAgent.create(runtime, account, transfer_policy="reject")
        except baresip.BaresipError as error:
            raise SipUnavailable(f"{settings.address}的端口{settings.port}开不了：{error}。") from error
        agent.on_incoming(on_call)
        yield
    finally:
        await runtime.close()


class SipTransport:
    """One call of baresip as an AudioTransport. Make it with `answer`."""

    def __init__(self, call: Any) -> None:
        import baresip

        self._stack = baresip
        self._call = call
        self._began = self._ticked = time.monotonic()
        self._framer = Framer()
        self._keys: deque[Key] = deque()
        self._heard: list[Int16] = []
        self._out = bytearray()
        self._happened = asyncio.Event()
        self._gone: Gone | None = None
        call.on_dtmf(self._pressed)
        self._line = asyncio.get_running_loop().create_task(self._serve())

    @classmethod
    async def answer(cls, call: Any) -> SipTransport:
        """Accept an incoming call. Raises BaresipError when it is gone already."""
        await call.answer()
        await call.wait_established()
        return cls(call)

    @property
    def held(self) -> bool:
        return bool(self._call.remote_on_hold)

    async def next(self) -> Event:
        if not (self._keys or self._heard or self._gone):
            self._happened.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._happened.wait(), LONGEST_QUIET)
        if self._keys:
            return self._keys.popleft()
        if self._gone and not self._heard:
            return self._gone
        now = time.monotonic()
        seconds, self._ticked = now - self._ticked, now
        heard, self._heard = self._heard, []
        return Sound(np.concatenate(heard) if heard else EMPTY, seconds)

    def play(self, samples: Int16) -> None:
        if self._gone is None:
            self._out += samples.astype("<i2").tobytes()

    def backlog(self) -> int:
        return (len(self._out) + self._inside()) // 2

    def flush(self) -> int:
        left = self.backlog()
        self._out.clear()
        with contextlib.suppress(self._stack.BaresipError):
            self._call.audio.flush_tx()
        return left

    async def transfer(self, target: str) -> bool:
        try:
            await self._call.transfer(target)
        except (self._stack.BaresipError, ValueError) as error:
            _log.warning("transfer to %s failed: %s", target, error)
            return False
        return True

    async def hangup(self) -> None:
        with contextlib.suppress(self._stack.BaresipError):
            await self._call.hangup()
        self._end("hung up")
        self._line.cancel()

    async def _serve(self) -> None:
        """Move sound both ways every 20 ms until the call is closed."""
        while self._call.state is not self._stack.CallState.CLOSED:
            try:
                self._exchange()
            except self._stack.AudioRestarted:
                self._framer.reset()  # renegotiated (hold, re-INVITE), or the end of the call
            except self._stack.AudioNotActive:
                pass  # not up yet, or the end of the call: the state tells
            await asyncio.sleep(FRAME_SECONDS / 2)
        self._end("closed by the far end")

    def _exchange(self) -> None:
        frames = self._framer.feed(self._call.audio.read(READ_BYTES))
        if frames.size:
            self._heard.append(frames)
            self._happened.set()
        room = AHEAD_BYTES - self._call.audio.info().tx_buffered
        if room > 0 and self._out:
            taken = self._call.audio.write(bytes(self._out[: room - room % 2]))
            del self._out[:taken]

    def _inside(self) -> int:
        """Bytes that baresip has not sent yet."""
        try:
            return int(self._call.audio.info().tx_buffered)
        except self._stack.BaresipError:
            return 0

    def _pressed(self, event: Any) -> None:
        self._keys.append(Key(str(event.digit), time.monotonic() - self._began))
        self._happened.set()

    def _end(self, reason: str) -> None:
        self._out.clear()
        self._gone = self._gone or Gone(reason)
        self._happened.set()

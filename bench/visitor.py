"""A resident at the gateway's own door, as the web page is one: typed turns by HTTP, spoken ones by WebSocket.

Each turn is another visitor's first, so no rate limit and no earlier turn plays into it.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray
from websockets.sync.client import connect

FRAME = 1600
"""Samples in a piece of microphone sound: 0.1 s at 16 kHz."""
PATIENCE = 30.0
"""Seconds until a turn counts as lost: TimeoutError, or httpx's."""
QUIET = 200
"""Samples below are no speech, of 32,767."""


class Visitor:
    def __init__(self, gateway_port: int) -> None:
        self._place = f"127.0.0.1:{gateway_port}"
        self._http = httpx.Client(base_url=f"http://{self._place}", timeout=PATIENCE, trust_env=False)

    def typed(self, text: str) -> tuple[dict[str, Any], float]:
        """The reply, and seconds until it was there."""
        with self._session() as session:
            begun = time.perf_counter()
            answer = self._http.post("/api/turn", json={"session": session, "text": text})
            seconds = time.perf_counter() - begun
        reply: dict[str, Any] = answer.raise_for_status().json()
        return reply, seconds

    def spoken(self, samples: NDArray[np.int16], pace: float = 1.0) -> tuple[dict[str, Any], float]:
        """The reply, and seconds from the end of speech (the button let go) to the first sentence's sound.

        `samples`: 16 kHz; sent in `pace` times its own duration, because recognition keeps up with the speaker.
        """
        sound = np.trim_zeros(np.where(np.abs(samples.astype(np.int32)) < QUIET, 0, 1), "b").size
        with self._session() as session, self._socket(session) as socket:
            socket.send(json.dumps({"type": "listen"}))
            self._until(socket, "listening")
            begun = time.perf_counter()
            for at in range(0, sound, FRAME):
                piece = samples[at : min(at + FRAME, sound)]
                time.sleep(max(0.0, begun + pace * (at + piece.size) / 16_000 - time.perf_counter()))
                socket.send(piece.tobytes())
            begun = time.perf_counter()
            socket.send(json.dumps({"type": "stop"}))
            reply = self._until(socket, "reply")
            self._until(socket, "speech")
            socket.recv(timeout=PATIENCE)
            return reply, time.perf_counter() - begun

    def _until(self, socket: Any, kind: str) -> dict[str, Any]:
        """The next message of this kind; TimeoutError, or ValueError where the gateway said no or has no voice."""
        while True:
            message = socket.recv(timeout=PATIENCE)
            if isinstance(message, bytes):
                continue
            content: dict[str, Any] = json.loads(message)
            if content["type"] == kind:
                return content
            if content["type"] in ("error", "spoken"):
                raise ValueError(f"{kind} was expected, this came: {content}")

    @contextlib.contextmanager
    def _session(self) -> Iterator[str]:
        token: str = self._http.post("/api/session").raise_for_status().json()["session"]
        try:
            yield token
        finally:
            self._http.delete(f"/api/session/{token}")

    def _socket(self, session: str) -> Any:
        return connect(f"ws://{self._place}/ws?session={session}", proxy=None, max_size=None, max_queue=None)

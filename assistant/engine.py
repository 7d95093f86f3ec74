"""Client of the dialogue engine: one turn over HTTP on loopback, within a deadline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import httpx

from assistant.settings import Settings

log = logging.getLogger("xiangyin.engine")
FORGETTING = 2.0  # seconds
REASONS = {502: "silent", 503: "down"}
"""What an error of the turn channel means (nlu/channel.py); any other one is garbage."""


class EngineError(RuntimeError):
    """The engine gave no usable answer; `reason` is one of down, slow, garbage, silent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Engine:
    """Speaks to Rasa's turn channel. Safe for many conversations at once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def turn(
        self, conversation: str, text: str, message_id: str, metadata: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Outcomes of one turn, in order. Raises EngineError; an empty answer is an error too (stack.md §0)."""
        body = {
            "conversation": conversation,
            "text": text,
            "message_id": message_id,
            "metadata": dict(metadata),
        }
        try:
            answer = await self._http().post(f"{self._settings.engine_url}/turn", json=body)
        except httpx.TimeoutException as error:
            raise EngineError("slow") from error
        except httpx.HTTPError as error:
            raise EngineError("down") from error
        if answer.status_code != 200:
            raise EngineError(REASONS.get(answer.status_code, "garbage"))
        try:
            messages = answer.json()["messages"]
        except (ValueError, KeyError, TypeError) as error:
            raise EngineError("garbage") from error
        outcomes = [m for m in messages if isinstance(m, dict) and "status" in m and "sentence" in m]
        if not outcomes:
            raise EngineError("silent")
        return outcomes

    async def forget(self, conversation: str) -> None:
        """Tell the engine that a conversation is over. One that cannot be told forgets by age (nlu/trackers.py)."""
        address = f"{self._settings.engine_url}/conversation/{conversation}"
        try:
            (await self._http().delete(address, timeout=FORGETTING)).raise_for_status()
        except httpx.HTTPError as error:
            log.warning("the engine could not be told to forget a conversation: %r", error)

    async def ready(self) -> bool:
        """Whether the model is loaded."""
        try:
            answer = await self._http().get(f"{self._settings.engine_url}/ready", timeout=2.0)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()
            self._client = None

    def _http(self) -> httpx.AsyncClient:
        """A client bound to the running loop (the command line runs several loops one after another)."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            headers = {"X-Xiangyin-Secret": self._settings.secret}
            self._client = httpx.AsyncClient(
                headers=headers, timeout=self._settings.deadlines.engine, trust_env=False
            )
            self._loop = loop
        return self._client

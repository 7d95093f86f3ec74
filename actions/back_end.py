"""Calls to the departments over HTTP, each with its deadline. What is not a clean answer is `DepartmentDown`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from actions.settings import DEPARTMENT_SECONDS


class DepartmentDown(Exception):
    """No usable answer: refused connection, too late, 5xx, or something that is not what was agreed."""

    def __init__(self, department: str, why: str) -> None:
        super().__init__(f"{department}: {why}")
        self.department, self.why = department, why


@dataclass(frozen=True)
class Accepted:
    """The department took it: receipt number, result in words, next date (ISO), whether it had it before."""

    receipt: str
    result: str | None
    next_date: str | None
    again: bool
    simulated: bool


@dataclass(frozen=True)
class Refused:
    """The department said no."""

    reason: str


class BackEnd:
    """The departments at `url`. Every call has at most `seconds` (or less, where the caller has less left).

    `transport` is for tests (ASGI in process).
    """

    def __init__(
        self,
        url: str,
        transport: httpx.AsyncBaseTransport | None = None,
        seconds: float = DEPARTMENT_SECONDS,
    ) -> None:
        self._url, self._transport, self.seconds = url, transport, seconds
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def identity(
        self,
        department: str,
        name: str,
        id_number: str,
        phone: str | None,
        seconds: float | None = None,
    ) -> dict[str, Any]:
        """`{"result": ok | same_sound | unknown, "phone_ok": bool}`."""
        body = {"name": name, "id_number": id_number, "phone": phone}
        answer = await self._post(department, f"/{department}/identity/check", body, seconds)
        match = {"exact": "ok", "same-sound": "same_sound", "none": "unknown"}.get(str(answer.get("match")))
        if match is None:
            raise DepartmentDown(department, "odd answer")
        return {"result": match, "phone_ok": bool(answer.get("phone_ok"))}

    async def send_code(self, id_number: str, phone: str, seconds: float | None = None) -> bool:
        """Whether a code went out (the phone is the registered one)."""
        answer = await self._post(
            "one-time-codes", "/one-time-codes/", {"id_number": id_number, "phone": phone}, seconds
        )
        return _bool(answer, "sent", "one-time-codes")

    async def check_code(self, id_number: str, phone: str, code: str, seconds: float | None = None) -> bool:
        """Whether this is the code that was sent."""
        body = {"id_number": id_number, "phone": phone, "code": code}
        answer = await self._post("one-time-codes", "/one-time-codes/check", body, seconds)
        return _bool(answer, "right", "one-time-codes")

    async def start_face(self, name: str, id_number: str, seconds: float | None = None) -> str:
        """A session of the face simulator."""
        answer = await self._post("face", "/face/sessions", {"name": name, "id_number": id_number}, seconds)
        if not isinstance(answer.get("session"), str):
            raise DepartmentDown("face", "odd answer")
        return str(answer["session"])

    async def face_result(self, session: str, seconds: float | None = None) -> str:
        """passed, failed or waiting."""
        answer = await self._call("face", "GET", f"/face/sessions/{session}", None, {}, seconds)
        if answer.get("result") not in ("passed", "failed", "waiting"):
            raise DepartmentDown("face", "odd answer")
        return str(answer["result"])

    async def hand_in(
        self,
        department: str,
        operation: str,
        key: str,
        case: Mapping[str, Any],
        seconds: float | None = None,
    ) -> Accepted | Refused:
        """Hand one operation in; the same key never does it twice."""
        answer = await self._call(
            department, "POST", f"/{department}/{operation}", case, {"Idempotency-Key": key}, seconds
        )
        if answer.get("refused") is True and isinstance(answer.get("reason"), str):
            return Refused(answer["reason"])
        receipt = answer.get("receipt")
        if not isinstance(receipt, dict) or not isinstance(receipt.get("number"), str):
            raise DepartmentDown(department, "odd answer")
        return Accepted(
            receipt["number"],
            answer.get("result"),
            answer.get("next_date"),
            bool(answer.get("again")),
            bool(answer.get("simulated")),
        )

    async def withdraw(self, department: str, key: str, seconds: float | None = None) -> bool:
        """Take a step back (compensation)."""
        answer = await self._post(department, f"/{department}/operations/{key}/withdraw", {}, seconds)
        return bool(answer.get("withdrawn"))

    async def _post(
        self, department: str, path: str, body: Mapping[str, Any], seconds: float | None
    ) -> dict[str, Any]:
        return await self._call(department, "POST", path, body, {}, seconds)

    async def _call(
        self,
        department: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        seconds: float | None,
    ) -> dict[str, Any]:
        seconds = self.seconds if seconds is None else min(seconds, self.seconds)
        if seconds <= 0:
            raise DepartmentDown(department, "no time left")
        try:
            async with asyncio.timeout(seconds):
                response = await self._http().request(method, path, json=body, headers=dict(headers))
            answer = response.json()
        except (httpx.HTTPError, ValueError, TimeoutError) as error:
            raise DepartmentDown(department, type(error).__name__) from error
        if not isinstance(answer, dict) or response.status_code not in (200, 201, 409):
            raise DepartmentDown(department, f"HTTP {response.status_code}")
        return answer

    def _http(self) -> httpx.AsyncClient:
        """One client a running loop."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client = httpx.AsyncClient(
                base_url=self._url, timeout=self.seconds, transport=self._transport, trust_env=False
            )
            self._loop = loop
        return self._client


def _bool(answer: Mapping[str, Any], key: str, department: str) -> bool:
    if not isinstance(answer.get(key), bool):
        raise DepartmentDown(department, "odd answer")
    return bool(answer[key])

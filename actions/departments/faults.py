"""Real faults on purpose, one department at a time.

down (503), slow (does the work, answers late), garbage (200 that is no JSON), error (500). Set by
`PUT /admin/faults/{department}` or `XIANGYIN_DEPARTMENT_FAULTS="tax=down,human-resources=slow:5"`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal, cast, get_args

from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

Kind = Literal["none", "down", "slow", "garbage", "error"]


@dataclass(frozen=True)
class Fault:
    """`seconds` only matters for slow."""

    kind: Kind = "none"
    seconds: float = 5.0


class Faults:
    """The faults now in force, by department id."""

    def __init__(self, setting: str = "") -> None:
        self._now: dict[str, Fault] = {}
        for item in filter(None, setting.split(",")):
            department, _, rest = item.strip().partition("=")
            kind, _, seconds = rest.partition(":")
            self.set(department, kind, float(seconds or 5))

    def set(self, department: str, kind: str, seconds: float = 5.0) -> Fault:
        """Put a fault in force (`none` heals). Raises ValueError for an unknown kind."""
        if kind not in get_args(Kind):
            raise ValueError(f"unknown fault {kind!r}, known: {', '.join(get_args(Kind))}")
        self._now[department] = Fault(cast(Kind, kind), seconds)
        return self._now[department]

    def of(self, department: str) -> Fault:
        """The fault of one department."""
        return self._now.get(department, Fault())

    def all(self) -> dict[str, Fault]:
        """Every department that has one."""
        return {d: f for d, f in self._now.items() if f.kind != "none"}


class FaultyDepartment:
    """ASGI wrapper around one department's app."""

    def __init__(self, app: ASGIApp, department: str, faults: Faults) -> None:
        self._app, self._department, self._faults = app, department, faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._faults.of(self._department)
        if scope["type"] != "http" or fault.kind == "none":
            await self._app(scope, receive, send)
        elif fault.kind == "slow":
            await _LateAnswer(self._app, fault.seconds)(scope, receive, send)
        elif fault.kind == "garbage":
            await HTMLResponse("<html>\x00\x01 系统升级中 {", status_code=200)(scope, receive, send)
        else:
            status = 503 if fault.kind == "down" else 500
            await JSONResponse({"simulated": True, "fault": fault.kind}, status)(scope, receive, send)


class _LateAnswer:
    """Does the work at once and lets the answer wait, as a tired back end does."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app, self._seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        messages = []

        async def keep(message: object) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        await asyncio.sleep(self._seconds)
        for message in messages:
            await send(message)  # type: ignore[arg-type]

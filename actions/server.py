"""The action server: Rasa's webhook on loopback, without Sanic. `python -m actions.server`.

POST /webhook   rasa_sdk's protocol (with XIANGYIN_ACTIONS_SECRET set, header X-Xiangyin-Secret is required)
GET  /health    what works and what is missing; 503 until everything was looked for once
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions import office, settings
from actions.ledger import LedgerUnavailable
from actions.office import Office
from actions.ports import serve
from actions.rasa import ALL
from actions.sending import outbox

FOLLOW_SECONDS = 0.5
"""How often a newly published index is looked for; looking reads one small file."""
_log = logging.getLogger(__name__)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    here = office.current()
    app.state.ready = False
    loading = asyncio.create_task(_make_ready(app, here))
    sending = asyncio.create_task(outbox(here.ledger, here.back_end))
    try:
        yield
    finally:
        for task in (sending, loading):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _make_ready(app: FastAPI, here: Office) -> None:
    """Migrations and the index once, before `ready`; either may be missing, then /health says so. Then follows
    what authors publish."""
    try:
        await asyncio.to_thread(here.ledger.counts)
    except LedgerUnavailable as error:
        _log.warning("ledger unavailable at start: %s", error)
    await asyncio.to_thread(here.knowledge)
    app.state.ready = True
    while True:
        await asyncio.sleep(FOLLOW_SECONDS)
        try:
            await asyncio.to_thread(here.follow_knowledge)
        except OSError as error:
            _log.warning("no index to follow: %s", type(error).__name__)


def build(secret: str = "") -> FastAPI:
    """The app with every action registered."""
    executor = ActionExecutor()
    for action in ALL:
        executor.register_action(action)
    app = FastAPI(title="乡音动作服务", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan)

    @app.post("/webhook")
    async def webhook(request: Request, x_xiangyin_secret: str = Header("")) -> JSONResponse:
        if secret and not hmac.compare_digest(secret.encode(), x_xiangyin_secret.encode()):
            raise HTTPException(401, "wrong secret")
        try:
            call = await request.json()
        except ValueError as error:
            raise HTTPException(400, "not JSON") from error
        try:
            result = await executor.run(call)
        except ActionNotFoundException as error:
            return JSONResponse({"error": str(error), "action_name": error.action_name}, 404)
        except ActionExecutionRejection as error:
            return JSONResponse({"error": str(error), "action_name": error.action_name}, 400)
        except (KeyError, TypeError, AttributeError) as error:
            _log.warning("malformed call: %s", type(error).__name__)
            raise HTTPException(400, "not a call of an action") from error
        return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})

    @app.get("/health")
    async def health() -> JSONResponse:
        here = office.current()
        try:
            operations: dict[str, Any] | None = await asyncio.to_thread(here.ledger.counts)
        except LedgerUnavailable:
            operations = None
        ready = bool(getattr(app.state, "ready", True))
        return JSONResponse(
            status_code=200 if ready else 503,
            content={
                "ok": ready,
                "ledger": operations is not None,
                "operations": operations,
                "knowledge": here.knowledge_loaded,
                "knowledge_problem": here.knowledge_problem,
                "actions": sorted(executor.actions),
            },
        )

    return app


app = build(os.environ.get("XIANGYIN_ACTIONS_SECRET", ""))


def main() -> None:
    """Serve on loopback until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)
    serve(app, settings.read().actions_port, "动作服务")


if __name__ == "__main__":
    main()

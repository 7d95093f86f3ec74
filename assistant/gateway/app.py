"""The gateway's HTTP and WebSocket surface. Thin: sessions and limits are pure, turns belong to the assistant.

Every failure is a status and a sentence: 401 no session, 403 wrong origin, 404 no such address, 413 too long, 415
not audio, 422 not what was asked for, 429 too many turns or sessions, 500 our fault, 503 too many people, or no
speech model to hear with; the body is always `{"error": code, "sentence": Chinese}` and never repeats what was sent.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, JSONResponse
from numpy.typing import NDArray
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from assistant.channels.phone.standing import OFF
from assistant.conversation import Assistant
from assistant.gateway.sessions import Session, Sessions
from assistant.gateway.socket import NOT_UNDERSTOOD, SESSION_OVER, serve_socket
from assistant.gateway.speech import Speaker
from assistant.settings import Settings
from assistant.turn import MAX_TEXT, Utterance
from assistant.wording import canned
from audio.files import AudioFileError, read_turn
from dialects.packs import list_packs, load_pack

PAGES = Path(__file__).resolve().parent.parent / "channels" / "web"
MAX_AUDIO_BYTES = 8 * 1024 * 1024
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; "
    "media-src 'self' blob:; frame-ancestors *; base-uri 'none'; form-action 'none'"
)


class TurnIn(BaseModel):
    """A typed turn."""

    session: str = Field(max_length=128)
    text: str
    id: str | None = Field(default=None, max_length=64)
    dialect: str | None = Field(default=None, max_length=16)


def create_app(
    settings: Settings,
    assistant: Assistant,
    sessions: Sessions,
    speaker: Speaker,
    ready: Callable[[], Awaitable[bool]],
    also: Callable[[FastAPI], Any] | None = None,
) -> FastAPI:
    """The application. `ready` says whether the engine answers; `also` starts a further door (the phone),
    which says in `app.state.phone` how it stands."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with also(app) if also else _nothing():
            yield

    app = FastAPI(
        title="Xiangyin gateway", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    app.state.phone = OFF

    app.add_middleware(
        CORSMiddleware, allow_origins=list(registered()), allow_methods=["GET", "POST", "DELETE"]
    )

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.method != "GET" and not same_origin(
            request.headers.get("origin"), request.headers.get("host")
        ):
            return error(403, "origin", "这个网页没有登记，不能用。")
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = CSP
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Permissions-Policy"] = "microphone=(self)"
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.exception_handler(RequestValidationError)
    async def unreadable(_: Request, __: Exception) -> Response:
        return error(422, "unreadable", NOT_UNDERSTOOD)

    @app.exception_handler(HTTPException)
    async def refused(_: Request, problem: HTTPException) -> Response:
        return error(problem.status_code, "address", "没有这个地址，或者不是这样用的。")

    @app.exception_handler(Exception)
    async def broken(_: Request, __: Exception) -> Response:
        return error(500, "broken", canned("engine_garbage"))

    @app.get("/health")
    async def health() -> dict[str, Any]:
        return {
            "alive": True,
            "ready": await ready(),
            "sessions": len(sessions),
            "speech": speaker.available,
            "phone": asdict(app.state.phone),
        }

    @app.get("/api/dialects")
    async def dialects() -> list[dict[str, str]]:
        return [{"id": name, "name": load_pack(name).name} for name in list_packs()]

    @app.post("/api/session")
    async def open_session(request: Request) -> Response:
        if not sessions.admit(request.client.host if request.client else ""):
            return error(429, "often", "从您这里刚才来得太密了，请过一会儿再来，急事打12345。")
        session = sessions.mint("web")
        if session is None:
            return error(503, "full", "现在用的人太多，请过一会儿再来，急事打12345。")
        return JSONResponse({"session": session.token, "welcome": canned("welcome")})

    @app.delete("/api/session/{token}")
    async def close_session(token: str) -> dict[str, bool]:
        session = sessions.find(token)
        if session:
            sessions.end(token)
            await assistant.end(session.conversation)
        return {"ended": session is not None}

    @app.post("/api/turn")
    async def turn(given: TurnIn) -> Response:
        session = sessions.find(given.session)
        problem = refusal(sessions, session, given.text)
        if problem or session is None:
            return problem or error(401, "session", "会话过期了，请刷新网页。")
        dialect = given.dialect if given.dialect in list_packs() else None
        reply = await assistant.take_turn(
            Utterance(session.conversation, given.text, None, "web", dialect, given.id)
        )
        return JSONResponse(reply.as_dict())

    @app.post("/api/hear")
    async def hear(request: Request, session: str = "") -> Response:
        live = sessions.find(session)
        problem = refusal(sessions, live, "")
        if problem or live is None:
            return problem or error(401, "session", "会话过期了，请刷新网页。")
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > MAX_AUDIO_BYTES:
                return error(413, "long", "录音太长了，请分几段说。")
        try:
            samples, warning = await asyncio.to_thread(decode, bytes(body))
        except AudioFileError as problem_:
            return error(413 if problem_.code == "too_long" else 415, problem_.code, str(problem_))
        reply = await assistant.take_turn(
            Utterance(live.conversation, None, samples, "web", warning=warning)
        )
        if reply.problem == "no_recogniser":
            return error(503, reply.problem, reply.speech)
        return JSONResponse(reply.as_dict())

    @app.websocket("/ws")
    async def socket(websocket: WebSocket, session: str = "") -> None:
        if not same_origin(websocket.headers.get("origin"), websocket.headers.get("host")):
            await websocket.close(4403)
            return
        live = sessions.find(session)
        if live is None:  # a browser reads a close code only of a connection that was accepted
            await websocket.accept()
            await websocket.close(SESSION_OVER)
            return
        await serve_socket(websocket, live, sessions, assistant, speaker)

    @app.get("/")
    async def page() -> Response:
        return FileResponse(PAGES / "index.html", media_type="text/html; charset=utf-8")

    app.mount("/", StaticFiles(directory=PAGES), name="web")
    return app


def refusal(sessions: Sessions, session: Session | None, text: str) -> Response | None:
    """Why this turn is not taken, or None."""
    if session is None:
        return error(401, "session", "会话过期了，请刷新网页。")
    if len(text) > MAX_TEXT:
        return error(413, "long", canned("too_long"))
    return None if sessions.allow(session) else error(429, "often", canned("too_many"))


def decode(body: bytes) -> tuple[NDArray[np.int16], str | None]:
    """16 kHz samples of an uploaded recording, and a warning about it. Raises AudioFileError."""
    with tempfile.NamedTemporaryFile(suffix=".audio") as file:
        file.write(body)
        file.flush()
        return read_turn(Path(file.name))


def same_origin(origin: str | None, host: str | None) -> bool:
    """Whether a browser's Origin may use us: our own host, or one named in XIANGYIN_ORIGINS (comma-separated)."""
    if origin is None:
        return True
    return origin in registered() or (bool(host) and urlsplit(origin).netloc == host)


def registered() -> frozenset[str]:
    """Origins of other sites that may embed the chat."""
    return frozenset(o.strip() for o in os.environ.get("XIANGYIN_ORIGINS", "").split(",") if o.strip())


def error(status: int, code: str, sentence: str) -> JSONResponse:
    return JSONResponse({"error": code, "sentence": sentence}, status_code=status)


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield

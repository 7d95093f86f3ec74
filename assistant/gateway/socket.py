"""One visitor's WebSocket: text and microphone in, partials, replies and speech out.

From the page: JSON `{"type": "say", "text", "id"}`, `{"type": "listen"}`, `{"type": "stop"}` (end of listening),
`{"type": "quiet"}` (stop speaking), `{"type": "dialect", "id"}`, and binary frames of 16 kHz mono int16 while
listening; a `say` ends listening, and what was half heard is no turn. To the page: `partial`, `thinking`, `reply`,
`listening`, `error`, and `speech` followed by one binary frame of WAV. A `reply` and an `error` carry the id of
the `say` that they answer: what got none is said again with its id on the next connection, and a reply that is
ready is then given again. A session that is over closes with `SESSION_OVER`. What no page of ours sends (another
message, too large a frame, half a sample) is told with an `error` and closes with `RULE_BROKEN`; what residents do
(too long a text, too many turns) is told and the connection stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from typing import Any, NoReturn

from fastapi import WebSocket, WebSocketDisconnect

from assistant.conversation import Assistant
from assistant.gateway.sessions import Session, Sessions
from assistant.gateway.speech import Speaker
from assistant.questions import question_of
from assistant.turn import MAX_TEXT, Reply, Utterance
from assistant.wording import canned
from audio.listener import Listener
from audio.models import ModelError
from audio.pace import Pace
from dialects.packs import list_packs

MAX_FRAME = 64 * 1024
SESSION_OVER = 4401
"""Close code: this session is not (or no longer) known; the page takes a new one."""
RULE_BROKEN = 1008
"""Close code: policy violation (RFC 6455 §7.4.1)."""
KINDS = ("say", "listen", "stop", "quiet", "dialect")
MAX_ID = 64
"""Characters of a message id."""
NOT_UNDERSTOOD = "这条消息看不懂。"
log = logging.getLogger("xiangyin.hearing")


class Over(Exception):
    """The connection is to be closed with `code`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def serve_socket(
    websocket: WebSocket, session: Session, sessions: Sessions, assistant: Assistant, speaker: Speaker
) -> None:
    """Run one connection to its end."""
    await websocket.accept()
    visit = Visit(websocket, session, sessions, assistant, speaker)
    try:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("bytes") is not None:
                await visit.sound(message["bytes"])
            elif message.get("text") is not None:
                await visit.command(message["text"])
    except Over as over:
        await visit.end()  # first: a closed connection cannot be spoken into
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await websocket.close(over.code)
    except WebSocketDisconnect:
        return
    finally:
        await visit.end()


class Visit:
    """State of one connection: a listener while the microphone is open, a task while a reply is spoken."""

    def __init__(
        self,
        websocket: WebSocket,
        session: Session,
        sessions: Sessions,
        assistant: Assistant,
        speaker: Speaker,
    ) -> None:
        self._socket, self._session, self._sessions = websocket, session, sessions
        self._assistant, self._speaker = assistant, speaker
        self._listener: Listener | None = None
        self._pace = Pace()
        self._speaking: asyncio.Task[None] | None = None

    async def command(self, raw: str) -> None:
        """One JSON message of the page."""
        given = read(raw)
        if given is None:
            await self._rule_broken()
        kind = given["type"]
        if kind in ("say", "listen") and self._sessions.find(self._session.token) is None:
            raise Over(SESSION_OVER)
        if kind == "say":
            await self._say(str(given.get("text") or ""), given.get("id"))
        elif kind == "listen":
            await self._listen()
        elif kind == "stop" and self._listener:
            await self._ended(self._listener)
        elif kind == "quiet":
            await self._quiet()
        elif kind == "dialect" and given.get("id") in list_packs():
            dialogue = self._assistant.dialogues.get(self._session.conversation)
            dialogue.tapped = str(given["id"])
            dialogue.speak(dialogue.tapped)

    async def sound(self, frame: bytes) -> None:
        """A piece of microphone sound."""
        if len(frame) > MAX_FRAME or len(frame) % 2:
            await self._rule_broken()
        listener = self._listener
        if listener is None:  # it was on its way when listening ended
            return
        partial = await asyncio.to_thread(listener.feed, frame)
        if partial:
            await self._send(type="partial", text=partial)
        if listener.ended and self._listener is listener:
            await self._ended(listener)

    async def end(self) -> None:
        self._listener = None
        await self._quiet()

    async def _say(self, text: str, message_id: str | None) -> None:
        self._listener = None
        if len(text) > MAX_TEXT:
            await self._send(type="error", id=message_id, sentence=canned("too_long"))
            return
        if not self._sessions.allow(self._session):
            await self._send(type="error", id=message_id, sentence=canned("too_many"))
            return
        await self._take(Utterance(self._session.conversation, text, None, "web", None, message_id))

    async def _listen(self) -> None:
        """Open the microphone. The turn that follows is counted here: a microphone that hears nothing is work too."""
        self._listener = None
        if not self._sessions.allow(self._session):
            await self._send(type="error", sentence=canned("too_many"))
            await self._send(type="listening", on=False, why="often")
            return
        await self._quiet()
        dialogue = self._assistant.dialogues.get(self._session.conversation)
        try:
            self._listener = await asyncio.to_thread(
                Listener, dialogue.dialect, question_of(dialogue.expecting), pace=self._pace
            )
        except ModelError as error:
            log.error("a page cannot be heard: %s %s", error, error.detail)
            await self._send(type="error", sentence=canned("no_recogniser"))
            await self._send(type="listening", on=False, why="no_recogniser")
            return
        await self._send(type="listening", on=True)

    async def _ended(self, listener: Listener) -> None:
        self._listener = None
        heard = await asyncio.to_thread(listener.finish)
        await self._send(type="listening", on=False, why=heard.ended_because)
        await self._take(Utterance(self._session.conversation, None, None, "web", None, None, heard))

    async def _take(self, utterance: Utterance) -> None:
        await self._quiet()
        await self._send(type="thinking")
        reply = await self._assistant.take_turn(utterance)
        await self._send(type="reply", id=utterance.message_id, **reply.as_dict())
        self._speaking = asyncio.create_task(self._speak(reply))

    async def _speak(self, reply: Reply) -> None:
        async for sentence, sound in self._speaker.render(reply):
            await self._send(type="speech", text=sentence)
            await self._socket.send_bytes(sound)
        await self._send(type="spoken")

    async def _quiet(self) -> None:
        if self._speaking and not self._speaking.done():
            self._speaking.cancel()
            with contextlib.suppress(asyncio.CancelledError, RuntimeError, WebSocketDisconnect):
                await self._speaking

    async def _rule_broken(self) -> NoReturn:
        await self._send(type="error", sentence=NOT_UNDERSTOOD)
        raise Over(RULE_BROKEN)

    async def _send(self, **content: Any) -> None:
        await self._socket.send_text(json.dumps(content, ensure_ascii=False, default=str))


def read(raw: str) -> dict[str, Any] | None:
    """The message, or None where it is none that a page of ours sends."""
    if len(raw) > MAX_FRAME:
        return None
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict) or given.get("type") not in KINDS:
        return None
    name = given.get("id")
    return given if name is None or (isinstance(name, str) and len(name) <= MAX_ID) else None

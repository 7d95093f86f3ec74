"""The only door into Rasa: one turn in, the custom messages of our actions out.

POST /webhooks/turn/turn with header `X-Xiangyin-Secret` and JSON
`{"conversation": str, "text": str, "message_id": str, "metadata": object}` answers
`{"messages": [...]}`, at least one. DELETE /webhooks/turn/conversation/<id> with the same header forgets a
conversation that is over, answers and tracker, once its turn under way is done. GET /webhooks/turn/ready answers 200
once the model is loaded, else 503; it says nothing of the action server, without which turns answer 502.

Errors are `{"error": code}`: 400 malformed, 401 wrong_secret, 413 too_long, 502 silent (every turn owes a message: an
action failed), 503 not_ready.

A leading “/” would inject an intent with confidence 1 (stack: RegexMessageHandler cannot be configured away),
so the text is folded by NFKC first and every leading slash becomes full-width.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

MAX_TEXT = 600
REMEMBERED = 2048
REMEMBERED_SECONDS = 1800.0
Messages = list[dict[str, Any]]
CONVERSATION = re.compile(r"^[A-Za-z0-9._:-]{1,128}$")


def neutral(text: str) -> str:
    """Text that Rasa cannot take for an intent: NFKC, control characters gone, leading slashes full-width."""
    folded = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isprintable()).strip()
    slashes = len(folded) - len(folded.lstrip("/ \u3000"))
    return folded[:slashes].replace("/", "／") + folded[slashes:]


class TurnChannel(InputChannel):
    """Input channel with a shared secret, obligatory conversation, and message ids answered once.

    A turn goes on when the asker hangs up, and whoever asks again with its message id gets its messages, also while
    it is still under way. A turn that broke or said nothing is not remembered: asked again, it runs again.
    """

    def __init__(self, secret: str, clock: Callable[[], float] = time.monotonic) -> None:
        if not secret:
            raise ValueError("the turn channel needs a shared secret")
        self._secret = secret
        self._clock = clock
        self._turns: OrderedDict[tuple[str, str], tuple[float, asyncio.Task[Messages]]] = OrderedDict()

    @classmethod
    def name(cls) -> str:
        return "turn"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> TurnChannel:
        return cls(str((credentials or {}).get("secret") or ""))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        turns = Blueprint("xiangyin_turn", __name__)

        @turns.route("/ready", methods=["GET"])
        async def ready(request: Request) -> HTTPResponse:
            if not _ready(request):
                return _error(503, "not_ready")
            return response.json({"ready": True, "model": request.app.ctx.agent.model_id})

        @turns.route("/turn", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            if not self._knows(request):
                return _error(401, "wrong_secret")
            body = request.json if isinstance(request.json, dict) else {}
            conversation, text, message_id, metadata = (
                body.get("conversation"),
                body.get("text"),
                body.get("message_id"),
                body.get("metadata") or {},
            )
            if not isinstance(conversation, str) or not CONVERSATION.match(conversation):
                return _error(400, "malformed")
            if not isinstance(text, str) or not neutral(text) or not isinstance(metadata, dict):
                return _error(400, "malformed")
            if len(text) > MAX_TEXT:
                return _error(413, "too_long")
            if not _ready(request):
                return _error(503, "not_ready")
            message = UserMessage(
                neutral(text),
                CollectingOutputChannel(),
                conversation,
                input_channel=self.name(),
                metadata={**metadata, "message_id": message_id},
            )
            key = (conversation, str(message_id)) if message_id else None
            messages = await asyncio.shield(self._turn(key, message, on_new_message))
            return response.json({"messages": messages}) if messages else _error(502, "silent")

        @turns.route("/conversation/<conversation:str>", methods=["DELETE"])
        async def forget(request: Request, conversation: str) -> HTTPResponse:
            if not self._knows(request):
                return _error(401, "wrong_secret")
            if not _ready(request):
                return _error(503, "not_ready")
            agent = request.app.ctx.agent
            async with agent.lock_store.lock(conversation):  # a turn under way would save its tracker again
                await agent.tracker_store.save(agent.tracker_store.init_tracker(conversation))
            for key in [key for key in self._turns if key[0] == conversation]:
                del self._turns[key]
            return response.json({"forgotten": conversation})

        return turns

    def _knows(self, request: Request) -> bool:
        given = request.headers.get("x-xiangyin-secret") or ""
        return hmac.compare_digest(given.encode(), self._secret.encode())

    def _turn(
        self,
        key: tuple[str, str] | None,
        message: UserMessage,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
    ) -> asyncio.Task[Messages]:
        """The turn of this key: the one under way or done, else a new one."""
        now = self._clock()
        while self._turns and next(iter(self._turns.values()))[0] < now - REMEMBERED_SECONDS:
            self._turns.popitem(last=False)
        if key in self._turns:
            return self._turns[key][1]
        turn = asyncio.get_running_loop().create_task(_messages(message, on_new_message))
        if key:
            self._turns[key] = now, turn
            turn.add_done_callback(partial(self._done, key))
            while len(self._turns) > REMEMBERED:
                self._turns.popitem(last=False)
        return turn

    def _done(self, key: tuple[str, str], turn: asyncio.Task[Messages]) -> None:
        broke = turn.cancelled() or turn.exception() is not None
        if (broke or not turn.result()) and key in self._turns and self._turns[key][1] is turn:
            del self._turns[key]


def _ready(request: Request) -> bool:
    agent = request.app.ctx.agent
    return bool(agent and agent.is_ready())


def _error(status: int, code: str) -> HTTPResponse:
    return response.json({"error": code}, status=status)


async def _messages(message: UserMessage, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Messages:
    await on_new_message(message)
    return [m["custom"] for m in message.output_channel.messages if "custom" in m]

"""A conversation in a test."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

from assistant.conversation import Assistant
from assistant.turn import Reply, Utterance


@dataclass
class Talk:
    """A conversation in a test: say something, look at the reply."""

    assistant: Assistant
    runner: asyncio.Runner
    conversation: str = field(default_factory=lambda: f"journey-{uuid.uuid4().hex[:12]}")

    def say(self, text: str, **more: Any) -> Reply:
        return self.runner.run(
            self.assistant.take_turn(Utterance(self.conversation, text, channel="test", **more))
        )

    def another(self) -> Talk:
        return Talk(self.assistant, self.runner)


def spoken_digits(number: str) -> str:
    """An ID or phone number as people say it."""
    return "".join("零幺二三四五六七八九"[int(c)] if c.isdigit() else c for c in number)

"""The shell of our intent classifiers: a pure decision about one message becomes its intent, with confidence 1.

Only importable inside the engine's environment; the pure parts of the components are tested outside it.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message


class Deciding(GraphComponent):
    """Subclasses say in `decide` what a message means, or None to leave the prediction alone."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Deciding:
        return cls()

    def decide(self, text: str, intent: dict[str, Any], metadata: dict[str, Any]) -> str | None:
        """Intent for a text whose predicted intent (name, confidence) and message metadata are given."""
        raise NotImplementedError

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            decided = self.decide(
                message.get(TEXT) or "", message.get(INTENT) or {}, message.get("metadata") or {}
            )
            if decided:
                message.set(INTENT, {"name": decided, "confidence": 1.0}, add_to_output=True)
        return messages

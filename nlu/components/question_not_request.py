"""A Rasa component that keeps a question about a rule from starting the service it names.

“养老金一年要认证几次” shares its words with “我要认证”, but asks. First answer, then offer to do it (catalogue:
having a service does not mean starting it). Sentences that ask us to do or look up something are left alone.
"""

from __future__ import annotations

import re
from typing import Any

from nlu.rules import GENERAL_INTENTS

ASKS = re.compile(
    r"几次|几回|多久|多长时间|多大|几岁|多少钱|什么条件|啥条件|什么材料|啥材料|带什么|带啥|哪些|为什么|为啥|凭什么|怎么算|咋算|用不用"
    r"|算不算|会不会|有什么用|有啥用|什么意思|(吗|伐)[？?]?$"
)
WANTS = re.compile(
    r"帮我|帮忙|给我|替[我他她]|我要(办|交|缴|查|约|取|提|申请|改|换|补|续|认证|登记|投诉|反映)"
    r"|我来|查|看看|催|预约|约个|办一下"
)


def intent_for(text: str, predicted: str) -> str | None:
    """`ask_policy` when a service was predicted for what is only a question, else None."""
    if predicted in GENERAL_INTENTS or predicted == "nlu_fallback":
        return None
    return "ask_policy" if ASKS.search(text) and not WANTS.search(text) else None


try:  # the pure part above is tested outside the engine's environment
    from rasa.engine.graph import ExecutionContext, GraphComponent
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe
    from rasa.engine.storage.resource import Resource
    from rasa.engine.storage.storage import ModelStorage
    from rasa.shared.nlu.constants import INTENT, TEXT
    from rasa.shared.nlu.training_data.message import Message
except ImportError:
    pass
else:

    @DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
    class QuestionNotRequest(GraphComponent):
        """Turns a service intent into `ask_policy` when the sentence only asks."""

        @classmethod
        def create(
            cls,
            config: dict[str, Any],
            model_storage: ModelStorage,
            resource: Resource,
            execution_context: ExecutionContext,
        ) -> QuestionNotRequest:
            return cls()

        def process(self, messages: list[Message]) -> list[Message]:
            for message in messages:
                intent = intent_for(message.get(TEXT) or "", (message.get(INTENT) or {}).get("name") or "")
                if intent:
                    message.set(INTENT, {"name": intent, "confidence": 1.0}, add_to_output=True)
            return messages

"""A Rasa component that recognises whole-utterance commands by their words, before statistics may doubt them.

“人工” said alone must reach a person every time (DESIGN §10), so an utterance that *is* a command word, apart
from particles and punctuation, gets that intent with confidence 1. The words come from dialect packs and
`nlu/commands.yml`, written into the model's training folder by `nlu.generate` and stored inside the model.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

PARTICLES = "嘛吧呀啊哦噢嗯呢哈哩咧哒了哎诶喔呃欸嘞嘅啦喽咯"
PUNCTUATION = re.compile(r"[\s，。！？、,.!?~～…·“”\"'：:；;]+")


def plain(text: str) -> str:
    """The utterance without punctuation and blanks."""
    return PUNCTUATION.sub("", unicodedata.normalize("NFKC", text))


def bare(text: str) -> str:
    """The utterance without punctuation, blanks and particles at either end."""
    return plain(text).strip(PARTICLES)


def command_of(text: str, words: dict[str, str]) -> str | None:
    """Intent of an utterance that is a command word, or None. “不办了” is itself before it is “不办”."""
    return words.get(plain(text)) or words.get(bare(text))


try:  # the pure part above is tested outside the engine's environment
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe
    from rasa.engine.storage.resource import Resource
    from rasa.engine.storage.storage import ModelStorage
    from rasa.shared.nlu.training_data.training_data import TrainingData

    from nlu.components.deciding import Deciding
except ImportError:
    pass
else:

    @DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
    class CommandWords(Deciding):
        """Overrides the intent when the whole utterance is a command word."""

        def __init__(self, storage: ModelStorage, resource: Resource, words: dict[str, str]) -> None:
            self._storage, self._resource, self._words = storage, resource, words

        @classmethod
        def create(
            cls,
            config: dict[str, Any],
            model_storage: ModelStorage,
            resource: Resource,
            execution_context: ExecutionContext,
        ) -> CommandWords:
            with open(config["words"], encoding="utf-8") as file:
                return cls(model_storage, resource, json.load(file))

        @classmethod
        def load(
            cls,
            config: dict[str, Any],
            model_storage: ModelStorage,
            resource: Resource,
            execution_context: ExecutionContext,
            **_: Any,
        ) -> CommandWords:
            with model_storage.read_from(resource) as folder:
                words = json.loads((folder / "commands.json").read_text("utf-8"))
            return cls(model_storage, resource, words)

        def train(self, training_data: TrainingData) -> Resource:
            with self._storage.write_to(self._resource) as folder:
                (folder / "commands.json").write_text(json.dumps(self._words, ensure_ascii=False), "utf-8")
            return self._resource

        def process_training_data(self, training_data: TrainingData) -> TrainingData:
            return training_data

        def decide(self, text: str, intent: dict[str, Any], metadata: dict[str, Any]) -> str | None:
            return command_of(text, self._words)

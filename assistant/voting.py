"""Text retrieval's vote on what an utterance means, for repair by sound. Loads the index when first asked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from knowledge.answering import IndexMissing, Knowledge

log = logging.getLogger(__name__)


class TextVote:
    """Call it with a text; an index that is missing or broken votes for nothing, and is not tried again."""

    def __init__(self) -> None:
        self._knowledge: Knowledge | None = None
        self._broken = False
        self._lock = threading.Lock()

    def __call__(self, text: str) -> Sequence[tuple[str, float]]:
        """Meanings with their shares, the likeliest first: ``topic:…``, or ``emergency:…`` before them."""
        knowledge = self._ready()
        if knowledge is None:
            return ()
        found = knowledge.answer(text)
        votes = [(f"topic:{c.topic}", c.share) for c in found.candidates]
        if found.outcome == "emergency" and found.boundary:
            return [(f"emergency:{found.boundary.id}", found.urgency), *votes]
        return [(f"topic:{found.topic}", max(found.confidence, 0.5)), *votes] if found.topic else votes

    def _ready(self) -> Knowledge | None:
        with self._lock:
            if self._knowledge is None and not self._broken:
                try:
                    self._knowledge = Knowledge.load()
                except (IndexMissing, OSError, ValueError, ImportError) as error:
                    log.warning("text retrieval does not vote on what was heard: %s", error)
                    self._broken = True
            return self._knowledge

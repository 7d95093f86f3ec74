"""Where Rasa keeps conversations: in memory only, and no longer than needed.

Named in `nlu/endpoints.yml`. A tracker holds every word of its conversation, ID numbers too.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

IDLE_SECONDS = 1800.0
"""As long as the assistant remembers its side of a conversation (assistant/dialogues.py)."""
MOST = 5000


class RecentTrackers(InMemoryTrackerStore):
    """Forgets what nobody used for `IDLE_SECONDS`, the oldest beyond `most`, and whatever is saved without events."""

    def __init__(
        self,
        domain: Domain,
        event_broker: EventBroker | None = None,
        clock: Callable[[], float] = time.monotonic,
        most: int = MOST,
        **_: Any,
    ) -> None:
        super().__init__(domain, event_broker)
        self._clock, self._most = clock, most
        self._used: OrderedDict[str, float] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        if tracker.events:
            await super().save(tracker)
            self._used[tracker.sender_id] = self._clock()
            self._used.move_to_end(tracker.sender_id)
        else:
            self._drop(tracker.sender_id)
        self._forget()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        self._forget()
        return await super().retrieve(sender_id)

    def _forget(self) -> None:
        before = self._clock() - IDLE_SECONDS
        while self._used and (len(self._used) > self._most or next(iter(self._used.values())) < before):
            self._drop(next(iter(self._used)))

    def _drop(self, sender_id: str) -> None:
        self._used.pop(sender_id, None)
        self.store.pop(sender_id, None)

"""What must be remembered of a conversation between two turns, in memory, forgotten when idle."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.dialect_choice import DialectChoice
from assistant.doubts import Doubt
from assistant.turn import Reply

IDLE_SECONDS = 1800.0
REMEMBERED_REPLIES = 16
UNHEARD = ("unheard_once", "unheard_twice", "unheard_person")
RATES = (0.7, 1.3)


@dataclass
class Dialogue:
    """State of one conversation. `expecting` is the open question; `answered` replays a repeated message id.

    `tapped` is the dialect that the channel last gave: giving it again is no new choice. `doubt` is what we
    asked about (“您是说…吗”), `unsure` how often in a row a binding yes was not heard surely, `choice` how far
    the choice of a dialect has come.
    """

    dialect: str = "mandarin"
    tapped: str | None = None
    expecting: Mapping[str, Any] | None = None
    last: Reply | None = None
    rate: float = 1.0
    volume: float = 1.0
    unheard: int = 0
    unsure: int = 0
    doubt: Doubt | None = None
    choice: DialectChoice = field(default_factory=DialectChoice)
    seen: float = field(default_factory=time.monotonic)
    answered: OrderedDict[str, Reply] = field(default_factory=OrderedDict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def took(self, reply: Reply, message_id: str | None) -> None:
        """Remember a reply that was given. A failed one is not replayed: sent again, the message is asked again."""
        self.seen = time.monotonic()
        self.expecting = reply.expecting
        self.unheard = self.unheard + 1 if reply.status == "unheard" else 0
        if reply.status not in ("unheard", "failed"):
            self.last = reply
        if message_id and reply.status != "failed":
            self.answered[message_id] = reply
            while len(self.answered) > REMEMBERED_REPLIES:
                self.answered.popitem(last=False)

    def unheard_sentence(self) -> str:
        """Never the same request a third time in the same way (DESIGN §10)."""
        return UNHEARD[min(self.unheard, len(UNHEARD) - 1)]

    def obey(self, outcomes: Sequence[Mapping[str, Any]]) -> None:
        """Wishes about how we speak."""
        for outcome in outcomes:
            if outcome["sentence"] == "slower":
                self.rate = max(RATES[0], self.rate - 0.15)
            elif outcome["sentence"] == "louder":
                self.volume = min(2.0, self.volume + 0.25)
            elif outcome["sentence"] == "switch_dialect":
                self.speak(str(outcome["params"]["dialect"]))

    def tap(self, dialect: str | None) -> None:
        """A dialect came with an utterance; it counts when it is another one than the last that came so."""
        if dialect and dialect != self.tapped:
            self.tapped = dialect
            self.speak(dialect)

    def speak(self, dialect: str) -> None:
        """The dialect was chosen, by tap or by word: hearing, normalisation and voice follow."""
        self.dialect = dialect
        self.choice.settle()


class Dialogues:
    """All conversations of this process; those idle for `IDLE_SECONDS` are forgotten."""

    def __init__(self) -> None:
        self._all: dict[str, Dialogue] = {}

    def get(self, conversation: str) -> Dialogue:
        self._forget_idle()
        return self._all.setdefault(conversation, Dialogue())

    def end(self, conversation: str) -> None:
        self._all.pop(conversation, None)

    def _forget_idle(self) -> None:
        before = time.monotonic() - IDLE_SECONDS
        for name in [n for n, d in self._all.items() if d.seen < before and not d.lock.locked()]:
            del self._all[name]

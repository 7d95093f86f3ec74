"""The topics and boundaries that stand nearest to what we could not answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from knowledge.answering import Knowledge

ASKED_AT_MOST = 20
"""Wordings of a group that retrieval is asked about: enough for an order, and a big group costs no minutes."""
SHOWN = 3


@dataclass(frozen=True)
class Near:
    """A topic with its mean share over the wordings of a group, 0 to 1."""

    topic: str
    title: str
    share: float


@dataclass(frozen=True)
class Thought:
    """What retrieval made of one wording: topics with share and title, and the boundary it took it for."""

    topics: tuple[Near, ...]
    boundary: str | None

    @property
    def shares(self) -> dict[str, float]:
        """Shares of topics; half of everything is the boundary's where there is one."""
        weight = 0.5 if self.boundary else 1.0
        shares = {near.topic: weight * near.share for near in self.topics}
        return {**shares, self.boundary: 0.5} if self.boundary else shares


class Thoughts:
    """Asks the index about wordings, each once."""

    def __init__(self, knowledge: Knowledge) -> None:
        @cache
        def ask(wording: str) -> Thought:
            found = knowledge.answer(wording)
            near = tuple(Near(c.topic, c.title, c.share) for c in found.candidates)
            return Thought(near, found.boundary.id if found.boundary else None)

        self.of = ask

    def near(self, wordings: Iterable[str]) -> tuple[Near, ...]:
        """The nearest topics of a group, most likely first."""
        asked = list(dict.fromkeys(wordings))[:ASKED_AT_MOST]
        shares: dict[str, float] = defaultdict(float)
        titles: dict[str, str] = {}
        for wording in asked:
            for near in self.of(wording).topics:
                shares[near.topic] += near.share / len(asked)
                titles[near.topic] = near.title
        order = sorted(shares, key=lambda topic: (-shares[topic], topic))[:SHOWN]
        return tuple(Near(topic, titles[topic], round(shares[topic], 4)) for topic in order)

    def boundary(self, wordings: Iterable[str]) -> str | None:
        """The boundary that more than half of the wordings were taken for, or None."""
        found = [self.of(wording).boundary for wording in list(dict.fromkeys(wordings))[:ASKED_AT_MOST]]
        likeliest = max(sorted(set(filter(None, found))), key=found.count, default=None)
        return likeliest if likeliest and 2 * found.count(likeliest) > len(found) else None

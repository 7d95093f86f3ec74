"""A pack's own test sentences: is their meaning reached, and the topic that they are about? Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from dialects.check import ENOUGH_LIKE, likeness
from dialects.normalise import PLAIN_COMMANDS, normalise
from dialects.packs import Pack, Phrase


@dataclass(frozen=True)
class Tried:
    """`like`: character F1 with the meaning; `reached`: what the text led to, None where that was not tried."""

    phrase: Phrase
    text: str
    like: float
    reached: str | None

    @property
    def understood(self) -> bool:
        return self.like >= ENOUGH_LIKE

    @property
    def right(self) -> bool | None:
        """None where nothing was tried."""
        return None if self.reached is None else self.reached == self.phrase.target


def try_phrases(
    pack: Pack, topics: Collection[str] = (), find: Callable[[str], str] | None = None
) -> list[Tried]:
    """`find` leads a Mandarin text to a topic; only sentences whose target is in `topics` are given to it.
    A command is reached by the normaliser alone; what the dialogue engine decides is not tried here."""
    return [_try(phrase, pack, topics, find) for phrase in pack.phrases]


def _try(phrase: Phrase, pack: Pack, topics: Collection[str], find: Callable[[str], str] | None) -> Tried:
    text = normalise(phrase.dialect, pack).text
    reached = None
    if find is not None and phrase.target in topics:
        reached = find(text)
    elif phrase.target in PLAIN_COMMANDS and text == PLAIN_COMMANDS[phrase.target]:
        reached = phrase.target
    return Tried(phrase, text, likeness(text, phrase.mandarin), reached)

"""The terms two sparse channels match on: characters and sounds, single and in short runs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from knowledge.retrieval.sounds import Sounds

Terms = Callable[[str], list[str]]


def terms_by_channel(sounds: Sounds) -> dict[str, Terms]:
    """The sparse channels in their order, each with its way of cutting a text."""
    return {"characters": character_terms, "sounds": lambda text: sound_terms(text, sounds)}


def character_terms(text: str) -> list[str]:
    """Characters and character pairs, NFKC and lower case, punctuation dropped.

    >>> character_terms("补证？")
    ['补', '证', '补证']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = [c for c in folded if unicodedata.category(c)[0] in "LN"]
    return kept + _runs(kept, 2)


def sound_terms(text: str, sounds: Sounds) -> list[str]:
    """Merged syllables, pairs and triples of them."""
    said = sounds.syllables(text)
    return said + _runs(said, 2) + _runs(said, 3)


def _runs(units: list[str], length: int) -> list[str]:
    joint = "" if length == 2 and all(len(unit) == 1 for unit in units) else " "
    return [joint.join(units[i : i + length]) for i in range(len(units) - length + 1)]

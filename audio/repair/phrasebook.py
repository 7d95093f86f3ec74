"""The known phrases as sounds, and the few of them that an utterance may have been (a search by unit pairs).

Units that people and the acoustic model confuse everywhere (n/l, zh/z, eng/en …) count as one in the search;
the scores that follow keep them apart. Reading 14,000 phrases takes seconds, so the units are kept in a file
whose name says from which phrases they were made.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.acoustic.units import UNIT_IDS, UnknownSyllable
from audio.graphs.lexicon import pronunciations, segment
from audio.models import variable_folder
from audio.repair.meanings import Phrase, known_phrases

Units = tuple[str, ...]
ALIKE = {"zh": "z", "ch": "c", "sh": "s", "l": "n", "r": "n", "f": "h", "eng": "en", "ing": "in", "ang": "an",
         "uang": "uan", "iang": "ian", "iii": "ii"}  # fmt: skip
_EDGE = "."


class Phrasebook:
    """Phrases with their units; `nearest` finds the ones that share the most pairs of units."""

    def __init__(self, phrases: Sequence[Phrase], units: Sequence[Units]) -> None:
        self.phrases, self.units = tuple(phrases), tuple(units)
        self._of_text = {phrase.text: number for number, phrase in enumerate(self.phrases)}
        self._of_meaning: dict[str, list[int]] = defaultdict(list)
        for number, phrase in enumerate(self.phrases):
            self._of_meaning[phrase.meaning].append(number)
        self.commands = [n for n, phrase in enumerate(self.phrases) if phrase.meaning.startswith("command:")]
        rows: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, spoken in enumerate(self.units):
            for pair in set(_pairs(spoken)):
                rows[pair].append(number)
        total = max(len(self.units), 1)
        self._rows = {pair: np.array(numbers) for pair, numbers in rows.items()}
        self._weight = {pair: math.log(1 + total / len(numbers)) for pair, numbers in rows.items()}
        self._length = np.sqrt(
            [sum(self._weight[p] ** 2 for p in set(_pairs(spoken))) or 1.0 for spoken in self.units]
        )

    def find(self, text: str) -> Phrase | None:
        """The phrase with exactly this text."""
        number = self._of_text.get(text)
        return None if number is None else self.phrases[number]

    def nearest(self, spoken: Iterable[Units], most: int) -> list[int]:
        """Numbers of the phrases most like any of these sequences of units, the likest first."""
        likeness = np.zeros(len(self.phrases))
        for units in spoken:
            likeness = np.maximum(likeness, self._likeness(units))
        order = np.argsort(-likeness, kind="stable")[:most]
        return [int(number) for number in order if likeness[number] > 0]

    def alike(self, units: Units, number: int) -> float:
        """Share of weighted pairs that these units have in common with a phrase, 0 to 1."""
        return float(self._likeness(units)[number])

    def meaning(self, meaning: str) -> list[int]:
        """Numbers of the phrases that mean this."""
        return self._of_meaning.get(meaning, [])

    def _likeness(self, units: Units) -> NDArray[np.float64]:
        shared = np.zeros(len(self.phrases))
        pairs = Counter(pair for pair in _pairs(units) if pair in self._rows)
        for pair in pairs:
            shared[self._rows[pair]] += self._weight[pair] ** 2
        own = math.sqrt(sum(self._weight[pair] ** 2 for pair in pairs)) or 1.0
        return np.asarray(shared / (self._length * own))


@lru_cache(maxsize=1)
def phrasebook() -> Phrasebook:
    """The book of this checkout's phrases. The first call reads or makes its file."""
    return make(known_phrases(), variable_folder() / "repair")


def make(phrases: Sequence[Phrase], folder: Path) -> Phrasebook:
    """A book of these phrases; what cannot be spoken is left out."""
    mark = hashlib.sha256(json.dumps([p.text for p in phrases], ensure_ascii=False).encode()).hexdigest()[:16]
    path = folder / f"phrases-{mark}.json"
    if path.is_file():
        spoken: list[str] = json.loads(path.read_text("utf-8"))
    else:
        spoken = [" ".join(spoken_units(phrase.text)) for phrase in phrases]
        _keep(path, spoken)
    rows = [(p, tuple(u.split())) for p, u in zip(phrases, spoken, strict=True) if u]
    return Phrasebook([p for p, _ in rows], [u for _, u in rows])


def spoken_units(text: str) -> Units:
    """Units of a sentence in characters; empty when a part of it cannot be spoken."""
    words = segment(text)
    if "".join(words) != text:
        return ()
    try:
        found = tuple(unit for word in words for unit in pronunciations(word)[0][0])
    except UnknownSyllable:
        return ()
    return found if all(unit in UNIT_IDS for unit in found) else ()


def _pairs(units: Units) -> list[tuple[str, str]]:
    folded = [_EDGE, *(ALIKE.get(unit, unit) for unit in units), _EDGE]
    return list(itertools.pairwise(folded))


def _keep(path: Path, spoken: list[str]) -> None:
    """Written beside and renamed; a disk that cannot be written costs time at every start, nothing else."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}-{os.getpid()}")
        part.write_text(json.dumps(spoken, ensure_ascii=False), "utf-8")
        part.replace(path)
    except OSError:
        return

"""Words that a recogniser or a keyboard spelt by sound, put back: “高烤” is 高考 where the phrasings know only that.

An n-gram of two to four characters that no row of the index has is replaced by the commonest one of the same
toneless syllables, if rows have it `LEAST` times. Correct words that the rows lack are at risk, so the outcome is
a second opinion only: ``answering`` asks it where the question as it stands is not sure enough for an answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pypinyin import Style, lazy_pinyin

SIZES = (4, 3, 2)
LEAST = 3
FILE = "respelling.json"


@dataclass(frozen=True)
class Respelling:
    """``pairs``: every two neighbouring characters of the rows; ``by_sound``: syllables to the commonest n-gram."""

    pairs: frozenset[str]
    by_sound: dict[str, str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Respelling:
        """Learn from the index's rows; two seconds for 23,000."""
        counts: Counter[str] = Counter()
        for text in texts:
            for size in SIZES:
                grams = (text[at : at + size] for at in range(len(text) - size + 1))
                counts.update(gram for gram in grams if all(map(_han, gram)))
        by_sound: dict[str, str] = {}
        for gram, count in sorted(counts.items(), key=lambda item: (item[1], item[0])):  # the commonest stays
            if count >= LEAST and (sounds := _sounds(gram)):
                by_sound[" ".join(sounds)] = gram
        return cls(frozenset(gram for gram in counts if len(gram) == 2), by_sound)

    def mend(self, text: str) -> str:
        """The text with unknown n-grams replaced, longest first; itself where nothing is to be done."""
        known = [False] * len(text)
        for at, pair in enumerate(map("".join, pairwise(text))):
            if pair in self.pairs:
                known[at] = known[at + 1] = True
        mended, done = list(text), [False] * len(text)
        for size in SIZES:
            for at in range(len(text) - size + 1):
                span = range(at, at + size)
                if any(done[i] for i in span) or all(known[i] for i in span):
                    continue
                better = self._better(text[at : at + size])
                if better and any(not known[i] and text[i] != better[i - at] for i in span):
                    for i in span:
                        mended[i], done[i] = better[i - at], True
        return "".join(mended)

    def _better(self, gram: str) -> str | None:
        return self.by_sound.get(" ".join(_sounds(gram))) if all(map(_han, gram)) else None

    def save(self, folder: Path) -> None:
        content = {"pairs": sorted(self.pairs), "by_sound": self.by_sound}
        (folder / FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Respelling:
        """What `save` wrote; one that mends nothing where an index was built in haste and has none."""
        if not (folder / FILE).is_file():
            return cls(frozenset(), {})
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return cls(frozenset(content["pairs"]), content["by_sound"])


def _han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _sounds(gram: str) -> list[str]:
    """Toneless syllables, one a character; none where the reading is not known."""
    found = lazy_pinyin(gram, style=Style.NORMAL, errors="ignore")
    return found if len(found) == len(gram) else []

"""Which imported text somebody means by a name: in full, short, or with words left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.laws.articles import KINDS, bare_name

SHORTEST = 2
_KIND = re.compile(rf"(?:{KINDS})[一二三四]?$")


@dataclass(frozen=True)
class DocumentNames:
    """Documents by folded name."""

    by_name: dict[str, int]

    @classmethod
    def of(cls, documents: Iterable[str]) -> DocumentNames:
        """Documents are numbered in order; the first of a name keeps it."""
        found: dict[str, int] = {}
        for number, document in enumerate(documents):
            found.setdefault(name_key(document), number)
        return cls(found)

    def resolve(self, said: str) -> int | None:
        """The document's number: its very name, a name that ``said`` ends with, or the one name that has all
        of its characters in order and ends alike (劳动仲裁法 → 劳动争议调解仲裁法). None when in doubt.
        """
        key = name_key(said)
        if key in self.by_name:
            return self.by_name[key]
        for start in range(1, len(key) - SHORTEST):
            if key[start:] in self.by_name and not _kind_only(key[start:]):
                return self.by_name[key[start:]]
        kind = _KIND.search(key)
        if kind is None or len(key) - len(kind[0]) < SHORTEST:
            return None
        fitting = [
            name
            for name in self.by_name
            if name.endswith(kind[0]) and name[0] == key[0] and _within(key, name)
        ] or [name for name in self.by_name if name.endswith(kind[0]) and _within(key, name)]
        shortest = [name for name in fitting if len(name) == min(map(len, fitting))]
        return self.by_name[shortest[0]] if len(shortest) == 1 else None


def name_key(document: str) -> str:
    """Width, case, brackets and punctuation folded."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", bare_name(document)).casefold())


def _kind_only(key: str) -> bool:
    return _KIND.sub("", key) == ""


def _within(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short)

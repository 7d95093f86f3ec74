"""What one pack has and another has not, or says otherwise. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dialects.packs import Pack


@dataclass(frozen=True)
class Difference:
    """In `table`, for `key`: what the first and the second pack say; "" where one has nothing."""

    table: str
    key: str
    first: str
    second: str


def compare(first: Pack, second: Pack) -> list[Difference]:
    """Table by table, in the order of the first pack's rows, then the second's."""
    tables = zip(_tables(first).items(), _tables(second).values(), strict=True)
    return [
        Difference(table, key, ours.get(key, ""), theirs.get(key, ""))
        for (table, ours), theirs in tables
        for key in dict.fromkeys([*ours, *theirs])
        if ours.get(key) != theirs.get(key)
    ]


def _tables(pack: Pack) -> dict[str, Mapping[str, str]]:
    readings: dict[str, str] = {}
    for row in pack.readings:
        readings[row.word] = f"{readings[row.word]} / {row.pinyin}" if row.word in readings else row.pinyin
    return {
        "words": {word.dialect: word.mandarin for word in pack.words},
        "sounds": {f"{s.mandarin} → {s.dialect}": f"{s.weight:g}" for s in pack.sounds},
        "readings": readings,
        "commands": {said: intent for intent, all_ in pack.commands.items() for said in all_},
        "kinship": pack.kinship,
        "services": {name: "有" for name in pack.services},
    }

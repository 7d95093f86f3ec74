"""Duplicates, near-duplicates and contradictions among passages, and between passages and our own entries.

Near-duplicates by MinHash over runs of four characters (Broder 1997), every candidate pair checked exactly.
Service items repeat the same paper lists and addresses by the thousand, so of them only those of the same
name, place and department are compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.importing.passage import Passage
from knowledge.importing.values import difference, values_of
from knowledge.laws.articles import bare_name

RUN, HASHES, ROWS = 4, 32, 4
ALIKE = 0.8
SHORTEST = 24
"""Characters; shorter provisions (“本条例自公布之日起施行”) are alike in every law."""
MOST_COMPARED = 120_000
Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Known:
    """Something already said elsewhere: an entry of our own. ``where`` is for the report."""

    title: str
    text: str
    where: str


@dataclass(frozen=True)
class Flag:
    """``kind`` is duplicate, near or contradiction; ``here`` and ``there`` are “file location”."""

    kind: str
    title: str
    here: str
    there: str
    detail: str = ""


def flags_of(new: Sequence[Passage], old: Sequence[Passage], known: Iterable[Known] = ()) -> list[Flag]:
    """What a person should look at: pairs with at least one passage of ``new``."""
    everything = [*old, *new]
    first_new = len(old)
    flags = [*_same_title(everything, first_new), *_against(new, known)]
    told = {(flag.here, flag.there) for flag in flags}
    flags += [flag for flag in _alike(everything, first_new) if (flag.here, flag.there) not in told]
    order = ("contradiction", "duplicate", "near")
    return sorted(flags, key=lambda flag: (order.index(flag.kind), flag.title, flag.here))


def place_of(passage: Passage) -> str:
    """“laws/社会保险法.md 第12行”."""
    return f"{passage.provenance.file} {passage.provenance.location}"


def title_key(text: str) -> str:
    """Titles that differ in punctuation, width or 中华人民共和国 only are the same title."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", bare_name(text)).casefold())


def _key(passage: Passage) -> str:
    if passage.kind == "question":
        return title_key(passage.section.split(" ")[-1])
    part = passage.article or passage.section
    return f"{title_key(passage.document)}|{title_key(part)}"


def _title(passage: Passage) -> str:
    if passage.kind == "question":
        return passage.section
    return f"{passage.document} {passage.article or passage.section}".strip()


def _same_title(passages: Sequence[Passage], first_new: int) -> Iterator[Flag]:
    groups: dict[str, list[int]] = defaultdict(list)
    for at, passage in enumerate(passages):
        groups[_key(passage)].append(at)
    for group in groups.values():
        for position, later in enumerate(group):
            if later < first_new:
                continue
            for earlier in group[: min(position, 3)]:
                one, other = passages[earlier], passages[later]
                if one.provenance.file == other.provenance.file and one.kind not in ("question", "item"):
                    continue  # pieces of one long section
                if detail := difference(values_of(one.text), values_of(other.text)):
                    yield Flag("contradiction", _title(other), place_of(other), place_of(one), detail)
                    break
                if title_key(one.text) == title_key(other.text):
                    yield Flag("duplicate", _title(other), place_of(other), place_of(one))
                    break


def _against(new: Sequence[Passage], known: Iterable[Known]) -> Iterator[Flag]:
    entries = {title_key(entry.title): entry for entry in known}
    for passage in new:
        if passage.kind not in ("question", "item"):
            continue
        name = passage.section.split(" ")[-1] if passage.kind == "question" else passage.document
        entry = entries.get(title_key(name))
        if entry and (detail := difference(values_of(entry.text), values_of(passage.text))):
            yield Flag("contradiction", entry.title, place_of(passage), entry.where, detail)


def _alike(passages: Sequence[Passage], first_new: int) -> Iterator[Flag]:
    chosen = [i for i, p in enumerate(passages) if p.kind != "item" and len(p.text) >= SHORTEST]
    if len(chosen) < 2 or len(chosen) > MOST_COMPARED:
        return
    shingles = [_shingles(passages[i].text) for i in chosen]
    signatures = _signatures(shingles)
    seen: set[tuple[int, int]] = set()
    for band in range(0, HASHES, ROWS):
        buckets: dict[bytes, int] = {}
        for at, signature in enumerate(signatures):
            first = buckets.setdefault(signature[band : band + ROWS].tobytes(), at)
            if first == at or (first, at) in seen or chosen[at] < first_new:
                continue
            seen.add((first, at))
            shared = len(np.intersect1d(shingles[first], shingles[at], assume_unique=True))
            share = shared / (len(shingles[first]) + len(shingles[at]) - shared)
            if share >= ALIKE:
                yield _pair(passages[chosen[first]], passages[chosen[at]], share)


def _pair(one: Passage, other: Passage, share: float) -> Flag:
    here, there = place_of(other), place_of(one)
    if one.text == other.text:
        return Flag("duplicate", _title(other), here, there)
    detail = difference(values_of(one.text), values_of(other.text))
    kind = "contradiction" if detail and one.kind == other.kind == "question" else "near"
    return Flag(kind, _title(other), here, there, detail or f"{share:.0%} 相同")


def _shingles(text: str) -> Hashes:
    codes = np.frombuffer(title_key(text).encode("utf-32-le"), np.uint32).astype(np.uint64)
    if len(codes) < RUN:
        codes = np.pad(codes, (0, RUN - len(codes)))
    runs = len(codes) - RUN + 1
    mixed = np.zeros(runs, np.uint64)
    for offset in range(RUN):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + codes[offset : offset + runs]
    return np.unique(mixed)


def _signatures(shingles: Sequence[Hashes]) -> Hashes:
    starts = np.concatenate([[0], np.cumsum([len(s) for s in shingles])[:-1]]).astype(np.int64)
    joined = np.concatenate(shingles)
    random = np.random.default_rng(20261125)
    factors = random.integers(1, 2**63, HASHES, dtype=np.uint64) | np.uint64(1)
    salts = random.integers(0, 2**63, HASHES, dtype=np.uint64)
    table = np.empty((len(shingles), HASHES), np.uint64)
    for at in range(HASHES):
        hashed = joined * factors[at] + salts[at]
        table[:, at] = np.minimum.reduceat((hashed ^ (hashed >> np.uint64(31))) * factors[at], starts)
    return table

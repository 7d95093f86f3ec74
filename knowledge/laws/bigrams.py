"""BM25 over character pairs in memory-mapped arrays: no dictionary to load, 100,000 passages in a second.

A term is a pair of neighbouring characters as one number; the sorted numbers are the vocabulary, found by
binary search. Files: ``terms.npy`` [t] uint64, ``starts.npy`` [t+1] int64, ``documents.npy`` [p] int32,
``weights.npy`` [p] float32, ``rarity.npy`` [t] float32.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SATURATION, LENGTH_WEIGHT = 1.2, 0.4
"""BM25's k1 and b (Robertson and Zaragoza 2009); b from 0.2 to 0.6 found the same
on tests/knowledge/laws/questions.tsv."""
MOST_POSTINGS = 150_000
"""Read for one question, the rarest pairs first: what is left then (“应当”, “规定”) tells passages apart least."""
CHUNK = 4_000
_APART = re.compile(r"[\W_]+")
Terms = NDArray[np.uint64]
NAMES = ("terms", "starts", "documents", "weights", "rarity")


def pairs(text: str) -> Terms:
    """Character pairs [n] of a text in order; punctuation parts them, width and case are folded."""
    folded = _APART.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    codes = np.frombuffer(folded.encode("utf-32-le"), np.uint32).astype(np.uint64)
    if len(codes) < 2:
        return np.zeros(0, np.uint64)
    kept = (codes[:-1] != 32) & (codes[1:] != 32)
    return np.asarray((codes[:-1][kept] << np.uint64(32)) | codes[1:][kept], np.uint64)


class PairIndex:
    """Postings by pair. ``count`` documents."""

    def __init__(self, arrays: dict[str, NDArray[Any]], count: int) -> None:
        self._terms, self._starts = arrays["terms"], arrays["starts"]
        self._documents, self._weights, self._rarity = (arrays[n] for n in ("documents", "weights", "rarity"))
        self._count = count
        self._unknown = float(np.log(1 + (count + 0.5) / 0.5))

    def scores(self, weighted: Iterable[tuple[Terms, float]]) -> NDArray[np.float32]:
        """[count]: BM25 of several bags of pairs, each with its weight, over the first bag's best (about 0–1)."""
        best, seen = 0.0, np.zeros(0, np.uint64)
        wanted: list[tuple[float, slice, float]] = []
        for position, (bag, weight) in enumerate(weighted):
            for term in np.setdiff1d(bag, seen):
                at = self._at(term)
                rarity = self._unknown if at is None else float(self._rarity[at])
                best += rarity if position == 0 else 0.0
                if at is not None:
                    wanted.append((rarity, slice(int(self._starts[at]), int(self._starts[at + 1])), weight))
            seen = np.union1d(seen, bag)
        total, read = np.zeros(self._count, np.float32), 0
        for _, span, weight in sorted(wanted, key=lambda term: -term[0]):
            total[self._documents[span]] += np.float32(weight) * self._weights[span]
            read += span.stop - span.start
            if read > MOST_POSTINGS:
                break
        return total / np.float32(max(best, 1e-6))

    def share(self, bag: Terms, of: Terms) -> float:
        """How much of ``bag`` also stands in ``of``, 0 to 1; rare pairs count more."""
        rarity = {term: self._unknown if (at := self._at(term)) is None else float(self._rarity[at]) for term in bag}
        shared = sum(rarity[term] for term in np.intersect1d(bag, of))
        return shared / max(sum(rarity.values()), 1e-6)

    def _at(self, term: Any) -> int | None:
        at = int(np.searchsorted(self._terms, term))
        return at if at < len(self._terms) and self._terms[at] == term else None

    @classmethod
    def load(cls, folder: Path, count: int) -> PairIndex:
        """Memory-mapped. Raises FileNotFoundError."""
        return cls({name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in NAMES}, count)


def build_pairs(texts: Sequence[str], folder: Path, progress: Callable[[int], None]) -> None:
    """Write the files of an index over ``texts``; ``progress`` is told how many texts more are done."""
    blocks, lengths = [], np.zeros(len(texts), np.float32)
    for start in range(0, len(texts), CHUNK):
        part = [pairs(text) for text in texts[start : start + CHUNK]]
        sizes = np.array([len(bag) for bag in part], np.int64)
        lengths[start : start + len(part)] = sizes
        owners = np.repeat(np.arange(start, start + len(part), dtype=np.int64), sizes)
        blocks.append((np.concatenate(part), owners))
        progress(len(part))
    terms = np.concatenate([block[0] for block in blocks]) if blocks else np.zeros(0, np.uint64)
    owners = np.concatenate([block[1] for block in blocks]) if blocks else np.zeros(0, np.int64)
    vocabulary, numbers = np.unique(terms, return_inverse=True)
    del terms, blocks
    keys = numbers.astype(np.int64) * max(1, len(texts)) + owners
    del numbers, owners
    keys, counts = np.unique(keys, return_counts=True)
    holders = (keys % max(1, len(texts))).astype(np.int32)
    sizes = np.bincount(keys // max(1, len(texts)), minlength=len(vocabulary))
    del keys
    rarity = np.log(1 + (len(texts) - sizes + 0.5) / (sizes + 0.5)).astype(np.float32)
    relative = lengths / max(1.0, float(lengths.mean()) if len(lengths) else 1.0)
    damping = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * relative[holders])
    weights = np.repeat(rarity, sizes) * counts * (SATURATION + 1) / (counts + damping)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    arrays = (vocabulary, starts, holders, weights.astype(np.float32), rarity)
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(NAMES, arrays, strict=True):
        np.save(folder / f"{name}.npy", array)

"""BM25 over postings kept as memory-mapped arrays; scores every document for a bag of terms."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SATURATION, LENGTH_WEIGHT = 1.2, 0.5
"""BM25's k1 and b (Robertson and Zaragoza 2009); rows are short and alike in length, hence a low b."""

Scores = NDArray[np.float32]


class SparseIndex:
    """Postings by term: documents and their BM25 weights. Scores are divided by the query's own best."""

    def __init__(
        self,
        vocabulary: dict[str, int],
        starts: NDArray[np.int64],
        documents: NDArray[np.int32],
        weights: NDArray[np.float32],
        rarity: NDArray[np.float32],
        count: int,
    ) -> None:
        self._vocabulary, self._starts, self._documents = vocabulary, starts, documents
        self._weights, self._rarity, self._count = weights, rarity, count
        self._unknown = float(np.log(1 + (count + 0.5) / 0.5))

    @classmethod
    def build(cls, bags: Iterable[Sequence[str]]) -> SparseIndex:
        """Index documents in order, each a bag of terms."""
        vocabulary: dict[str, int] = {}
        terms: list[int] = []
        documents: list[int] = []
        counts: list[int] = []
        total = 0
        for document, bag in enumerate(bags):
            total += 1
            for term, count in Counter(bag).items():
                terms.append(vocabulary.setdefault(term, len(vocabulary)))
                documents.append(document)
                counts.append(count)
        numbers = np.array(terms, np.int64)
        found, tf = np.array(documents, np.int64), np.array(counts, np.int64)
        return cls.of_counts(vocabulary, numbers, found, tf, total)

    @classmethod
    def of_counts(
        cls,
        vocabulary: dict[str, int],
        terms: NDArray[np.int64],
        documents: NDArray[np.int64],
        counts: NDArray[np.int64],
        total: int,
    ) -> SparseIndex:
        """From (term, document, count) triples by document; ``total`` documents, terms numbered from 0."""
        order = np.argsort(terms, kind="stable")
        sizes = np.bincount(terms, minlength=len(vocabulary))
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        rarity = np.log(1 + (total - sizes + 0.5) / (sizes + 0.5)).astype(np.float32)
        lengths = np.bincount(documents, counts, minlength=total).astype(np.float32)
        relative = lengths / max(1.0, float(np.mean(lengths)) if total else 1.0)
        found, tf = documents.astype(np.int32)[order], counts.astype(np.float32)[order]
        damping = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * relative[found])
        weights = np.repeat(rarity, sizes) * tf * (SATURATION + 1) / (tf + damping)
        return cls(vocabulary, starts, found, weights.astype(np.float32), rarity, total)

    def scores(self, terms: Sequence[str]) -> Scores:
        """One score a document, [count], about 0 to 1: BM25 over the sum of the query terms' rarity."""
        pieces, best = [], 1e-9
        for term in set(terms):
            number = self._vocabulary.get(term)
            if number is None:
                best += self._unknown
                continue
            best += float(self._rarity[number])
            pieces.append((self._starts[number], self._starts[number + 1]))
        if not pieces:
            return np.zeros(self._count, np.float32)
        documents = np.concatenate([self._documents[a:b] for a, b in pieces])
        weights = np.concatenate([self._weights[a:b] for a, b in pieces])
        return (np.bincount(documents, weights, minlength=self._count) / best).astype(np.float32)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("starts", "documents", "weights", "rarity"):
            np.save(folder / f"{name}.npy", getattr(self, f"_{name}"))
        content = {"count": self._count, "terms": list(self._vocabulary)}
        (folder / "terms.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> SparseIndex:
        """Memory-map the arrays. Raises FileNotFoundError when a file is missing."""
        content = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        starts, documents, weights, rarity = (
            np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))  # plain views of the map: quicker to slice
            for name in ("starts", "documents", "weights", "rarity")
        )
        vocabulary = {term: i for i, term in enumerate(content["terms"])}
        return cls(vocabulary, starts, documents, weights, rarity, content["count"])

"""Term counts of texts, remembered by text: building an index again only counts what is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.sounds import Sounds
from knowledge.retrieval.sparse import SparseIndex
from knowledge.retrieval.terms import Terms, terms_by_channel

Numbers = NDArray[np.int32]


class ChannelBags:
    """A ``Bags`` for every sparse channel, all of the same ``sounds``."""

    def __init__(self, sounds: Sounds) -> None:
        self.sounds = sounds
        self.by_channel = {name: Bags(terms) for name, terms in terms_by_channel(sounds).items()}

    def learn(self, texts: Sequence[str]) -> None:
        """Count these texts now."""
        for bags in self.by_channel.values():
            bags.learn(texts)


class Bags:
    """One way of cutting texts into terms, and the counts of every text seen by it. Not thread-safe."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._numbers: dict[str, int] = {}
        self._counted: dict[str, tuple[Numbers, Numbers]] = {}

    def index(self, documents: Sequence[Sequence[str]]) -> SparseIndex:
        """BM25 postings of documents in order, each given as the texts that it is made of."""
        bags = [self._bag(text) for texts in documents for text in texts]
        owners = np.repeat(np.arange(len(documents)), [len(texts) for texts in documents])
        of_bag = np.repeat(owners, [len(terms) for terms, _ in bags]).astype(np.int64)
        nothing: list[Numbers] = [np.zeros(0, np.int32)]
        terms = np.concatenate([terms for terms, _ in bags] or nothing)
        counts = np.concatenate([counts for _, counts in bags] or nothing)
        keys, inverse = np.unique(of_bag * max(1, len(self._numbers)) + terms, return_inverse=True)
        counts = np.bincount(inverse, counts, minlength=len(keys)).astype(np.int64)
        found, numbers = keys // max(1, len(self._numbers)), keys % max(1, len(self._numbers))
        used, dense = np.unique(numbers, return_inverse=True)
        names = list(self._numbers)
        vocabulary = {names[number]: i for i, number in enumerate(used)}
        return SparseIndex.of_counts(vocabulary, dense, found, counts, len(documents))

    def learn(self, texts: Sequence[str]) -> None:
        """Count these texts now."""
        for text in texts:
            self._bag(text)

    def _bag(self, text: str) -> tuple[Numbers, Numbers]:
        bag = self._counted.get(text)
        if bag is None:
            counted = Counter(self._terms(text))
            numbers = [self._numbers.setdefault(term, len(self._numbers)) for term in counted]
            bag = np.array(numbers, np.int32), np.array(list(counted.values()), np.int32)
            self._counted[text] = bag
        return bag

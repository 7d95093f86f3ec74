"""Six views of how well each label fits a question, [channels, labels], before anything is fused."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.snapshot import SPARSE, Snapshot

CHANNELS = (
    "dense",  # best row by meaning, cosine
    "dense_mean",  # mean of the three best rows by meaning
    "centroid",  # cosine to the label's mean vector
    "characters",  # best row by characters, BM25
    "characters_topic",  # all of the label's text as one document
    "sounds",  # best row by merged toneless syllables
    "sounds_topic",
)
NEAREST_ROWS = 200

Matrix = NDArray[np.float32]


def score_labels(snapshot: Snapshot, question: str, vector: NDArray[np.float32]) -> Matrix:
    """One row a channel in the order of ``CHANNELS``; ``vector`` is the question's unit vector [width]."""
    count = len(snapshot.labels)
    table = np.zeros((len(CHANNELS), count), np.float32)
    table[0], table[1] = _dense(snapshot, vector, count)
    table[2] = snapshot.centroids @ vector
    for at, (name, terms) in enumerate(SPARSE.items()):
        bag = terms(question)
        best = np.zeros(count, np.float32)
        np.maximum.at(best, snapshot.owners, snapshot.rows[name].scores(bag))
        table[3 + 2 * at] = best
        table[4 + 2 * at] = snapshot.topics[name].scores(bag)
    return table


def _dense(snapshot: Snapshot, vector: NDArray[np.float32], count: int) -> tuple[Matrix, Matrix]:
    nearest = min(NEAREST_ROWS, len(snapshot.owners))
    scores, rows = snapshot.dense.search(vector[None], nearest)
    floor = float(scores[0, -1])
    top = np.full((3, count), floor, np.float32)
    seen = np.zeros(count, np.int32)
    for score, owner in zip(scores[0], snapshot.owners[rows[0]], strict=True):
        if seen[owner] < 3:
            top[seen[owner], owner] = score
            seen[owner] += 1
    return top[0], top.mean(axis=0)

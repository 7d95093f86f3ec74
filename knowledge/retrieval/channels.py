"""Nine views of how well each label fits a question, [channels, labels], before anything is fused."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.snapshot import Snapshot

CHANNELS = (
    "dense",  # best row by meaning, cosine
    "dense_vote",  # log share of the nearest rows' votes
    "head",  # cosine to the label's learned direction
    "characters",  # best row by characters, BM25
    "characters_vote",
    "characters_topic",  # all of the label's text as one document
    "sounds",  # best row by merged toneless syllables
    "sounds_vote",
    "sounds_topic",
)
NEAREST_ROWS = 200
VOTE_TEMPERATURE = 0.05
"""A row this much below the best one counts 1/e of it; on cosines and on BM25 shares alike."""
LEAST_SHARE = 1e-3

Matrix = NDArray[np.float32]


def score_labels(snapshot: Snapshot, question: str, vector: NDArray[np.float32]) -> Matrix:
    """One row a channel in the order of ``CHANNELS``; ``vector`` is the question's unit vector [width]."""
    count = len(snapshot.labels)
    scores, rows = snapshot.dense.search(vector[None], min(NEAREST_ROWS, len(snapshot.owners)))
    table = [
        *_best_and_vote(scores[0], snapshot.owners[rows[0]], count, float(scores[0, -1])),
        snapshot.head @ vector,
    ]
    for name, terms in snapshot.terms.items():
        bag = terms(question)
        table += _best_and_vote(snapshot.rows[name].scores(bag), snapshot.owners, count, 0.0)
        table.append(snapshot.topics[name].scores(bag))
    return np.stack(table).astype(np.float32)


def _best_and_vote(
    scores: NDArray[np.float32], owners: NDArray[np.int32], count: int, floor: float
) -> tuple[Matrix, Matrix]:
    best = np.full(count, floor, np.float32)
    np.maximum.at(best, owners, scores)
    votes = np.bincount(owners, np.exp((scores - scores.max()) / VOTE_TEMPERATURE), minlength=count)
    return best, np.log(votes / votes.sum() + LEAST_SHARE).astype(np.float32)

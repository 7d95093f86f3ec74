"""Directions after a small change: those of untouched labels stay, the others are learned against them.

What ``head.fit_head`` would give differs a little, since there all labels give way to each other; an index
made this way is followed by an exact one when it is quiet (``knowledge/publishing``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.head import RATE, SCALE, STEPS

NEAREST = 2048
"""Rows of other labels that push a changed direction away; those further off hardly weigh in a softmax."""
MOMENTUM, SPREAD, TINY = 0.9, 0.999, 1e-8  # Adam's own (Kingma and Ba 2015), as in fit_head

Vectors = NDArray[np.float32]


def refit(
    before: Mapping[str, Vectors],
    changed: Collection[str],
    vectors: Vectors,
    owners: NDArray[np.int32],
    labels: Sequence[str],
) -> Vectors:
    """Unit directions [labels, width]. ``before`` has one for every label that is not in ``changed``."""
    sums = np.zeros((len(labels), vectors.shape[1]), np.float32)
    np.add.at(sums, owners, vectors)
    head = _unit(sums)
    open_ = np.array([label in changed for label in labels])
    for i, label in enumerate(labels):
        if not open_[i]:
            head[i] = before[label]
    if not open_.any():
        return head
    rows = _rows(vectors, owners, open_, head)
    head[open_] = _learn(head, open_, vectors[rows], owners[rows])
    return head


def _rows(
    vectors: Vectors, owners: NDArray[np.int32], open_: NDArray[np.bool_], head: Vectors
) -> NDArray[np.int64]:
    near = (vectors @ head[open_].T).max(axis=1)
    kept = np.argsort(-near, kind="stable")[:NEAREST]
    return np.union1d(kept, np.flatnonzero(open_[owners]))


def _learn(head: Vectors, open_: NDArray[np.bool_], rows: Vectors, owners: NDArray[np.int32]) -> Vectors:
    numbers = np.flatnonzero(open_)
    own = (owners[:, None] == numbers[None]).astype(np.float32)
    fixed = np.exp(SCALE * (rows @ head[~open_].T - 1)).sum(axis=1, keepdims=True)
    weights, first, second = head[open_].copy(), 0.0, 0.0
    for step in range(1, STEPS + 1):
        length = np.linalg.norm(weights, axis=1, keepdims=True)
        unit = weights / length
        raised = np.exp(SCALE * (rows @ unit.T - 1))
        error = SCALE * (raised / (fixed + raised.sum(axis=1, keepdims=True)) - own) / len(rows)
        slope = error.T @ rows
        slope = (slope - (slope * unit).sum(axis=1, keepdims=True) * unit) / length
        first = MOMENTUM * first + (1 - MOMENTUM) * slope
        second = SPREAD * second + (1 - SPREAD) * slope**2
        shift = first / (1 - MOMENTUM**step) / (np.sqrt(second / (1 - SPREAD**step)) + TINY)
        weights = (weights - RATE * shift).astype(np.float32)
    return _unit(weights)


def _unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)

"""Fit the fusion on a development set: ``python -m knowledge.evaluation fit FILE…``.

Queries must never have been indexed or trained with. Figures quoted for the fitted set itself come from
cross-validation over folds, so that no query is judged by parameters that have seen it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from knowledge.encoder.encode import Encoder
from knowledge.evaluation.queries import Query
from knowledge.retrieval.channels import CHANNELS, score_labels
from knowledge.retrieval.fusion import (
    FEATURES_A_CHANNEL,
    Array,
    Fusion,
    Thresholds,
    label_features,
    sureness_features,
)
from knowledge.retrieval.snapshot import Snapshot

RIDGE = 0.02
GAINS = {"right": 1.0, "choice_right": 0.53, "choice_wrong": -0.1, "wrong": -0.8, "unanswered": 0.0}
OUTSIDE_GAINS = {"right": 1.0, "choice": -0.5, "wrong": -1.0}
"""What one query is worth when limits are chosen: a wrong answer costs most of what a right one is worth."""


@dataclass(frozen=True)
class Scored:
    """A query with its channel table [channels, labels] and the label numbers that count as right."""

    query: Query
    table: NDArray[np.float32]
    right: NDArray[np.int64]


def score_queries(snapshot: Snapshot, encoder: Encoder, queries: Sequence[Query]) -> list[Scored]:
    """Channel tables of all queries; an out-of-scope query is right at the boundaries of its outcome."""
    vectors = encoder.queries([query.text for query in queries])
    outcomes = [snapshot.boundaries[b].outcome if b in snapshot.boundaries else "" for b in snapshot.labels]
    scored = []
    for query, vector in zip(queries, vectors, strict=True):
        wanted = _equivalent(query.expect)
        right = [
            i
            for i, label in enumerate(snapshot.labels)
            if label in query.accepted or (query.topic is None and outcomes[i] in wanted)
        ]
        scored.append(Scored(query, score_labels(snapshot, query.text, vector), np.array(right, np.int64)))
    return scored


def fit(scored: Sequence[Scored], boundary: NDArray[np.bool_], emergency: NDArray[np.bool_]) -> Fusion:
    """The conditional logit, then the sureness on top of it (by folds), then the thresholds."""
    weights = _fit_weights(scored, boundary)
    unseen = _unseen_shares(scored, boundary)
    matrix = np.array(
        [
            sureness_features(case.table, shares, boundary, len(case.query.text))
            for case, shares in zip(scored, unseen, strict=True)
        ]
    )
    rights = [
        bool(np.isin(np.where(boundary, -1, shares).argmax(), case.right))
        for case, shares in zip(scored, unseen, strict=True)
    ]
    mean, scale = matrix.mean(axis=0), np.maximum(matrix.std(axis=0), 1e-6)
    model = LogisticRegression(C=0.3).fit((matrix - mean) / scale, rights)
    sure = np.concatenate([model.coef_[0], model.intercept_])
    sures = [float(p) for p in model.predict_proba((matrix - mean) / scale)[:, 1]]
    return Fusion(weights, sure, mean, scale, _thresholds(scored, unseen, sures, boundary, emergency))


def cross_validated(
    scored: Sequence[Scored], boundary: NDArray[np.bool_], emergency: NDArray[np.bool_], folds: int = 5
) -> list[Fusion]:
    """For each query in order, a fusion fitted without its fold."""
    chosen: list[Fusion | None] = [None] * len(scored)
    for held in _folds(len(scored), folds):
        fusion = fit([scored[i] for i in range(len(scored)) if i not in held], boundary, emergency)
        for i in held:
            chosen[i] = fusion
    return [fusion for fusion in chosen if fusion is not None]


def _fit_weights(scored: Sequence[Scored], boundary: NDArray[np.bool_]) -> Array:
    cases = [case for case in scored if len(case.right)]
    size = len(CHANNELS) * FEATURES_A_CHANNEL + 1
    kept = [_contenders(case) for case in cases]
    everything = np.zeros((len(cases), max(map(len, kept)), size))
    right = np.zeros(everything.shape[:2], bool)
    absent = np.ones(everything.shape[:2], bool)
    for i, (case, labels) in enumerate(zip(cases, kept, strict=True)):
        everything[i, : len(labels)] = label_features(case.table, boundary)[labels]
        right[i, : len(labels)] = np.isin(labels, case.right)
        absent[i, : len(labels)] = False

    def loss(weights: Array) -> tuple[float, Array]:
        utility = np.where(absent, -np.inf, everything @ weights)
        utility -= utility.max(axis=1, keepdims=True)
        grown = np.exp(utility)
        share = grown / grown.sum(axis=1, keepdims=True)
        chance = np.maximum((share * right).sum(axis=1), 1e-9)
        posterior = share * right / chance[:, None]
        slope = -np.einsum("ql,qlf->f", posterior - share, everything) / len(cases)
        value = -np.log(chance).mean() + RIDGE * 0.5 * float(weights @ weights) / 10
        return float(value), slope + RIDGE * weights / 10

    start = np.full(size, 1.0)
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def _unseen_shares(scored: Sequence[Scored], boundary: NDArray[np.bool_]) -> list[Array]:
    """Each query's probabilities by weights fitted without its fold, so that limits are chosen on honest figures."""
    found: list[Array] = [np.empty(0)] * len(scored)
    for held in _folds(len(scored)):
        part = _fit_weights([scored[i] for i in range(len(scored)) if i not in held], boundary)
        for i in held:
            found[i] = _shares(scored[i], part, boundary)
    return found


def _contenders(case: Scored, most: int = 12) -> NDArray[np.int64]:
    """Labels among the best of any channel, and the right ones: the others never come near."""
    best = np.argsort(-case.table, axis=1, kind="stable")[:, :most]
    return np.union1d(best.ravel(), case.right).astype(np.int64)


def _shares(case: Scored, weights: Array, boundary: NDArray[np.bool_]) -> Array:
    utility = label_features(case.table, boundary) @ weights
    grown = np.exp(utility - utility.max())
    return np.asarray(grown / grown.sum())


def _thresholds(
    scored: Sequence[Scored],
    unseen: Sequence[Array],
    sures: Sequence[float],
    boundary: NDArray[np.bool_],
    emergency: NDArray[np.bool_],
) -> Thresholds:
    cases = []
    for case, shares, sure in zip(scored, unseen, sures, strict=True):
        topics = np.where(boundary, -1, shares)
        cases.append(
            (
                sure,
                float(shares[boundary].sum()),
                float(shares[emergency].sum()),
                bool(np.isin(topics.argmax(), case.right)),
                bool(np.isin(np.argsort(-topics)[:3], case.right).any()),
                case.query,
            )
        )
    grid = np.arange(0.05, 0.96, 0.05)
    best, chosen = -np.inf, Thresholds(0.5, 0.3, 0.3, 0.5)
    for refuse in (0.3, 0.4, 0.5, 0.6, 0.7):
        for answer in grid:
            for clarify in grid[grid <= answer]:
                gain = sum(_gain(case, answer, clarify, refuse) for case in cases)
                if gain > best:
                    best, chosen = gain, Thresholds(float(answer), float(clarify), 0.3, float(refuse))
    urgent = [case[2] for case in cases if case[5].expect == "emergency"]
    calm = [case[2] for case in cases if case[5].topic is not None]
    emergencies = [
        e for e in (0.15, 0.2, 0.3, 0.4, 0.5) if np.mean([s >= e for s in calm] or [False]) <= 0.005
    ]
    recall = {e: float(np.mean([s >= e for s in urgent] or [False])) for e in emergencies or [0.5]}
    emergency_limit = max(recall, key=lambda e: (recall[e], e))
    rounded = [round(v, 3) for v in (chosen.answer, chosen.clarify, emergency_limit, chosen.refuse)]
    return Thresholds(*rounded)


def _gain(
    case: tuple[float, float, float, bool, bool, Query], answer: float, clarify: float, refuse: float
) -> float:
    sure, share, _urgent, first, three, query = case
    if query.topic is None:
        if share >= refuse or sure < clarify:
            return OUTSIDE_GAINS["right"]
        return OUTSIDE_GAINS["wrong"] if sure >= answer else OUTSIDE_GAINS["choice"]
    if share >= refuse:
        return GAINS["wrong"]
    if sure >= answer:
        return GAINS["right"] if first else GAINS["wrong"]
    if sure >= clarify:
        return GAINS["choice_right"] if three else GAINS["choice_wrong"]
    return GAINS["unanswered"]


def _folds(count: int, folds: int = 5) -> list[frozenset[int]]:
    order = np.random.default_rng(20261125).permutation(count)
    return [frozenset(int(i) for i in order[k::folds]) for k in range(folds)]


def _equivalent(expect: str) -> frozenset[str]:
    return (
        frozenset(("refused", "unanswered")) if expect in ("refused", "unanswered") else frozenset((expect,))
    )

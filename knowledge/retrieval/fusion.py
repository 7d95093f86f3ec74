"""Fuse the channels into one probability a label, and say how sure the first place is.

Two small models, both fitted on a development set (``evaluation/fitting.py``) and stored as data: a
conditional logit over labels (McFadden 1974), and a logistic regression for “is the first topic right”.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.retrieval.channels import CHANNELS

Array = NDArray[np.float64]

SURENESS = (
    "log_odds", "gap", "dense", "dense_gap", "characters", "sounds", "agreement", "length",
)  # fmt: skip
FEATURES_A_CHANNEL = 3


@dataclass(frozen=True)
class Thresholds:
    """``answer`` and ``clarify`` of the calibrated probability; the others of the summed share of boundaries."""

    answer: float
    clarify: float
    emergency: float
    refuse: float


@dataclass(frozen=True)
class Fusion:
    """``weights``: [channels * 3 + 1]; ``sure_weights``: [len(SURENESS) + 1], the last one the constant."""

    weights: Array
    sure_weights: Array
    sure_mean: Array
    sure_scale: Array
    thresholds: Thresholds

    def probabilities(self, table: NDArray[np.float32], boundary: NDArray[np.bool_]) -> Array:
        """[labels], sums to 1. ``table`` as ``score_labels`` gives it, ``boundary`` marks boundary labels."""
        utility = label_features(table, boundary) @ self.weights
        share = np.exp(utility - utility.max())
        return np.asarray(share / share.sum())

    def sureness(
        self, table: NDArray[np.float32], probabilities: Array, boundary: NDArray[np.bool_], length: int
    ) -> float:
        """Calibrated probability that the likeliest topic is right; ``length`` in characters."""
        features = sureness_features(table, probabilities, boundary, length)
        features = (features - self.sure_mean) / self.sure_scale
        return float(1 / (1 + np.exp(-(features @ self.sure_weights[:-1] + self.sure_weights[-1]))))

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Fusion:
        """Raises KeyError or TypeError when the stored parameters are not these."""
        return cls(
            weights=np.array(row["weights"], np.float64),
            sure_weights=np.array(row["sure_weights"], np.float64),
            sure_mean=np.array(row["sure_mean"], np.float64),
            sure_scale=np.array(row["sure_scale"], np.float64),
            thresholds=Thresholds(**row["thresholds"]),
        )

    def to_json(self) -> dict[str, Any]:
        names = ("weights", "sure_weights", "sure_mean", "sure_scale")
        rounded: dict[str, Any] = {n: [round(float(v), 5) for v in getattr(self, n)] for n in names}
        return {**rounded, "thresholds": vars(self.thresholds)}


def label_features(table: NDArray[np.float32], boundary: NDArray[np.bool_]) -> Array:
    """[labels, channels * 3 + 1]: score, distance to the best, reciprocal rank; and whether a boundary."""
    order = np.argsort(np.argsort(-table, axis=1, kind="stable"), axis=1)
    parts = [table, table - table.max(axis=1, keepdims=True), 1.0 / (1.0 + order)]
    stacked = np.concatenate([*parts, boundary[None].astype(np.float64)]).T
    return np.asarray(stacked, np.float64)


def sureness_features(
    table: NDArray[np.float32], probabilities: Array, boundary: NDArray[np.bool_], length: int
) -> Array:
    """[len(SURENESS)] in that order, about the likeliest topic; a boundary's share lowers its log odds."""
    topics = np.argsort(-np.where(boundary, -1.0, probabilities))
    best, second = int(topics[0]), int(topics[min(1, len(topics) - 1)])
    p, q = float(probabilities[best]), float(probabilities[second])
    log_odds = np.log(max(p, 1e-6)) - np.log(max(1 - p, 1e-6))
    names = {name: i for i, name in enumerate(CHANNELS)}
    agreement = float(np.mean(table.argmax(axis=1) == best))
    dense = table[names["dense"]]
    return np.array(
        [
            log_odds,
            np.log(max(p, 1e-6)) - np.log(max(q, 1e-6)),
            dense[best],
            dense[best] - np.sort(dense)[-2],
            table[names["characters"], best],
            table[names["sounds"], best],
            agreement,
            np.log(max(length, 1)),
        ],
        np.float64,
    )

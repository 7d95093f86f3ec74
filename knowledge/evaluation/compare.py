"""Side by side: the fused retrieval against each of its channels alone, on the same queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.evaluation.fitting import Scored
from knowledge.retrieval.channels import CHANNELS
from knowledge.retrieval.fusion import Fusion

ALONE = {"BM25 alone": "characters", "dense alone": "dense", "pinyin alone": "sounds"}


def compare(
    scored: Sequence[Scored], fusions: Sequence[Fusion], boundary: NDArray[np.bool_]
) -> dict[str, dict[str, Any]]:
    """Top-1 and top-3 over topics, in all and by style; out-of-scope queries are left out.

    ``fusions`` has one a query, fitted without it.
    """
    inside = [(case, fusion) for case, fusion in zip(scored, fusions, strict=True) if case.query.topic]
    table: dict[str, dict[str, Any]] = {}
    for name, channel in ALONE.items():
        at = CHANNELS.index(channel)
        table[name] = _ranks([(case, case.table[at].astype(np.float64)) for case, _ in inside], boundary)
    fused = [(case, fusion.probabilities(case.table, boundary)) for case, fusion in inside]
    return {**table, "fused": _ranks(fused, boundary)}


def _ranks(
    cases: Sequence[tuple[Scored, NDArray[np.float64]]], boundary: NDArray[np.bool_]
) -> dict[str, Any]:
    ranks: dict[str, list[int]] = {"all": []}
    for case, scores in cases:
        order = np.argsort(-np.where(boundary, -np.inf, scores), kind="stable")
        hits = np.flatnonzero(np.isin(order, case.right))
        rank = int(hits[0]) if len(hits) else len(order)
        ranks["all"].append(rank)
        ranks.setdefault(case.query.style, []).append(rank)
    return {
        style: {
            "count": len(found),
            "top1": round(float(np.mean([rank < 1 for rank in found])), 4),
            "top3": round(float(np.mean([rank < 3 for rank in found])), 4),
        }
        for style, found in sorted(ranks.items())
    }

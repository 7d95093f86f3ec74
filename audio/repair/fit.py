"""Fitting the calibration: labelled evidence in, ``calibration.json`` out. ``xiangyin eval speech-fit`` calls it.

Ridge logistic regression by Newton's method; limits are the lowest that keep the wrong readings accepted below
a share of all recordings, found on five folds of recordings whose own fold was left out of the weights.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.repair.decision import (
    FEATURES,
    TOPIC_FEATURES,
    features,
    model_name,
    topic_features,
    topic_model,
)
from audio.repair.evidence import Evidence, Hypothesis

Array = NDArray[np.float64]
MODELS = ("asis-sound", "best-sound", "asis-text", "best-text", "topic-sound", "topic-text")
RIDGE = 0.5
FOLDS = 5
ACCEPTED_WRONG = 0.01  # of accepted readings, and of speech outside the domain, at the limit `accept`
BINDING_WRONG = 0.005
ASK_FROM = 0.5  # a question back must be right as often as not
CLEAR_WRONG = 0.005
ANSWERED = (0.05, 0.01)  # wrong, and share of outside speech, of what is answered as a question
TOPIC_ASKED = (0.3, 0.05)  # the same of topics asked about


@dataclass(frozen=True)
class Labelled:
    """A hypothesis with its model and whether it is right; ``outside``: the speech was not of our domain."""

    model: str
    row: tuple[float, ...]
    right: bool
    outside: bool


def labelled(evidence: Evidence, right_asis: bool, right_best: bool, outside: bool) -> list[Labelled]:
    """The rows of one recording."""
    found = [_row(evidence.asis, evidence, right_asis, outside)]
    if evidence.best is not None:
        found.append(_row(evidence.best, evidence, right_best, outside))
    return found


def topic_labelled(evidence: Evidence, right: bool, outside: bool) -> Labelled:
    """The row of one recording that text retrieval takes for a topic."""
    return Labelled(topic_model(evidence), topic_features(evidence), right, outside)


def fit(rows: Sequence[Labelled], about: str) -> dict[str, Any]:
    """The content of ``calibration.json``. Raises ValueError when a model has no rows."""
    weights, held = {}, []
    for name in MODELS:
        mine = [row for row in rows if row.model == name]
        if not mine:
            raise ValueError(f"no recording speaks for the model {name}")
        inputs = np.array([row.row for row in mine])
        right = np.array([row.right for row in mine], float)
        weights[name] = [round(float(w), 4) for w in regression(inputs, right)]
        held += list(zip(_held_out(inputs, right), mine, strict=True))
    sounded = [(p, row) for p, row in held if row.model in ("asis-sound", "best-sound")]
    topics = [(p, row) for p, row in held if row.model == "topic-sound"]
    outside = sum(row.outside for _, row in sounded if row.model.startswith("asis"))
    answer = _limit(topics, *ANSWERED, outside=outside, least=0.1)
    accept = _limit(sounded, ACCEPTED_WRONG)
    limits = {
        "clear": _limit([pair for pair in sounded if pair[1].model.startswith("asis")], CLEAR_WRONG),
        "accept": accept,
        "ask": min(ASK_FROM, accept),
        "binding": max(accept, _limit(sounded, BINDING_WRONG)),
        "answer": answer,
        "topic": min(answer, _limit(topics, *TOPIC_ASKED, outside=outside, least=0.1)),
    }
    return {"about": about, "features": list(FEATURES), "topic_features": list(TOPIC_FEATURES), "weights": weights,
            "limits": {name: round(value, 4) for name, value in limits.items()}}  # fmt: skip


def write(content: dict[str, Any], path: Path) -> None:
    """As JSON with one model a line."""
    lines = [f'    "{name}": {json.dumps(row)}' for name, row in content["weights"].items()]
    keys = ("about", "features", "topic_features", "limits", "accents")
    parts = [f'  "{key}": {json.dumps(content[key], ensure_ascii=False)}' for key in keys if key in content]
    parts.append('  "weights": {\n' + ",\n".join(lines) + "\n  }")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def regression(inputs: Array, right: Array) -> Array:
    """Weights of a logistic regression with ridge penalty (not on the first input, the constant)."""
    weights = np.zeros(inputs.shape[1])
    ridge = np.full(inputs.shape[1], RIDGE)
    ridge[0] = 1e-3
    for _ in range(50):
        chance = _logistic(inputs @ weights)
        slope = inputs.T @ (right - chance) - ridge * weights
        curve = (inputs * (chance * (1 - chance))[:, None]).T @ inputs + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-6:
            break
    return weights


def _held_out(inputs: Array, right: Array) -> list[float]:
    fold = np.arange(len(inputs)) % FOLDS
    chances = np.zeros(len(inputs))
    for number in range(FOLDS):
        rest = fold != number
        chances[~rest] = _logistic(inputs[~rest] @ regression(inputs[rest], right[rest]))
    return [float(chance) for chance in chances]


def _limit(
    pairs: Sequence[tuple[float, Labelled]],
    wrong: float,
    strangers_too: float | None = None,
    *,
    outside: int | None = None,
    least: float = 0.5,
) -> float:
    """The lowest limit above which at most these shares are wrong and of the outside speech."""
    allowed = (wrong if strangers_too is None else strangers_too) * max(
        1, sum(row.outside for _, row in pairs) if outside is None else outside
    )
    best, errors, strangers = 0.995, 0, 0
    for accepted, (chance, row) in enumerate(sorted(pairs, key=lambda pair: -pair[0]), start=1):
        errors += not row.right
        strangers += row.outside
        if errors <= wrong * accepted and strangers <= allowed:
            best = chance
    return min(max(best, least), 0.995)


def _row(hypothesis: Hypothesis, evidence: Evidence, right: bool, outside: bool) -> Labelled:
    return Labelled(model_name(hypothesis, evidence), features(hypothesis, evidence), right, outside)


def _logistic(x: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -50, 50))))

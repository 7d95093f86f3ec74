"""The calibration is fitted so that little wrong is accepted, and written so that it can be read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio.repair.decision import FEATURES, TOPIC_FEATURES, calibration
from audio.repair.fit import MODELS, Labelled, fit, labelled, regression, write
from tests.audio.repair.small_book import book, heard, sound_of


def rows(noise: float = 0.3, number: int = 200) -> list[Labelled]:
    """Right readings have a good score, wrong and outside ones a bad one, with some noise."""
    dice = np.random.default_rng(7)
    found = []
    for index in range(number):
        right, outside = index % 3 == 0, index % 3 == 1
        score = (0.0 if right else -2.0) + noise * dice.standard_normal()
        for model in MODELS:
            size = len(TOPIC_FEATURES if model.startswith("topic") else FEATURES)
            row = (1.0, score, *dice.random(size - 2))
            found.append(Labelled(model, tuple(map(float, row)), right, outside))
    return found


def test_weights_separate_right_from_wrong() -> None:
    mine = [row for row in rows() if row.model == "asis-sound"]
    inputs = np.array([row.row for row in mine])
    right = np.array([row.right for row in mine], float)
    weights = regression(inputs, right)
    assert weights[1] > 1.0
    assert np.mean((inputs @ weights > 0) == right) > 0.97


def test_limits_are_ordered_and_what_is_written_is_read(tmp_path: Path) -> None:
    content = fit(rows(), "made up")
    content["accents"] = {"wu": [0.1, 0.2]}
    path = tmp_path / "calibration.json"
    write(content, path)
    known = calibration(path)
    assert known.about == "made up" and known.accents == {"wu": (0.1, 0.2)}
    assert known.ask <= known.accept <= known.binding
    assert known.topic <= known.answer
    assert known.weights["best-text"] == pytest.approx(content["weights"]["best-text"])


def test_the_limit_rises_when_strangers_look_right() -> None:
    strangers = [Labelled("asis-sound", (1.0, 0.0, *[0.5] * (len(FEATURES) - 2)), False, True)] * 30
    assert fit([*rows(), *strangers], "x")["limits"]["accept"] > fit(rows(), "x")["limits"]["accept"]


def test_a_model_without_recordings_is_an_error() -> None:
    with pytest.raises(ValueError, match="best-text"):
        fit([row for row in rows() if row.model != "best-text"], "x")


def test_one_recording_gives_a_row_for_each_reading() -> None:
    from audio.graphs.accent import PLAIN
    from audio.repair.evidence import Situation, gather

    evidence = gather(heard("样老金怎么人正"), sound_of("养老金怎么认证"), Situation(), book(), PLAIN, None)
    asis, best = labelled(evidence, False, True, False)
    assert (asis.model, asis.right, best.model, best.right) == ("asis-sound", False, "best-sound", True)

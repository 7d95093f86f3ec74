"""What is tried was not learnt from: neither its sentence, nor, where that can be, its speaker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from audio.learning import learn as learning
from audio.learning.estimates import Estimate, Taught
from audio.learning.recordings import Recording
from audio.learning.trial import Score
from dialects.overlay import NOTHING_LEARNT

TEXTS = [a + b for a in "天地人山水火" for b in "大小上中下"]


@pytest.mark.parametrize(
    ("spoken", "by_speaker"),
    [
        (
            [(text, f"s{n % 11}") for n, text in enumerate([*TEXTS, *TEXTS[:5]])],
            True,
        ),  # a few said by two people
        ([(text, f"s{n}") for n in range(6) for text in TEXTS[:6]], False),  # everybody read the same list
        ([(text, "") for text in TEXTS], False),
    ],
)
def test_no_sentence_is_tried_that_was_learnt_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoken: list[tuple[str, str]], by_speaker: bool
) -> None:
    learnt: list[set[str]] = []
    tried: list[list[str]] = []

    def estimate(recordings: Sequence[Taught], _prior: object) -> Estimate:
        learnt.append({one.text for one in recordings})
        return Estimate(NOTHING_LEARNT)

    def scores(sounds: Sequence[object], texts: Sequence[str], *_: object) -> list[Score]:
        tried.append(list(texts))
        return [Score(False, 1, 2)] * len(sounds)

    monkeypatch.setattr(learning, "read_speech", lambda _: np.zeros(1600, np.int16))
    monkeypatch.setattr(learning, "estimate", estimate)
    monkeypatch.setattr(learning.trial, "scores", scores)
    recordings = [Recording(tmp_path / f"{n}.wav", text, "", who) for n, (text, who) in enumerate(spoken)]
    outcome = learning.learn("mandarin", recordings, lambda _: None, into=tmp_path / "learned")
    assert outcome.by_speaker is by_speaker
    assert sorted(text for fold in tried[1:] for text in fold) == sorted(text for text, _ in spoken)
    for trained, held in zip(learnt[:-1], tried[1:], strict=True):
        assert trained and not trained & set(held)

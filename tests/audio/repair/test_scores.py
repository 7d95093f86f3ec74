"""Sentences scored on posteriors made by hand: the right one wins, strangers lose, other speech around is paid for."""

from __future__ import annotations

import numpy as np
import pytest

from audio.acoustic.units import UNIT_IDS, UNITS
from audio.graphs.accent import Accent
from audio.repair.scores import WORST, Sound, scores


def spoken(*units: str, sure: float = 0.9, blanks: int = 2) -> Sound:
    """Each unit for one frame, blanks between; `sure` is the probability of the best in each frame."""
    frames = []
    for unit in units:
        frames += [UNIT_IDS[unit], *([0] * blanks)]
    chances = np.full((len(frames), len(UNITS) + 1), (1 - sure) / len(UNITS))
    chances[np.arange(len(frames)), frames] = sure
    return Sound.of(np.log(chances).astype(np.float32))


SHEBAO = ("sh", "e", "b", "ao")
YIBAO = ("i", "b", "ao")


def test_what_was_said_scores_about_nothing_and_others_far_less() -> None:
    right, other, stranger = scores(spoken(*SHEBAO), [SHEBAO, YIBAO, ("zh", "ang", "q", "van")])
    assert -0.5 < right <= 0.5
    assert other < right - 3 and stranger < other - 3


def test_greedy_units_and_their_places() -> None:
    sound = spoken(*SHEBAO)
    assert sound.greedy == SHEBAO
    assert sound.before[0] == 0 and sound.before[-1] == 4 and len(sound.before) == len(sound.ratios) + 1


def test_speech_before_and_after_costs_but_does_not_forbid() -> None:
    around = spoken("en", "n", "e", "g", "e", *SHEBAO, "a")
    (inside,) = scores(around, [SHEBAO])
    (alone,) = scores(spoken(*SHEBAO), [SHEBAO])
    (wrong,) = scores(around, [("zh", "ang", "q", "van")])
    assert wrong < inside < alone - 2


def test_the_same_unit_twice_needs_a_blank() -> None:
    twice = scores(spoken("i", "i"), [("i", "i"), ("i",)])
    once = scores(spoken("i"), [("i", "i"), ("i",)])
    assert twice[0] > twice[1] and once[1] > once[0]


def test_longer_and_shorter_sentences_are_scored_in_one_batch_as_alone() -> None:
    sound = spoken(*SHEBAO, sure=0.6)
    many = [SHEBAO, ("b",), YIBAO, SHEBAO + YIBAO]
    assert scores(sound, many) == pytest.approx([float(scores(sound, [one])[0]) for one in many])


def test_nothing_to_score() -> None:
    assert len(scores(spoken(*SHEBAO), [])) == 0
    empty = Sound.of(np.zeros((0, len(UNITS) + 1), np.float32))
    assert scores(empty, [SHEBAO]).tolist() == [WORST] and empty.greedy == ()


def test_an_accent_hears_its_own_sound_for_mandarins() -> None:
    accent = Accent(shifts={"sh": (("s", 0.9),)})
    said = spoken("s", "e", "b", "ao")
    plain, tolerant = (float(scores(s, [SHEBAO])[0]) for s in (said, said.accented(accent)))
    assert tolerant > plain + 2
    strict = said.accented(accent, tolerant=False)
    assert float(scores(strict, [SHEBAO])[0]) > plain
    standard = spoken(*SHEBAO)
    assert float(scores(standard.accented(accent, tolerant=False), [SHEBAO])[0]) < float(
        scores(standard, [SHEBAO])[0]
    )
    assert standard.accented(accent).ratios.shape == standard.ratios.shape

"""The repairer: values and dictation untouched, a budget kept, broken parts cost caution and no turn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio.acoustic.reading import ModelUnreadable
from audio.hearing import Question
from audio.repair import repairer
from audio.repair.evidence import Situation
from audio.repair.repairer import VALUES, Repairer
from tests.audio.repair.small_book import KNOWN, book, heard, posteriors_of

SECOND = bytes(32_000)


class Model:
    """Hears one sentence, whatever is said to it."""

    def __init__(self, text: str) -> None:
        self.text, self.calls = text, 0

    def posteriors(self, samples: Any) -> Any:
        self.calls += 1
        return posteriors_of(self.text)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    made = Model("社保卡丢了怎么办")
    monkeypatch.setattr(repairer, "read_model", lambda path: made)
    return made


def made(**more: Any) -> Repairer:
    return Repairer(None, **{"book": book, "known": KNOWN, **more})


@pytest.mark.parametrize("kind", sorted(VALUES))
@pytest.mark.parametrize("text", ["一三八零零", "王秀英", "社保卡丢了怎么版", "京A一二三四五"])
def test_names_and_numbers_pass_untouched(model: Model, kind: Any, text: str) -> None:
    said = heard(text, sound=SECOND, graph=kind)
    found = made().judge(said, "mandarin", Situation(Question(kind)))
    assert (found.verdict, found.text, found.repaired) == ("accept", text, False) and model.calls == 0


def test_a_question_said_to_a_question_for_a_name_is_judged(model: Model) -> None:
    found = made().judge(heard("射保卡丢了怎么版", sound=SECOND), "mandarin", Situation(Question("name")))
    assert found.text == "社保卡丢了怎么办" and found.verdict == "accept"


def test_dictated_text_passes_untouched(model: Model) -> None:
    said = heard("村里的路灯坏了", sound=SECOND)
    assert made().judge(said, "mandarin", Situation(dictated=True)).text == "村里的路灯坏了"
    assert model.calls == 0


def test_a_busy_machine_skips_the_second_pass_and_tries_again_later(model: Model) -> None:
    slow = made(budget=1e-9)
    said = heard("社保卡丢了怎么办", 0.95, sound=SECOND)
    assert slow.sound(said) is not None  # nothing is known of the machine yet
    assert slow.sound(said) is None
    assert slow.judge(said, "mandarin", Situation()).text == "社保卡丢了怎么办"


@pytest.mark.parametrize("sound", [b"", bytes(32_000 * 13)])
def test_no_sound_or_far_too_much_of_it_is_not_judged_by_sound(model: Model, sound: bytes) -> None:
    assert made().sound(heard("社保卡", sound=sound)) is None and model.calls == 0


def test_a_model_that_cannot_be_read_leaves_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path) -> None:
        raise ModelUnreadable("cut short")

    monkeypatch.setattr(repairer, "read_model", broken)
    found = made().judge(heard("社保卡丢了怎么办", 0.99, sound=SECOND), "mandarin", Situation())
    assert found.text == "社保卡丢了怎么办"


@pytest.mark.parametrize(("binding", "verdict"), [(False, "accept"), (True, "ask")])
def test_without_a_calibration_nothing_binds(
    model: Model, monkeypatch: pytest.MonkeyPatch, binding: bool, verdict: str
) -> None:
    def missing() -> None:
        raise FileNotFoundError("calibration.json")

    monkeypatch.setattr(repairer, "calibration", missing)
    found = made(known=None).judge(
        heard("对", sound=SECOND), "mandarin", Situation(Question("yes_no"), binding)
    )
    assert (found.verdict, found.because) == (verdict, "out of order")


def test_nothing_heard_is_asked_for_again() -> None:
    assert made().judge(heard(""), "mandarin", Situation()).verdict == "again"


def test_accents_are_compared_only_while_the_dialect_is_open(model: Model) -> None:
    known = replace(KNOWN, accents={"sichuan": (0.0, 0.1), "xiang": (0.0, 0.1)})
    said = heard("社保卡丢了怎么办", 0.95, sound=SECOND)
    settled = made(known=known).judge(said, "mandarin", Situation())
    guessing = made(known=known).judge(said, "mandarin", Situation(guessing=True))
    assert settled.accents == () and {name for name, _ in guessing.accents} == {"sichuan", "xiang"}
    assert all(fit < 0 for _, fit in guessing.accents), "plain Mandarin fits no accent better"


def test_an_unknown_dialect_has_no_accent() -> None:
    assert not repairer.accent_of_dialect("martian").shifts
    assert repairer.accent_of_dialect("sichuan").shifts


def test_real_sound_through_the_real_model() -> None:
    noise = (np.random.default_rng(0).standard_normal(16_000) * 300).astype(np.int16)
    sound = Repairer(None).sound(heard("对", sound=noise.tobytes()))
    assert sound is not None and sound.ratios.shape[1] == 59 and np.isfinite(sound.ratios).all()

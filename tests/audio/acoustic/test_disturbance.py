"""Cepstra changed in the mel domain stay finite, keep their shape, and undo what they should."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("kaldi_native_fbank")

from audio.acoustic import disturbance
from audio.acoustic.disturbance import add_power, coloured_noise, disturb, mask, reverberate
from audio.acoustic.features import mfcc


@pytest.fixture(scope="module")
def cepstra() -> np.ndarray:
    generator = np.random.default_rng(3)
    tone = np.sin(np.arange(16_000) * 0.2) * 6000 + generator.normal(0, 300, 16_000)
    return mfcc(tone.astype(np.int16))


def test_spectrum_and_back_is_the_same(cepstra: np.ndarray) -> None:
    again = cepstra @ disturbance._TO_SPECTRUM @ disturbance._TO_CEPSTRA
    assert np.allclose(again, cepstra, atol=2e-2)


def test_disturbed_cepstra_are_finite_and_of_the_same_shape(cepstra: np.ndarray) -> None:
    for seed in range(40):
        changed = disturb(cepstra, np.random.default_rng(seed), cepstra[:20])
        assert changed.shape == cepstra.shape
        assert np.isfinite(changed).all()


def test_noise_has_the_power_asked_for(cepstra: np.ndarray) -> None:
    spectrum = cepstra @ disturbance._TO_SPECTRUM
    noisy = add_power(spectrum, coloured_noise(len(spectrum), np.random.default_rng(1)), 10.0)
    speech = np.exp(spectrum.astype(float)).mean()
    added = np.exp(noisy.astype(float)).mean() - speech
    assert 10 * np.log10(speech / added) == pytest.approx(10.0, abs=0.1)


def test_a_room_only_adds_and_fades() -> None:
    spectrum = np.full((60, 40), -10.0, np.float32)
    spectrum[5] = 10.0
    heard = reverberate(spectrum, np.random.default_rng(0))
    assert (heard >= spectrum - 1e-4).all()
    assert heard[6, 0] > heard[20, 0] > heard[50, 0]


def test_masks_leave_most_of_it(cepstra: np.ndarray) -> None:
    spectrum = cepstra @ disturbance._TO_SPECTRUM
    kept = (mask(spectrum, np.random.default_rng(2)) == spectrum).mean()
    assert 0.4 < kept < 1.0

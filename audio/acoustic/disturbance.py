"""Another speaker, room, noise and channel for cached cepstra, drawn anew each time they are used.

Cepstra keep all 40 mel bins, so the log mel spectrum is one matrix away and sound can be changed there
at a thousandth of the cost of changing samples: powers add (noise, babble), decay (rooms), are read at
other frequencies (vocal tract length) and are masked (SpecAugment, Park et al. 2019).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from audio.acoustic.features import DIMENSION, HIGH_HZ, LIFTER, LOW_HZ

Frames = NDArray[np.float32]

ROOM_SHARE, NOISE_SHARE, BABBLE_SHARE = 0.3, 0.45, 0.4  # babble: of the noisy ones
NOISE_DECIBELS = (3.0, 28.0)
DECAY_SECONDS = (0.15, 0.6)  # T60
FRAME_SECONDS = 0.01


def disturb(cepstra: Frames, generator: np.random.Generator, other: Frames | None = None) -> Frames:
    """Cepstra (frames, 40) as another voice in another place; ``other`` speaks in the background."""
    factor = float(np.clip(generator.normal(1.0, 0.06), 0.86, 1.16))
    spectrum = cepstra @ _TO_WARPED_SPECTRUM[round((factor - 0.86) / 0.01)]
    if generator.random() < ROOM_SHARE:
        spectrum = reverberate(spectrum, generator)
    if generator.random() < NOISE_SHARE:
        if other is not None and generator.random() < BABBLE_SHARE:
            background = np.resize(np.roll(other @ _TO_SPECTRUM, generator.integers(len(other)), 0), spectrum.shape)
        else:
            background = coloured_noise(len(spectrum), generator)
        spectrum = add_power(spectrum, background, generator.uniform(*NOISE_DECIBELS))
    spectrum = mask(spectrum, generator)
    offset = generator.normal(0.0, 1.0, DIMENSION) * _OFFSET_SCALE
    changed: Frames = (spectrum @ _TO_CEPSTRA + offset).astype(np.float32)
    return changed


def reverberate(spectrum: Frames, generator: np.random.Generator) -> Frames:
    """An exponentially decaying tail after each frame; T60 and the share of direct sound vary."""
    decay = 10.0 ** (-6.0 * FRAME_SECONDS / generator.uniform(*DECAY_SECONDS))
    gain = 10.0 ** (generator.uniform(-12.0, 0.0) / 10.0) * (1.0 - decay)
    power = np.exp(spectrum.astype(np.float64))
    tail = lfilter([0.0, decay], [1.0, -decay], power, axis=0)
    heard: Frames = np.log(power + gain * tail).astype(np.float32)
    return heard


def coloured_noise(frames: int, generator: np.random.Generator) -> Frames:
    """Log mel spectrum of steady noise, from rumble to hiss, with the flutter of short windows."""
    tilt = generator.uniform(-4.0, 2.0) * np.linspace(-0.5, 0.5, DIMENSION)
    bumps = np.interp(np.arange(DIMENSION), np.linspace(0, DIMENSION - 1, 7), generator.normal(0.0, 0.8, 7))
    flutter = generator.gumbel(0.0, 0.25, (frames, DIMENSION))
    sway = np.interp(np.arange(frames), np.linspace(0, frames, 6), generator.normal(0.0, 0.5, 6))
    noise: Frames = (tilt + bumps + sway[:, None] - flutter).astype(np.float32)
    return noise


def add_power(spectrum: Frames, background: Frames, decibels: float) -> Frames:
    """Powers added so that mean speech power lies ``decibels`` above mean background power."""
    speech, noise = np.exp(spectrum.astype(np.float64)), np.exp(background.astype(np.float64))
    gain = speech.mean() / noise.mean() * 10.0 ** (-decibels / 10.0)
    noisy: Frames = np.log(speech + gain * noise).astype(np.float32)
    return noisy


def mask(spectrum: Frames, generator: np.random.Generator) -> Frames:
    """Two stretches of time and two of frequency replaced by the utterance's mean."""
    masked = spectrum.copy()
    mean = spectrum.mean(axis=0)
    for _ in range(2):
        length = int(generator.integers(0, min(25, max(2, len(masked) // 8))))
        start = int(generator.integers(0, len(masked) - length))
        masked[start : start + length] = mean
        width = int(generator.integers(0, 8))
        bin_ = int(generator.integers(0, DIMENSION - width))
        masked[:, bin_ : bin_ + width] = mean[bin_ : bin_ + width]
    return masked


def _matrices() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log mel spectrum to lifted cepstra (as Kaldi's MFCC) and back, for row vectors."""
    bins = np.arange(DIMENSION)
    cosine = np.sqrt(2 / DIMENSION) * np.cos(np.pi * bins[:, None] * (bins[None, :] + 0.5) / DIMENSION)
    cosine[0] = np.sqrt(1 / DIMENSION)
    lifter = 1 + 0.5 * LIFTER * np.sin(np.pi * bins / LIFTER)
    return (lifter[:, None] * cosine).T, (cosine.T / lifter[None, :]).T


def _reading(factor: float) -> NDArray[np.float64]:
    """(40, 40) interpolation that reads a spectrum (row vector) at ``factor`` times the frequency."""
    bins = np.arange(DIMENSION)
    mel_low, mel_high = (1127 * np.log(1 + hertz / 700) for hertz in (LOW_HZ, HIGH_HZ))
    step = (mel_high - mel_low) / (DIMENSION + 1)
    centres = 700 * (np.exp((mel_low + step * (bins + 1)) / 1127) - 1)
    wanted = (1127 * np.log(1 + centres * factor / 700) - mel_low) / step - 1
    wanted = wanted.clip(0, DIMENSION - 1)
    lower = np.minimum(wanted.astype(int), DIMENSION - 2)
    read = np.zeros((DIMENSION, DIMENSION))
    read[bins, lower] = 1 - (wanted - lower)
    read[bins, lower + 1] += wanted - lower
    return read.T


_CEPSTRA, _SPECTRUM = _matrices()
_TO_CEPSTRA, _TO_SPECTRUM = _CEPSTRA.astype(np.float32), _SPECTRUM.astype(np.float32)
_TO_WARPED_SPECTRUM = [(_SPECTRUM @ _reading(0.86 + 0.01 * step)).astype(np.float32) for step in range(31)]
_OFFSET_SCALE = np.array([9.0, 7.0, 5.0, 5.0, 4.0, 4.0] + [2.5] * 6 + [1.2] * 28)

"""What rooms, telephones and other people do to a voice, as pure functions of samples and a generator.

Samples are float32 mono in ±1 at 16 kHz. A-law is ITU-T G.711; the band limits follow the 300–3400 Hz
of ordinary telephony (ITU-T G.712). Rooms are exponentially decaying noise, a common crude impulse.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Samples = NDArray[np.float32]
RATE = 16_000


def change_speed(samples: Samples, percent: int) -> Samples:
    """Faster (above 100) or slower speech, pitch included, as a resampler does it."""
    if percent == 100:
        return samples
    resampled: NDArray[np.float32] = signal.resample_poly(samples, 100, percent).astype(np.float32)
    return resampled


def telephone(samples: Samples, generator: np.random.Generator | None = None) -> Samples:
    """The same sound through an 8 kHz A-law line; with a generator the band edges and level vary."""
    narrow = signal.resample_poly(samples, 1, 2)
    if generator is not None:
        low, high = generator.uniform(60, 330), generator.uniform(3200, 3800)
        band = signal.butter(2, (low, high), btype="bandpass", fs=RATE // 2, output="sos")
        narrow = signal.sosfilt(band, narrow)
        peak = float(np.max(np.abs(narrow))) or 1.0
        narrow = narrow * (generator.uniform(0.05, 0.9) / peak)
    resampled: NDArray[np.float32] = signal.resample_poly(a_law(narrow), 2, 1).astype(np.float32)
    return resampled


def a_law(samples: NDArray[np.floating]) -> NDArray[np.float64]:
    """Quantise to the 8-bit A-law companding curve of G.711 and back (A = 87.6)."""
    a = 87.6
    scale = 1.0 + np.log(a)
    magnitude = np.minimum(np.abs(samples), 1.0)
    compressed = np.where(magnitude < 1 / a, a * magnitude, 1.0 + np.log(np.maximum(a * magnitude, 1e-9)))
    levels = (np.floor(compressed / scale * 128).clip(0, 127) + 0.5) / 128 * scale
    expanded = np.where(levels < 1.0, levels / a, np.exp(levels - 1.0) / a)
    quantised: NDArray[np.float64] = np.sign(samples) * expanded
    return quantised


def room(samples: Samples, generator: np.random.Generator) -> Samples:
    """Reverberation with a decay time (T60) of 0.1–0.6 s and a random share of direct sound."""
    decay = generator.uniform(0.1, 0.6)
    length = int(decay * RATE * 0.7)
    tail = generator.standard_normal(length) * np.exp(-6.9 * np.arange(length) / (decay * RATE))
    tail[: int(0.003 * RATE)] = 0
    impulse = tail * (10 ** (generator.uniform(-14, 0) / 20) / np.sqrt(np.sum(tail**2)))
    impulse[0] = 1.0
    heard: Samples = signal.fftconvolve(samples, impulse)[: len(samples)].astype(np.float32)
    return heard


def noise(length: int, generator: np.random.Generator) -> Samples:
    """White to brown noise of unit power, sometimes with mains hum."""
    spectrum = np.fft.rfft(generator.standard_normal(length))
    hertz = np.maximum(np.fft.rfftfreq(length, 1 / RATE), 50.0)
    sound = np.fft.irfft(spectrum * hertz ** -generator.uniform(0.0, 1.2), length)
    sound /= np.sqrt(np.mean(sound**2))
    if generator.random() < 0.2:
        sound += generator.uniform(0.3, 1.5) * np.sin(2 * np.pi * 50 * np.arange(length) / RATE)
    return sound.astype(np.float32)


def babble(voices: Sequence[Samples], length: int, generator: np.random.Generator) -> Samples:
    """Several other speakers at once, unit power."""
    mixed = np.zeros(length, np.float32)
    for voice in voices:
        start = int(generator.integers(0, max(len(voice), 1)))
        rolled = np.resize(np.roll(voice, start), length)
        mixed += rolled / (np.sqrt(np.mean(rolled**2)) + 1e-6)
    normed: Samples = (mixed / (np.sqrt(np.mean(mixed**2)) + 1e-6)).astype(np.float32)
    return normed


def add_noise(samples: Samples, sound: Samples, decibels: float) -> Samples:
    """Mix at a signal-to-noise ratio of so many decibels over the whole utterance."""
    power = np.sqrt(np.mean(samples**2)) + 1e-6
    gain = power * 10 ** (-decibels / 20) / (np.sqrt(np.mean(sound**2)) + 1e-9)
    noisy: Samples = (samples + gain * sound).astype(np.float32)
    return noisy


def to_int16(samples: Samples) -> NDArray[np.int16]:
    """Scaled down only when it would clip."""
    peak = float(np.max(np.abs(samples), initial=0.0))
    scale = 0.99 / peak if peak > 0.99 else 1.0
    return np.round(samples * (scale * 32767)).astype(np.int16)

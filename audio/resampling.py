"""Changing the sample rate: whole recordings at once, live sound piece by piece.

8 kHz sound is brought to 16 kHz once, at the door (DESIGN §7.1).
"""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, resample_poly

from audio.hearing import SAMPLE_RATE

Float32 = NDArray[np.float32]
Int16 = NDArray[np.int16]


def resample(samples: Float32, rate: int, to_rate: int = SAMPLE_RATE) -> Float32:
    """Polyphase resampling of a whole mono recording; the result has round(n * to_rate / rate) samples."""
    if rate <= 0 or to_rate <= 0:
        raise ValueError(f"sample rates must be positive, got {rate} and {to_rate}")
    if rate == to_rate or samples.size == 0:
        return samples.astype(np.float32, copy=False)
    divisor = gcd(rate, to_rate)
    out = resample_poly(samples.astype(np.float32, copy=False), to_rate // divisor, rate // divisor)
    wanted = max(1, round(samples.size * to_rate / rate))
    return np.asarray(out[:wanted], dtype=np.float32)


def to_int16(samples: Float32) -> Int16:
    """float in [-1, 1] → int16; what lies outside is clipped, not wrapped."""
    return np.asarray(np.clip(np.round(samples * 32768.0), -32768, 32767), dtype=np.int16)


def to_float(samples: Int16) -> Float32:
    return samples.astype(np.float32) / np.float32(32768.0)


def to_recogniser(samples: Float32, rate: int) -> bytes:
    """Any mono recording → 16 kHz int16 PCM bytes, as every recogniser and the VAD take it."""
    return to_int16(resample(samples, rate)).tobytes()


class StreamResampler:
    """Resamples live sound; the pieces joined are the same as one call over the whole.

    Delay: `taps_a_phase` / 2 input samples (1 ms at 8 kHz). Pieces may have any length.
    """

    def __init__(self, rate: int, to_rate: int = SAMPLE_RATE, taps_a_phase: int = 16) -> None:
        if rate <= 0 or to_rate <= 0:
            raise ValueError(f"sample rates must be positive, got {rate} and {to_rate}")
        divisor = gcd(rate, to_rate)
        self._up, self._down = to_rate // divisor, rate // divisor
        longest = max(self._up, self._down)
        taps = taps_a_phase * longest if self._down > self._up else taps_a_phase * self._up
        taps += -taps % self._up
        filter_ = firwin(taps, 0.92 / longest, window=("kaiser", 6.0)) * self._up
        self._phases = filter_.reshape(-1, self._up).T[:, ::-1].copy()  # one row a phase, oldest tap first
        self._history = np.zeros(self._phases.shape[1] - 1)
        self._next = 0  # position of the next output, in steps of 1/up input samples after the history

    def feed(self, samples: Int16) -> Int16:
        """int16 mono in, int16 mono out; the number of samples out follows the ratio to within one."""
        if self._up == self._down:
            return samples
        sound = np.concatenate([self._history, samples.astype(np.float64)])
        width = self._phases.shape[1]
        end = samples.size * self._up
        at = np.arange(self._next, end, self._down)
        self._next = int(self._next + at.size * self._down - end)
        self._history = sound[sound.size - (width - 1) :]
        if at.size == 0:
            return np.zeros(0, dtype=np.int16)
        windows = np.lib.stride_tricks.sliding_window_view(sound, width)[at // self._up]
        out = np.einsum("ij,ij->i", windows, self._phases[at % self._up])
        return np.asarray(np.clip(np.round(out), -32768, 32767), dtype=np.int16)

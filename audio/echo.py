"""Takes our own voice out of the microphone: an adaptive filter fed with what was really played.

A partitioned block frequency-domain filter (Soo and Pang 1990) learns the way from loudspeaker to microphone. Two
copies guard against double talk (Ochiai 1977): the background one always learns, the foreground one gives the
output and is replaced only when the background one has been clearly better for a while; a background filter that
runs away is put back. Steps shrink where the error is larger than the echo that is estimated (Valin 2007).
Numpy only; one block (20 ms) costs well below a millisecond.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 320  # samples, 20 ms
PARTITIONS = 16  # of a block each: 320 ms of echo, the devices' unknown delay included
STEP, LEAST_SHARE = 1.0, 0.3  # of the full step; the share shrinks where the error is no echo
BETTER, WORSE = 0.8, 2.0  # error powers, background against foreground: take over; put back
MEMORY = 0.8  # of the powers that are compared, a block; about 100 ms
AUDIBLE = 1e-7  # mean power of a far-end block that teaches anything
FLOOR_RISE = 1.02  # how fast the microphone's noise floor may rise, a block
LOUD_ECHO = 10.0  # times the noise floor: an echo worth judging by
PATIENCE = 150  # loud blocks (3 s) after which a filter that takes nothing away is given up
LEAST_GAIN = 4.0  # in power, 6 dB

Float32 = NDArray[np.float32]
Complex = NDArray[np.complex128]


class EchoCanceller:
    """One microphone and one loudspeaker at 16 kHz. `process` one block after another; `skip` what was missed."""

    def __init__(self, partitions: int = PARTITIONS) -> None:
        shape = (partitions, BLOCK + 1)
        self._far: Complex = np.zeros(shape, complex)
        self._front: Complex = np.zeros(shape, complex)
        self._back: Complex = np.zeros(shape, complex)
        self._power = np.full(BLOCK + 1, 1e-3)
        self._before = np.zeros(BLOCK)
        self._front_error = self._back_error = 0.0
        self._floor = 1.0
        self._heard = self._left = 0.0
        self._loud_blocks = 0

    def process(self, microphone: Float32, played: Float32) -> Float32:
        """A block of the microphone without the echo of what was played (both (320,), within ±1)."""
        self.skip(played)
        error = microphone - self._echo(self._front)
        if float(np.mean(played**2)) > AUDIBLE or np.any(self._far):
            self._learn(microphone, error)
        self._watch(microphone, error, float(np.mean(self._far[:4].real ** 2)) > AUDIBLE * BLOCK)
        out: Float32 = error.astype(np.float32)
        return out

    def skip(self, played: Float32) -> None:
        """A block that was played while nobody read the microphone."""
        spectrum = np.fft.rfft(np.concatenate([self._before, played]))
        self._before = played.astype(float)
        self._far = np.roll(self._far, 1, axis=0)
        self._far[0] = spectrum
        self._power = 0.9 * self._power + 0.1 * np.abs(spectrum) ** 2

    @property
    def effective(self) -> bool:
        """False once seconds of loud echo went by and hardly anything of it could be taken away."""
        return self._loud_blocks < PATIENCE or self._heard >= LEAST_GAIN * self._left

    def _echo(self, weights: Complex) -> NDArray[np.float64]:
        whole: NDArray[np.float64] = np.fft.irfft((weights * self._far).sum(axis=0))
        return whole[BLOCK:]

    def _learn(self, microphone: Float32, front_error: NDArray[np.float64]) -> None:
        echo = self._echo(self._back)
        error = microphone - echo
        self._front_error = MEMORY * self._front_error + (1 - MEMORY) * float(np.mean(front_error**2))
        self._back_error = MEMORY * self._back_error + (1 - MEMORY) * float(np.mean(error**2))
        if self._back_error < BETTER * self._front_error:
            self._front = self._back.copy()
            self._front_error = self._back_error
        elif self._back_error > WORSE * self._front_error:
            self._back = self._front.copy()
            self._back_error = self._front_error
            return
        self._back += self._gradient(error, echo)

    def _gradient(self, error: NDArray[np.float64], echo: NDArray[np.float64]) -> Complex:
        """The normalised step, kept to filters that are causal within each partition."""
        spectrum = np.fft.rfft(np.concatenate([np.zeros(BLOCK), error]))
        estimated = np.abs(np.fft.rfft(np.concatenate([np.zeros(BLOCK), echo]))) ** 2
        share = np.minimum(1.0, _smooth(estimated) / (_smooth(np.abs(spectrum) ** 2) + 1e-12))
        energy = (np.abs(self._far) ** 2).sum(axis=0)
        energy = np.maximum(energy, 0.3 * len(self._far) * self._power) + 0.02
        whole = STEP * np.maximum(share, LEAST_SHARE) * np.conj(self._far) * spectrum / energy
        inside = np.fft.irfft(whole, axis=1)
        inside[:, BLOCK:] = 0.0
        gradient: Complex = np.fft.rfft(inside, axis=1)
        return gradient

    def _watch(self, microphone: Float32, error: Any, playing: bool) -> None:
        heard = float(np.mean(microphone**2)) + 1e-12
        if not playing:
            self._floor = min(heard, self._floor * FLOOR_RISE)
        elif heard > LOUD_ECHO * self._floor:
            self._loud_blocks = min(self._loud_blocks + 1, 10 * PATIENCE)
            self._heard = 0.98 * self._heard + heard
            self._left = 0.98 * self._left + float(np.mean(error**2))


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    smoothed: NDArray[np.float64] = np.convolve(values, np.ones(9) / 9, "same")
    return smoothed

"""What a caller in a test says, and how well a sentence of ours is found in what the caller heard."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.channels.phone.mouth import telephone_sound
from assistant.channels.phone.transport import RATE
from audio.voice import speak

Int16 = NDArray[np.int16]


def recording(folder: Path, text: str, rate: float = 1.0) -> str:
    """Somebody says `text`, at `rate` times the usual pace: our own voice on telephone sound, a WAV file."""
    path = folder / f"{abs(hash(text))}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(telephone_sound(speak(text, rate=rate)).tobytes())
    return str(path)


def contains(heard: Int16, sentence: str) -> float:
    """How well a sentence of ours is found in what the caller heard, 0-1: the mean over its half seconds.

    Each is looked for by itself, so a frame that a busy machine lost costs half a second, not the rest.
    """
    wanted = telephone_sound(speak(sentence)).astype(np.float64)
    pieces = np.array_split(wanted, max(1, round(wanted.size / 4000)))
    return float(np.mean([best_correlation(heard, piece) for piece in pieces if piece.any()]))


def best_correlation(heard: Int16, wanted: NDArray[np.float64]) -> float:
    """The best normalised correlation of a piece of sound at any place of another."""
    sound = np.concatenate([heard.astype(np.float64), np.zeros(wanted.size)])
    size = 1 << (sound.size + wanted.size).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(wanted, size)), size)[: heard.size]
    energy = np.cumsum(np.concatenate([[0.0], sound**2]))
    local = np.sqrt(np.maximum(energy[wanted.size : wanted.size + heard.size] - energy[: heard.size], 1.0))
    return float((product / (local * np.linalg.norm(wanted))).max())

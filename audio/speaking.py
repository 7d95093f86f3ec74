"""What is spoken, and the port behind which a voice speaks (hearing.py is its counterpart).

Every sound of ours is a WAV of 22 050 Hz, mono, int16, whichever voice made it.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

RATE_HZ = 22_050
SLOWEST, FASTEST = 0.5, 2.0
LOUDEST = 2.0
PAUSE = 0.25  # seconds between sentences
_KNEE = 0.7  # of full scale; what is louder is pressed together instead of cut off


class VoiceUnavailable(Exception):
    """`str(error)` is a Chinese sentence for the screen, `detail` is for the operator's log."""

    def __init__(self, detail: str) -> None:
        super().__init__("现在放不出声音，请看屏幕上的字。")
        self.detail = detail


@dataclass(frozen=True)
class Manner:
    """`rate` 1.0 is the usual speed (3.5 to 4 syllables a second), 0.8 slower; `volume` 1.0 is normal."""

    rate: float = 1.0
    volume: float = 1.0

    def within_reach(self) -> Manner:
        return Manner(min(FASTEST, max(SLOWEST, self.rate)), min(LOUDEST, max(0.0, self.volume)))


class Voice(Protocol):
    """espeak-ng in `audio.espeak_voice`, Kokoro in `audio.natural_voice`."""

    @property
    def name(self) -> str: ...

    def speaks(self, dialect: str) -> bool: ...

    def key(self, sentence: str, dialect: str, rate: float) -> str:
        """Equal keys sound alike; empty when there is nothing to say."""

    def render(self, sentence: str, dialect: str, rate: float) -> bytes:
        """A WAV at normal volume. Raises VoiceUnavailable."""


def as_wav(frames: bytes, rate: int = RATE_HZ) -> bytes:
    """int16 mono frames → WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(frames)
    return out.getvalue()


def frames_of(wav: bytes) -> bytes:
    """The int16 frames of a WAV of ours."""
    with wave.open(io.BytesIO(wav)) as file:
        return bytes(file.readframes(file.getnframes()))


def seconds_of(wav: bytes) -> float:
    with wave.open(io.BytesIO(wav)) as file:
        return float(file.getnframes() / file.getframerate())


def join(wavs: Iterable[bytes], pause: float = PAUSE) -> bytes:
    """Several WAVs of ours into one, with a pause between; none at all is a moment of silence."""
    silence = bytes(2 * int(pause * RATE_HZ))
    return as_wav(silence.join(frames_of(wav) for wav in wavs) or bytes(2 * int(0.05 * RATE_HZ)))


def at_volume(wav: bytes, volume: float) -> bytes:
    """Louder or softer. Above the knee loudness is pressed together, so that 1.5 is louder and not broken."""
    if volume == 1.0:
        return wav
    sound = np.frombuffer(frames_of(wav), dtype="<i2").astype(np.float32) * (volume / 32768.0)
    over = np.abs(sound) > _KNEE
    room = 1.0 - _KNEE
    sound[over] = np.sign(sound[over]) * (_KNEE + room * np.tanh((np.abs(sound[over]) - _KNEE) / room))
    return as_wav(np.round(sound * 32767.0).astype("<i2").tobytes())

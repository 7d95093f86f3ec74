"""Recordings that our own voice makes for the spoken journeys, as a room or a telephone carries them."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import soundfile

from audio import g711
from audio.resampling import resample, to_float, to_int16
from audio.voice import speak


def in_groups(text: str) -> str:
    """Numbers as people read them aloud: four digits, a breath, four digits."""
    return re.sub(r"([零幺二三四五六七八九叉X]{4})(?=.)", r"\1，", text) if len(text) >= 11 else text


def recording(text: str, path: Path, rate: float = 1.0) -> Path:
    """The text spoken by our own voice, with half a second of silence on both sides."""
    sound, rate = soundfile.read(io.BytesIO(speak(text, "mandarin", rate=rate)), dtype="float32")
    quiet = np.zeros(rate // 2, np.float32)
    soundfile.write(path, np.concatenate([quiet, sound, quiet]), rate)
    return path


def telephone(path: Path) -> Path:
    """The same recording as a telephone carries it: 8 kHz A-law and back."""
    sound, rate = soundfile.read(path, dtype="float32")
    narrow = resample(sound, rate, 8000)
    carried = to_float(g711.decode(g711.encode(to_int16(narrow))))
    target = path.with_name("telephone.wav")
    soundfile.write(target, carried, 8000)
    return target

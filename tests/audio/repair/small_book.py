"""A phrasebook of a few sentences, and sounds and hearings made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from audio.acoustic.units import UNIT_IDS, UNITS
from audio.hearing import Heard
from audio.repair.decision import Calibration
from audio.repair.meanings import Phrase
from audio.repair.phrasebook import Phrasebook, spoken_units
from audio.repair.scores import Sound

PHRASES = (
    Phrase("养老金怎么认证", "topic:pension"),
    Phrase("养老认证怎么办", "topic:pension"),
    Phrase("社保卡丢了怎么办", "topic:card"),
    Phrase("我要办养老认证", "service:pension-certification"),
    Phrase("对", "command:affirm"),
    Phrase("不对", "command:deny"),
    Phrase("转人工", "command:human"),
)
# one, score, margin, likeness, vote, voted, words, expected, same, short, named
KNOWN = Calibration(
    {
        "asis-sound": (-1.0, 2.0, 0.5, 1.0, 1.0, 0.0, 3.0, 0.0, 2.0, 0.0, 0.5),
        "best-sound": (2.0, 2.0, 1.0, 1.0, 0.5, 0.0, 0.0, 0.5, 1.0, 0.0, 0.0),
        "asis-text": (-3.0, 0.0, 0.0, 0.0, 1.0, 0.0, 4.0, 0.0, 2.0, 0.0, 0.5),
        "best-text": (-5.0, 0.0, 1.0, 6.0, 0.5, 0.0, 0.0, 0.5, 1.0, 0.0, 0.0),
        "topic-sound": (-3.0, 1.5, 3.0, 0.5, 0.0),
        "topic-text": (-3.5, 1.5, 3.0, 0.0, 0.0),
    },
    clear=0.97,
    accept=0.9,
    ask=0.5,
    binding=0.95,
)


def book() -> Phrasebook:
    return Phrasebook(PHRASES, [spoken_units(phrase.text) for phrase in PHRASES])


def sound_of(text: str, sure: float = 0.95) -> Sound:
    return Sound.of(posteriors_of(text, sure))


def posteriors_of(text: str, sure: float = 0.95) -> np.ndarray[Any, np.dtype[np.float32]]:
    frames = [number for unit in spoken_units(text) for number in (UNIT_IDS[unit], 0)]
    chances = np.full((len(frames), len(UNITS) + 1), (1 - sure) / len(UNITS))
    chances[np.arange(len(frames)), frames] = sure
    return np.log(chances).astype(np.float32)


def heard(text: str, confidence: float = 0.6, **more: Any) -> Heard:
    return Heard(text, confidence, (), (), 1.0, 0.1, "m", "silence", **more)

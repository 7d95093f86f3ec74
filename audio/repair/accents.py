"""Whose sounds these are: how much better each dialect's sound shifts explain an utterance than plain Mandarin.

The model's own confusions look like accents of everybody, so a fit counts in standard deviations above what
recordings of plain Mandarin gave (``calibration.json``, key ``accents``). Sound alone never chooses a dialect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from audio.graphs.accent import Accent, accent_of
from audio.repair.phrasebook import Units, spoken_units
from audio.repair.scores import Sound, scores
from dialects.packs import list_packs, load_pack

if TYPE_CHECKING:
    from audio.repair.compare import Said
    from audio.repair.repairer import Repairer

SHORTEST = 8  # units: four syllables
Baseline = Mapping[str, tuple[float, float]]


def fits(sound: Sound, units: Units) -> dict[str, float]:
    """Nats a unit by which each dialect explains these words better (or, below 0, worse) than Mandarin."""
    if len(units) < SHORTEST:
        return {}
    plain = float(scores(sound, [units])[0])
    return {
        name: (float(scores(sound.accented(accent, tolerant=False), [units])[0]) - plain) / len(units)
        for name, accent in _accents().items()
    }


def standardised(found: Mapping[str, float], baseline: Baseline) -> tuple[tuple[str, float], ...]:
    """The fits in standard deviations over plain speakers; dialects without a baseline are left out."""
    return tuple(
        (name, round((fit - baseline[name][0]) / max(baseline[name][1], 1e-3), 3))
        for name, fit in found.items()
        if name in baseline
    )


def baseline(said: Sequence[Said], repairer: Repairer) -> dict[str, list[float]]:
    """Mean and standard deviation of every dialect's fit over recordings of plain Mandarin."""
    from audio.repair.compare import sound_of

    found: dict[str, list[float]] = {}
    for one in said:
        sound = sound_of(one, "16k", repairer)
        for name, fit in fits(sound, spoken_units(one.text)).items() if sound else ():
            found.setdefault(name, []).append(fit)
    return {
        name: [round(float(np.mean(v)), 4), round(float(np.std(v)), 4)] for name, v in sorted(found.items())
    }


@lru_cache(maxsize=1)
def _accents() -> dict[str, Accent]:
    found = {name: accent_of(load_pack(name)) for name in list_packs() if name != "mandarin"}
    return {name: accent for name, accent in found.items() if accent.shifts}

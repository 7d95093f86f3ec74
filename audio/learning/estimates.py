"""Sounds and readings of a group of speakers, estimated from recordings with known words. Pure.

Hard expectation-maximisation: align with the current channel, count what came out for what was expected, mix the
counts with the prior (the pack's own weights) as if that had been seen `PRIOR_SOUNDS` times, and again. Few
recordings therefore change little. What the acoustic model itself confuses is in the counts too: the channel is
for this model's ears, not for a phonology.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audio.acoustic.units import FINALS, INITIALS, UNIT_IDS, UNITS
from audio.graphs.accent import LEAST_FAITHFUL
from audio.learning.alignment import LEFT_OUT, align
from dialects.overlay import Learned
from dialects.packs import Reading, SoundShift
from dialects.sounds import NOTHING

Floats = NDArray[np.float64]
ROUNDS = 4
PRIOR_SOUNDS = 12.0
"""How many observations of a sound the prior is worth."""
PRIOR_READINGS = 2.0
LEAST_SHARE = 0.06
"""A shift must reach this share after smoothing, and have been seen `LEAST_SEEN` times, to be kept."""
LEAST_SEEN = 3
READING_SEEN = 2
READING_SHARE = 0.34
EXPLAINED = 0.10
"""A reading that the sounds alone make this likely is not written down as a reading."""
SOURCE = "从录音学来"


@dataclass(frozen=True)
class Taught:
    """One recording to learn from: natural log posteriors (frames, 59), its words and how they should sound.

    `syllables`: for each character the expected units, in order; `text` has as many characters.
    """

    posteriors: NDArray[np.float32]
    text: str
    syllables: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Estimate:
    """What was learnt, with the counts behind it: (expected unit, said unit or "") → times."""

    learned: Learned
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    aligned: int = 0


def estimate(recordings: Sequence[Taught], prior: Mapping[str, tuple[tuple[str, float], ...]]) -> Estimate:
    """Sounds and readings; `prior`: unit → (said unit or "", probability), as `Accent.shifts`."""
    expected_of_old = _table(prior)
    prices = expected_of_old
    for _ in range(ROUNDS):
        counts, rows = _counted(recordings, np.log(prices))
        seen = counts.sum(axis=1, keepdims=True)
        prices = (counts + PRIOR_SOUNDS * expected_of_old) / (seen + PRIOR_SOUNDS)
    named = {
        (UNITS[u - 1], UNITS[v - 1] if v else ""): int(counts[u, v])
        for u, v in zip(*np.nonzero(counts), strict=True)
    }
    learned = Learned(_shifts(counts, prices, prior), _readings(rows, prices))
    return Estimate(learned, named, len(rows))


def _table(prior: Mapping[str, tuple[tuple[str, float], ...]]) -> Floats:
    """Probabilities (59, 59) of said (column) for expected (row); row 0 is unused."""
    table = np.full((len(UNITS) + 1, len(UNITS) + 1), 1e-4)
    for group, left_out in ((INITIALS, 0.02), (FINALS, 0.02)):
        ids = [UNIT_IDS[unit] for unit in group]
        for unit in group:
            row = table[UNIT_IDS[unit]]
            row[ids] = 0.10 / len(ids)
            row[LEFT_OUT] = left_out
            shifts = dict(prior.get(unit, ()))
            for said, share in shifts.items():
                row[UNIT_IDS[said] if said else LEFT_OUT] += share
            row[UNIT_IDS[unit]] += max(LEAST_FAITHFUL, 1.0 - sum(shifts.values()))
    result: Floats = table / table.sum(axis=1, keepdims=True)
    return result


Row = tuple[str, tuple[tuple[str, ...], ...], tuple[int, ...]]


def _counted(recordings: Sequence[Taught], prices: Floats) -> tuple[Floats, list[Row]]:
    counts = np.zeros_like(prices)
    rows: list[Row] = []
    for taught in recordings:
        expected = [UNIT_IDS[unit] for syllable in taught.syllables for unit in syllable]
        found = align(taught.posteriors, expected, prices)
        if found is None:
            continue
        for wanted, said in zip(expected, found.said, strict=True):
            counts[wanted, said] += 1
        rows.append((taught.text, taught.syllables, found.said))
    return counts, rows


def _shifts(
    counts: Floats, shares: Floats, prior: Mapping[str, tuple[tuple[str, float], ...]]
) -> tuple[SoundShift, ...]:
    found = []
    for unit in UNITS:
        row = UNIT_IDS[unit]
        if counts[row].sum() < LEAST_SEEN:
            continue
        known = {said for said, _ in prior.get(unit, ())}
        group = INITIALS if unit in INITIALS else FINALS
        for said in ("", *group):
            column = UNIT_IDS[said] if said else LEFT_OUT
            if said == unit or (said == "" and unit in FINALS):
                continue
            enough = counts[row, column] >= LEAST_SEEN or said in known
            if enough and shares[row, column] >= LEAST_SHARE:
                found.append(SoundShift(_label(unit), _label(said), round(float(shares[row, column]), 3)))
    return tuple(found)


def _label(unit: str) -> str:
    return NOTHING if not unit else unit if unit in INITIALS else f"-{unit}"


def _readings(rows: Sequence[Row], shares: Floats) -> tuple[Reading, ...]:
    """Syllables of single characters that came out differently from what the sounds explain."""
    heard: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    likely: dict[tuple[str, tuple[str, ...]], float] = {}
    for text, syllables, said in rows:
        at = 0
        for char, units in zip(text, syllables, strict=True):
            ids = said[at : at + len(units)]
            at += len(units)
            if not ids or ids[-1] == LEFT_OUT:
                continue  # nothing to call a syllable
            spoken = tuple(UNITS[v - 1] for v in ids if v)
            heard[char][spoken] += 1
            pairs = zip(units, ids, strict=True)
            likely[char, spoken] = float(np.prod([shares[UNIT_IDS[u], v] for u, v in pairs]))
    found = []
    for char, spoken_times in sorted(heard.items()):
        total = spoken_times.total() + PRIOR_READINGS
        for spoken, times in spoken_times.most_common(2):
            share = times / total
            pinyin = written(spoken)
            if (
                times >= READING_SEEN
                and share >= READING_SHARE
                and likely[char, spoken] < EXPLAINED
                and pinyin
            ):
                found.append(Reading(char, pinyin, pinyin, round(share, 3), SOURCE))
    return tuple(found)


def written(units: Sequence[str]) -> str:
    """Units of one syllable as pinyin; empty when they make none (two finals, an initial alone)."""
    if not units or units[-1] not in FINALS or any(unit in FINALS for unit in units[:-1]) or len(units) > 2:
        return ""
    final = {"ii": "i", "iii": "i"}.get(units[-1], units[-1])
    if len(units) == 2:
        return units[0] + final
    return _ALONE.get(final, final)


_ALONE = {
    "i": "yi", "ia": "ya", "ie": "ye", "iao": "yao", "iu": "you", "ian": "yan", "in": "yin", "iang": "yang",
    "ing": "ying", "iong": "yong", "u": "wu", "ua": "wa", "uo": "wo", "uai": "wai", "ui": "wei", "uan": "wan",
    "un": "wen", "uang": "wang", "v": "yu", "ve": "yue", "van": "yuan", "vn": "yun", "ong": "weng",
}  # fmt: skip

"""What a dialect changes in a decoding graph: how sounds come out, how words are read, what is said at all.

From a pack and from what was learnt from its speakers (`var/dialects`, see audio/learning). Sounds are a channel:
a speaker who should say unit u says v with probability P(v | u), prices are −log P. A weight in `sounds.tsv` is
that probability. Readings give a character or word the dialect's own syllables, in the nearest pinyin; a pack that
has them tells there what its `sounds.tsv` tells of Mandarin words, so the authors' sounds are then left out
(docs/dialects.md has the measurement), and only learnt ones count.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from audio.acoustic.units import UnknownSyllable, pinyin_units
from dialects.overlay import NOTHING_LEARNT, Learned
from dialects.packs import Pack, Reading, SoundShift
from dialects.sounds import shift_units

Units = tuple[str, ...]
LEAST_FAITHFUL = 0.05
"""However often a sound is shifted, it is also said as in Mandarin: speakers mix."""
READINGS_A_WORD = 4
MANDARIN_AFTER_ALL = 0.1
"""Probability of a word's Mandarin reading where the dialect has one of its own, at least."""
_ANSWERS = ("affirm", "deny")


@dataclass(frozen=True)
class Accent:
    """`shifts`: unit → (said unit or `""`, probability); `readings`: word → (units, probability)."""

    shifts: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)
    readings: Mapping[str, tuple[tuple[Units, float], ...]] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()

    def kept(self, unit: str) -> float:
        """Probability that a unit is said as in Mandarin."""
        return 1.0 - sum(share for _, share in self.shifts.get(unit, ()))


PLAIN = Accent()


def accent_of(pack: Pack, learned: Learned = NOTHING_LEARNT) -> Accent:
    """The accent of a pack with what was learnt laid over it."""
    spoken = [phrase.dialect for phrase in pack.phrases]
    answers = [said for intent in _ANSWERS for said in pack.commands.get(intent, ())]
    commands = [said for intent, all_ in pack.commands.items() if intent not in _ANSWERS for said in all_]
    return Accent(
        shifts=shifts_of(learned.sounds_over(() if pack.readings else pack.sounds)),
        readings=readings_of(learned.readings_over(pack.readings)),
        words=tuple(
            dict.fromkeys([*(w.dialect for w in pack.words), *pack.kinship, *pack.numbers, *pack.services])
        ),
        phrases=tuple(spoken),
        answers=tuple(answers),
        commands=tuple(commands),
    )


def shifts_of(sounds: Iterable[SoundShift]) -> dict[str, tuple[tuple[str, float], ...]]:
    """The channel: labels without a unit are left out, probabilities of one unit scaled to leave some for it."""
    found: dict[str, dict[str, float]] = {}
    for shift in sounds:
        units = shift_units(shift)
        if units and shift.weight > 0:
            said = found.setdefault(units[0], {})
            said[units[1]] = max(shift.weight, said.get(units[1], 0.0))
    return {meant: _scaled(said) for meant, said in found.items()}


def readings_of(rows: Iterable[Reading]) -> dict[str, tuple[tuple[Units, float], ...]]:
    """Readings by word; those with a syllable that is none are left out (`dialect check` names them)."""
    found: dict[str, list[tuple[Units, float]]] = {}
    for row in rows:
        try:
            units = pinyin_units(row.pinyin)
        except UnknownSyllable:
            continue
        found.setdefault(row.word, []).append((units, row.weight))
    return {word: tuple(readings) for word, readings in found.items()}


def accented(
    word: str, usual: tuple[tuple[Units, float], ...], accent: Accent
) -> tuple[tuple[Units, float], ...]:
    """Readings of a word with their costs (−log probability): the dialect's first, then Mandarin's `usual`.

    A word of its own in `readings` goes before its characters; characters without a reading are said as `usual`
    would say them only if the whole word is, since units of one character are not told apart there.
    """
    own = accent.readings.get(word) or _by_character(word, accent)
    if not own:
        return usual
    best = sorted(own, key=lambda reading: -reading[1])[:READINGS_A_WORD]
    left = max(MANDARIN_AFTER_ALL, 1.0 - max(share for _, share in best))
    found = {units: -math.log(share) for units, share in reversed(best)}
    for units, cost in usual:
        found[units] = min(cost - math.log(left), found.get(units, math.inf))
    return tuple(sorted(found.items(), key=lambda row: row[1]))


def _by_character(word: str, accent: Accent) -> list[tuple[Units, float]]:
    """Products of the characters' readings; a character without one keeps Mandarin's."""
    if len(word) < 2 or not any(char in accent.readings for char in word):
        return []
    from audio.graphs.lexicon import pronunciations

    options: list[tuple[tuple[Units, float], ...]] = []
    for char in word:
        plain = pronunciations(char)[0][0]
        options.append(accent.readings.get(char) or ((plain, 1.0),))
    found: dict[Units, float] = {}
    for row in itertools.islice(itertools.product(*(o[:3] for o in options)), 64):
        units = tuple(itertools.chain.from_iterable(units for units, _ in row))
        share = math.prod(share for _, share in row) ** (1 / len(row))
        found[units] = max(share, found.get(units, 0.0))
    return list(found.items())


def _scaled(said: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    total = sum(said.values())
    factor = min(1.0, (1.0 - LEAST_FAITHFUL) / total) if total else 1.0
    return tuple((unit, share * factor) for unit, share in sorted(said.items()))

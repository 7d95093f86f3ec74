"""The 58 sound units of the acoustic model: the initials and finals of ``dialects/syllables.py``.

Unit ids run from 1; 0 is the blank of connectionist temporal classification (CTC).
"""

from __future__ import annotations

from dialects.syllables import FINALS as FINALS
from dialects.syllables import INITIALS as INITIALS
from dialects.syllables import UnknownSyllable as UnknownSyllable
from dialects.syllables import syllable_units as syllable_units

BLANK = 0
UNITS = INITIALS + FINALS
UNIT_IDS = {unit: index for index, unit in enumerate(UNITS, start=1)}


def pinyin_units(pinyin: str) -> tuple[str, ...]:
    """Units of blank-separated syllables."""
    return tuple(unit for syllable in pinyin.split() for unit in syllable_units(syllable))


def unit_ids(pinyin: str) -> list[int]:
    """CTC labels (1..58) of blank-separated syllables."""
    return [UNIT_IDS[unit] for unit in pinyin_units(pinyin)]

"""Words by sound: toneless syllables, with the sounds merged that the dialect packs say are confused.

Which sounds are one is worked out from all packs when an index is built and kept in it (``sounds.json``), so that an
index and the questions asked of it always merge alike. Why so, and what was measured:
``docs/decisions/0006-confusable-sounds-from-all-packs.md``.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pypinyin import Style, lazy_pinyin

from dialects.packs import FOLDER, SoundShift, list_packs, read_sounds
from dialects.sounds import shift_units
from dialects.syllables import INITIALS, UnknownSyllable, syllable_units

OFTEN = 0.8
"""A correspondence of this weight in any pack makes its two sounds one."""
FILE = "sounds.json"
LOG = logging.getLogger(__name__)

_HAN = re.compile(r"[\u3400-\u9fff]+|[0-9]+|[a-zA-Z]+")
_WRITTEN = {"ii": "i", "iii": "i"}
_WITHOUT_U = {"ua": "a", "uo": "o", "uai": "ai", "ui": "ei", "uan": "an", "un": "en", "uang": "ang"}
"""What is left of a final after a lip sound, which swallows its u: hui and fei, hua and fa are confused."""


@dataclass(frozen=True)
class Sounds:
    """``merged``: the sound that stands for its class, by sound; a sound that is not there stands for itself."""

    merged: Mapping[str, str]
    _known: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, shifts: Iterable[SoundShift]) -> Sounds:
        """Joins what is confused `OFTEN`; initials (and none) only with initials, finals with finals.

        >>> Sounds.of([SoundShift("n", "l", 0.9)]).merge("neng")
        'leng'
        """
        merged: dict[str, str] = {}
        for shift in shifts:
            units = shift_units(shift) if shift.weight >= OFTEN else None
            if units and len({unit in ("", *INITIALS) for unit in units}) == 1:
                joined = {merged.setdefault(unit, unit) for unit in units}
                merged = {unit: min(joined) if at in joined else at for unit, at in merged.items()}
        return cls(dict(sorted(merged.items())))

    @classmethod
    def of_packs(cls, folder: Path = FOLDER) -> Sounds:
        """From all packs there, read anew; a table that cannot be read is left out with a warning."""
        shifts: list[SoundShift] = []
        for name in list_packs(folder):
            try:
                shifts += read_sounds(folder / name / "sounds.tsv")
            except ValueError as error:  # a PackError, or not UTF-8
                LOG.warning("sounds of %s are left out: %s", name, error)
        return cls.of(shifts)

    def merge(self, syllable: str) -> str:
        """One toneless syllable as its class is written; what is no syllable stays as it is."""
        found = self._known.get(syllable)
        if found is None:
            found = self._known[syllable] = self._merge(syllable)
        return found

    def syllables(self, text: str) -> list[str]:
        """Merged syllables of the Han in ``text``; digits one by one, Latin runs as they are."""
        found: list[str] = []
        for run in _HAN.findall(text):
            if run[0].isdigit():
                found += list(run)
            elif run.isascii():
                found.append(run.lower())
            else:
                found += map(self.merge, lazy_pinyin(run, style=Style.NORMAL, errors="ignore"))
        return found

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(self.merged), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Sounds:
        """What ``save`` wrote. Raises FileNotFoundError."""
        return cls(json.loads((folder / FILE).read_text(encoding="utf-8")))

    def _merge(self, syllable: str) -> str:
        try:
            *initial, final = syllable_units(syllable)
        except UnknownSyllable:
            return syllable
        first = self._stands("".join(initial))
        if first == self._stands("f"):
            final = _WITHOUT_U.get(final, final)
        return first + self._stands(_WRITTEN.get(final, final))

    def _stands(self, sound: str) -> str:
        return self.merged.get(sound, sound)

"""The 58 sound units of the acoustic model and the way from toned pinyin to them.

A syllable is an optional initial (21) and a final (37, without tone). The finals of zi/ci/si and of
zhi/chi/shi/ri, both written ``i``, are units of their own; weng shares the final of dong, yo that of o.
Unit ids run from 1; 0 is the blank of connectionist temporal classification (CTC).
"""

from __future__ import annotations

import re

from dialects.sounds import FINALS as FINALS
from dialects.sounds import INITIALS as INITIALS

BLANK = 0
UNITS = INITIALS + FINALS
UNIT_IDS = {unit: index for index, unit in enumerate(UNITS, start=1)}

_WHOLE = {"yi": "i", "ya": "ia", "ye": "ie", "yao": "iao", "you": "iu", "yan": "ian", "yin": "in",
          "yang": "iang", "ying": "ing", "yong": "iong", "yu": "v", "yue": "ve", "yuan": "van",
          "yun": "vn", "yo": "o", "yai": "ia", "wu": "u", "wa": "ua", "wo": "uo", "wai": "uai",
          "wei": "ui", "wan": "uan", "wen": "un", "wang": "uang", "weng": "ong", "m": "en", "n": "en",
          "ng": "en", "hm": "en", "hng": "en", "ê": "ie", "eh": "ie", "r": "er"}  # fmt: skip
_WRITTEN = {"io": "o", "ue": "ve", "iou": "iu", "uei": "ui", "uen": "un", "ueng": "ong"}


class UnknownSyllable(ValueError):
    """The text is not a Mandarin syllable."""


def syllable_units(syllable: str) -> tuple[str, ...]:
    """Units of one pinyin syllable, with or without tone digit (``lü4``, ``lv4`` and ``lu:4`` alike)."""
    plain = re.sub(r"[0-9]", "", syllable.strip().lower()).replace("u:", "v").replace("ü", "v")
    if plain in _WHOLE:
        return (_WHOLE[plain],)
    if plain in FINALS[:13]:
        return (plain,)
    for length in (2, 1):
        initial, final = plain[:length], plain[length:]
        if initial in INITIALS and final:
            return (initial, _final_after(initial, final, syllable))
    raise UnknownSyllable(f"not a Mandarin syllable: {syllable!r}")


def pinyin_units(pinyin: str) -> tuple[str, ...]:
    """Units of blank-separated syllables."""
    return tuple(unit for syllable in pinyin.split() for unit in syllable_units(syllable))


def unit_ids(pinyin: str) -> list[int]:
    """CTC labels (1..58) of blank-separated syllables."""
    return [UNIT_IDS[unit] for unit in pinyin_units(pinyin)]


def _final_after(initial: str, final: str, syllable: str) -> str:
    if final == "i" and initial in ("z", "c", "s"):
        return "ii"
    if final == "i" and initial in ("zh", "ch", "sh", "r"):
        return "iii"
    if initial in ("j", "q", "x") and final.startswith("u") and final != "ui":
        final = {"u": "v", "ue": "ve", "uan": "van", "un": "vn"}.get(final, final)
    final = _WRITTEN.get(final, final)
    if final not in UNIT_IDS or final in INITIALS:
        raise UnknownSyllable(f"not a Mandarin syllable: {syllable!r}")
    return final

"""Mandarin syllables as their sounds: an optional initial (21) and a final (37, without tone).

The finals of zi/ci/si and of zhi/chi/shi/ri, both written ``i``, are sounds of their own, ``ii`` and ``iii``; ``ü`` is
``v``; weng shares the final of dong, yo that of o.
"""

from __future__ import annotations

import re

INITIALS = ("b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x",
            "zh", "ch", "sh", "r", "z", "c", "s")  # fmt: skip
FINALS = ("a", "o", "e", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "ong", "er",
          "i", "ia", "ie", "iao", "iu", "ian", "in", "iang", "ing", "iong",
          "u", "ua", "uo", "uai", "ui", "uan", "un", "uang", "v", "ve", "van", "vn",
          "ii", "iii")  # fmt: skip

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


def _final_after(initial: str, final: str, syllable: str) -> str:
    if final == "i" and initial in ("z", "c", "s"):
        return "ii"
    if final == "i" and initial in ("zh", "ch", "sh", "r"):
        return "iii"
    if initial in ("j", "q", "x") and final.startswith("u") and final != "ui":
        final = {"u": "v", "ue": "ve", "uan": "van", "un": "vn"}.get(final, final)
    final = _WRITTEN.get(final, final)
    if final not in FINALS:
        raise UnknownSyllable(f"not a Mandarin syllable: {syllable!r}")
    return final

"""Words by sound: toneless syllables, with the sounds merged that dialects and recognisers confuse."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("hu", "f"), ("h", "f"), ("r", "l"))
_FINALS = (
    ("iang", "ian"),
    ("uang", "uan"),
    ("ang", "an"),
    ("eng", "en"),
    ("ing", "in"),
    ("ong", "en"),
    ("ueng", "uen"),
)
_HAN = re.compile(r"[\u3400-\u9fff]+|[0-9]+|[a-zA-Z]+")


def syllables(text: str) -> list[str]:
    """Merged syllables of the Han in ``text``; digits one by one, Latin runs as they are."""
    found: list[str] = []
    for run in _HAN.findall(text):
        if run[0].isdigit():
            found += list(run)
        elif run.isascii():
            found.append(run.lower())
        else:
            found += [merge(s) for s in lazy_pinyin(run, style=Style.NORMAL, errors="ignore")]
    return found


@lru_cache(maxsize=4096)
def merge(syllable: str) -> str:
    """One toneless syllable with zh/z, ch/c, sh/s, n/l/r, h/f and front/back nasals merged.

    >>> merge("nang"), merge("hui"), merge("zhong"), merge("ran")
    ('lan', 'fei', 'zen', 'lan')
    """
    for sound, plain in _INITIALS:
        if syllable.startswith(sound) and len(syllable) > len(sound):
            syllable = plain + syllable[len(sound) :]
            break
    for sound, plain in _FINALS:
        if syllable.endswith(sound):
            syllable = syllable[: -len(sound)] + plain
            break
    return {"fi": "fei", "fo": "fo", "fn": "fen"}.get(syllable, syllable)

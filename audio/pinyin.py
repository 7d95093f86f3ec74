"""Characters → pinyin with tone digits, for our voices.

pypinyin knows most words; `polyphones.tsv` (phrase, TAB, pinyin) holds what it gets wrong or does not know.
A new word is a line in that file.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import jieba
from pypinyin import Style, lazy_pinyin, load_phrases_dict
from pypinyin.contrib.tone_convert import to_tone

POLYPHONES = Path(__file__).with_name("polyphones.tsv")
_PAUSES = str.maketrans({"，": ",", "、": ",", "：": ",", "；": ",", "。": ".", "！": "!", "？": "?"})
_NUMBER = "零〇一二三四五六七八九十百千万亿幺两点"
_ONE_STAYS_BEFORE = "月号日楼级等班路线期审到至"


def tone_numbered(characters: str) -> str:
    """您好，还款。 → nin2 hao3 , huan2 kuan3 .  Neutral tone is 5, ü is v; unknown signs are left out."""
    return " ".join(syllable for _, syllables in _pieces(characters) for syllable in syllables)


def words(characters: str) -> list[list[str]]:
    """The same, word by word as jieba cuts them: 您好，还款 → [[nin2, hao3], [,], [huan2, kuan3]]."""
    found: list[list[str]] = []
    for piece, syllables in _pieces(characters):
        lengths = [len(word) for word in jieba.lcut(piece)] if len(piece) == len(syllables) else [1] * len(syllables)
        rest = iter(syllables)
        found += [list(islice(rest, length)) for length in lengths]
    return found


def _pieces(characters: str) -> Iterator[tuple[str, list[str]]]:
    """Runs of characters with their syllables; a punctuation mark with its pause."""
    _load_polyphones()
    for piece in re.findall(r"[，、：；。！？]|[^，、：；。！？]+", characters):
        mark = piece.translate(_PAUSES)
        if mark in {",", ".", "!", "?"}:
            yield piece, [mark]
            continue
        syllables = lazy_pinyin(piece, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
        if len(syllables) == len(piece):
            syllables = _sandhi(piece, syllables)
        yield piece, [syllable.replace("ü", "v") for syllable in syllables]


def _sandhi(characters: str, syllables: list[str]) -> list[str]:
    """The written-out tone changes of 不 and 一; the voice itself does third tones."""
    changed = list(syllables)
    for at, character in enumerate(characters[:-1]):
        following, tone = characters[at + 1], syllables[at + 1][-1]
        if character == "不" and tone == "4":
            changed[at] = "bu2"
        elif character == "一" and syllables[at].startswith("yi"):
            before = characters[at - 1] if at else ""
            counted = before and before in _NUMBER + "第初统"
            if counted or following in _ONE_STAYS_BEFORE + "零〇一二三四五六七八九点":
                changed[at] = "yi1"
            else:
                changed[at] = "yi2" if tone == "4" else "yi4" if tone in "123" else changed[at]
    return changed


@functools.cache
def _load_polyphones() -> None:
    phrases: dict[str, list[list[str]]] = {}
    for line in POLYPHONES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            phrase, _, pinyin = line.partition("\t")
            syllables = pinyin.split()
            if len(syllables) != len(phrase):
                raise ValueError(f"{POLYPHONES.name}: {line!r} needs one syllable for each character")
            phrases[phrase] = [[to_tone(syllable.replace("5", ""))] for syllable in syllables]
    load_phrases_dict(phrases)

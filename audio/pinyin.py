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
_ONE_STAYS_BEFORE = "月号日楼级等班路线期审到至弄"
_CLOCK = "午晨早晚夜上到在至于"  # before 一点 they make it an hour
_LETTERS_END = "诶必西迪伊"  # C1 驾照 is 西一驾照
_DE2_AFTER, _DE2_BEFORE = "获取所不难心值觉记使显懂晓认要只博", "到了分知以体失出益当救势逞悉主名奖"
_DEI3_AFTER = "我你您他她它们俺咱还就总都也须"


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
    """The written-out tone changes of 不 and 一, and 得 by its neighbours; third tones are the voice's."""
    changed = [_de(characters, at) if s == "de2" else s for at, s in enumerate(syllables)]
    for at, character in enumerate(characters[:-1]):
        following, tone = characters[at + 1], syllables[at + 1][-1]
        if character == "不" and tone == "4":
            changed[at] = "bu2"
        elif character == "一" and syllables[at].startswith("yi"):
            before, beyond = characters[at - 1] if at else "", characters[at + 2 : at + 3]
            lettered = before and before in _LETTERS_END and following in "驾照证类"
            counted = lettered or (before and before in _NUMBER + "第初统")
            if following == "点" and not counted:
                hour = not before or before in _CLOCK or (beyond and beyond in _NUMBER)
                changed[at] = "yi1" if hour and beyond != "儿" else "yi4"
            elif counted or following in _ONE_STAYS_BEFORE + "零〇一二三四五六七八九点":
                changed[at] = "yi1"
            else:
                changed[at] = "yi2" if tone == "4" else "yi4" if tone in "123" else changed[at]
    return changed


def _de(characters: str, at: int) -> str:
    """得 that no phrase has read: 办得快 de5, 我得去 dei3, 得到 de2."""
    before, following = characters[at - 1 : at], characters[at + 1 : at + 2]
    if characters[at] != "得" or not following or following in _DE2_BEFORE or (before and before in _DE2_AFTER):
        return "de2"
    return "dei3" if not before or before in _DEI3_AFTER else "de5"


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

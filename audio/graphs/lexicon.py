"""Words, their numbers and how they sound, as sequences of the acoustic model's units."""

from __future__ import annotations

import logging
from functools import cache, lru_cache
from pathlib import Path

import jieba
from pypinyin import Style, lazy_pinyin, pinyin

from audio.acoustic.units import UnknownSyllable, syllable_units
from audio.graphs.accent import PLAIN, Accent, accented

Units = tuple[str, ...]
FILLER = "[unk]"
BACKOFF = "#0"
_SECOND_READING = 1.5  # cost of the less usual reading of a single character
# Latin letters as clerks and drivers name them, in the nearest pinyin.
_LETTERS = {"A": "ei", "B": "bi", "C": "xi", "D": "di", "E": "yi", "F": "ai fu", "G": "ji", "H": "ai chi", "J": "zhei",
            "K": "kei", "L": "ai lou", "M": "ai mu", "N": "en", "P": "pi", "Q": "kiu", "R": "a er", "S": "ai si",
            "T": "ti", "U": "you", "V": "wei", "W": "da bu liu", "X": "ai ke si", "Y": "wai", "Z": "zei"}  # fmt: skip
_SPECIAL = {"X": ("ai ke si", "cha"), "幺": ("yao",), "〇": ("ling",), "洞": ("dong",), "Q": ("kou",),
            "说": ("shuo",), "嗯": ("en",), "喂": ("wei",), "哎": ("ai",), "诶": ("ei",)}  # fmt: skip

jieba.setLogLevel(logging.WARNING)


class Lexicon:
    """Gives each word a number from 1 on in the order of asking; 0 is epsilon."""

    def __init__(self, accent: Accent = PLAIN) -> None:
        self._numbers: dict[str, int] = {"<eps>": 0, BACKOFF: 1, FILLER: 2}
        self.accent = accent
        self._cutter = _cutter(accent.words) if accent.words else None

    def pronunciations(self, word: str) -> tuple[tuple[Units, float], ...]:
        """Readings with the accent's own, see the function of this name."""
        return accented(word, pronunciations(word), self.accent)

    def segment(self, text: str) -> list[str]:
        """A sentence as words, the accent's own words whole; parts that cannot be spoken are left out."""
        cut = self._cutter.lcut(text, HMM=False) if self._cutter else jieba.lcut(text, HMM=False)
        return [word for word in cut if speakable(word)]

    def number(self, word: str) -> int:
        """Number of a word; raises UnknownSyllable when it cannot be spoken."""
        if word not in self._numbers:
            pronunciations(word)
            self._numbers[word] = len(self._numbers)
        return self._numbers[word]

    def words(self) -> list[tuple[str, int]]:
        """Speakable words with their numbers."""
        return [(word, number) for word, number in self._numbers.items() if number > 2]

    def table(self) -> str:
        """Contents of Vosk's ``words.txt``."""
        return "".join(f"{word} {number}\n" for word, number in self._numbers.items())


def _cutter(words: tuple[str, ...]) -> jieba.Tokenizer:
    cutter = jieba.Tokenizer()
    for word in words:
        if len(word) > 1:
            cutter.add_word(word)
    return cutter


@cache
def pronunciations(word: str) -> tuple[tuple[Units, float], ...]:
    """Readings of a word with their costs, the usual one first (cost 0)."""
    if word in _SPECIAL or word in _LETTERS:
        readings = _SPECIAL.get(word) or (_LETTERS[word],)
        return tuple((_units(reading.split()), 0.0) for reading in readings)
    usual = _units(lazy_pinyin(word, style=Style.NORMAL))
    found = {usual: 0.0}
    if len(word) == 1:
        for reading in pinyin(word, style=Style.NORMAL, heteronym=True)[0][:3]:
            found.setdefault(_units([reading]), _SECOND_READING)
    return tuple(found.items())


def speakable(word: str) -> bool:
    """Whether every part of a word has a reading."""
    try:
        return bool(pronunciations(word))
    except UnknownSyllable:
        return False


def segment(text: str) -> list[str]:
    """A sentence as words of jieba's dictionary; parts that cannot be spoken are left out."""
    return [word for word in jieba.lcut(text, HMM=False) if speakable(word)]


@lru_cache(maxsize=1)
def frequencies() -> dict[str, tuple[int, str]]:
    """jieba's word list: word to (frequency, part of speech); characters only, at most five."""
    assert jieba.__file__
    rows: dict[str, tuple[int, str]] = {}
    for line in (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines():
        word, count, tag = line.split(" ")
        if len(word) <= 5 and all("\u4e00" <= char <= "\u9fff" for char in word):
            rows[word] = (int(count), tag)
    return rows


def frequent_words(count: int, tag: str = "") -> list[tuple[str, int]]:
    """The most frequent speakable words (of a part of speech) with their frequencies."""
    rows = ((word, number) for word, (number, kind) in frequencies().items() if kind.startswith(tag))
    ordered = sorted(rows, key=lambda row: (-row[1], row[0]))[: count + count // 20]
    return [row for row in ordered if speakable(row[0])][:count]


def _units(syllables: list[str]) -> Units:
    return tuple(unit for syllable in syllables for unit in syllable_units(syllable))

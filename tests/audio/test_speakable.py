"""Spoken forms, by table; pinyin, by table; and what espeak-ng makes of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.pinyin import POLYPHONES, tone_numbered
from audio.speakable import phonetic, speakable
from audio.spoken_numbers import cardinal

HERE = Path(__file__).parent


def table(name: str) -> list[list[str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


SPOKEN, PHONETIC = table("speakable.tsv"), table("phonetic.tsv")


def test_the_table_is_long_enough() -> None:
    assert len(SPOKEN) >= 300 and all(len(row) == 2 for row in SPOKEN)
    assert len({written for written, _ in SPOKEN}) == len(SPOKEN)


@pytest.mark.parametrize(("written", "spoken"), SPOKEN, ids=[row[0] for row in SPOKEN])
def test_spoken_form(written: str, spoken: str) -> None:
    assert speakable(written) == spoken


@pytest.mark.parametrize(("written", "pinyin"), PHONETIC, ids=[row[0] for row in PHONETIC])
def test_pinyin(written: str, pinyin: str) -> None:
    assert phonetic(written) == pinyin


def test_every_polyphone_of_the_file_is_obeyed() -> None:
    lines = [line for line in POLYPHONES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for line in lines:
        phrase, pinyin = line.split("\t")
        assert tone_numbered(phrase) == pinyin, phrase


def test_cantonese_keeps_characters_and_says_one() -> None:
    assert phonetic("打110，社保卡要16蚊", "cantonese") == "打一一零，社保卡要十六蚊"
    assert speakable("13812345678", "cantonese").startswith("一三八")


@given(st.text(max_size=80))
def test_only_characters_and_pauses_are_left(text: str) -> None:
    spoken = speakable(text)
    assert not re.search(r"[0-9A-Za-z<>/@%#*\[\](){}]", spoken)
    assert speakable(spoken) == spoken
    assert re.fullmatch(r"(?:[a-zê]+\d?|[,.!?]| )*", phonetic(text)), phonetic(text)


@given(st.integers(0, 10**15))
def test_amounts_can_be_read_back(number: int) -> None:
    assert _value(cardinal(number)) == number


def _value(spoken: str) -> int:
    """An independent reader of Chinese numerals."""
    digits = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
    for unit, size in (("万亿", 10**12), ("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10)):
        if unit in spoken:
            high, _, low = spoken.partition(unit)
            return (_value(high) if high else 1) * size + _value(low)
    return digits[spoken[-1]] if spoken else 0


ESPEAK = [
    # written, phonemes that espeak-ng must contain in this order (vowels and tones of its own notation)
    ("银行", ["i35n_", "X'a35N"]),
    ("重庆", ["ts.h", "tS;h"]),
    ("还款", ["X'ua35n", "khw'a214n"]),
    ("你好", ["n'i", "X'Au214"]),
    ("绿色", ["l'y51"]),
    ("女儿", ["n'y21", "35"]),
]


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
class TestEspeak:
    """Assertions on `espeak-ng -x`: mnemonics with tones (stack.md §3)."""

    @staticmethod
    def phonemes(pinyin: str) -> str:
        command = ["espeak-ng", "-q", "-x", "-v", "cmn-latn-pinyin", pinyin]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    @pytest.mark.parametrize(("written", "parts"), ESPEAK, ids=[row[0] for row in ESPEAK])
    def test_phonemes(self, written: str, parts: list[str]) -> None:
        heard = self.phonemes(phonetic(written))
        at = 0
        for part in parts:
            at = heard.find(part, at)
            assert at >= 0, (heard, part)

    @pytest.mark.parametrize("written", ["国发〔2014〕8号", "¥1,234.50", "13812345678", "ETC", "2026-11-25"])
    def test_nothing_is_read_in_english(self, written: str) -> None:
        """Every syllable carries a tone; English words and digits would not."""
        pinyin = phonetic(written)
        syllables = [token for token in pinyin.split() if token[-1].isdigit()]
        heard = self.phonemes(" ".join(syllables))
        assert len(re.findall(r"55|35|214|21|51|11|22|33|44", heard)) >= len(syllables), heard

    def test_tones_are_told_apart(self) -> None:
        assert len({self.phonemes(f"ma{tone}") for tone in (1, 2, 3, 4)}) == 4

    def test_syllables_keep_their_number(self) -> None:
        heard = self.phonemes(phonetic("满六十岁，交满十五年，次月就能领"))
        assert len(re.findall(r"_\|", heard)) >= 14

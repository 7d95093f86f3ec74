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
from dialects.packs import list_packs

HERE = Path(__file__).parent


def table(name: str) -> list[list[str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


SPOKEN, PHONETIC, CANTONESE = table("speakable.tsv"), table("phonetic.tsv"), table("phonetic_cantonese.tsv")


def test_the_table_is_long_enough() -> None:
    assert len(SPOKEN) >= 300 and all(len(row) == 2 for row in SPOKEN)
    assert len({written for written, _ in SPOKEN}) == len(SPOKEN)


def test_the_phoneme_table_is_long_enough() -> None:
    assert len(PHONETIC) >= 300 and all(len(row) == 2 for row in PHONETIC)
    assert len({written for written, _ in PHONETIC}) == len(PHONETIC)


@pytest.mark.parametrize(("written", "spoken"), SPOKEN, ids=[row[0] for row in SPOKEN])
def test_spoken_form(written: str, spoken: str) -> None:
    assert speakable(written) == spoken


def test_pinyin() -> None:
    """Initials, finals and tones of the whole table; one test, for a thousand lines are a lot of dots."""
    wrong = {written: (phonetic(written), pinyin) for written, pinyin in PHONETIC if phonetic(written) != pinyin}
    assert not wrong


@pytest.mark.parametrize("dialect", [name for name in list_packs() if name != "cantonese"])
def test_dialects_with_the_mandarin_voice_are_read_alike(dialect: str) -> None:
    assert all(phonetic(written, dialect) == pinyin for written, pinyin in PHONETIC[::20])


def test_every_polyphone_of_the_file_is_obeyed() -> None:
    lines = [line for line in POLYPHONES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for line in lines:
        phrase, pinyin = line.split("\t")
        assert tone_numbered(phrase) == pinyin, phrase


def test_cantonese_keeps_characters_and_says_one() -> None:
    assert phonetic("打110，社保卡要16蚊", "cantonese") == "打一一零，社保卡要十六蚊"
    assert speakable("13812345678", "cantonese").startswith("一三八")


def test_cantonese_characters() -> None:
    assert {row[0]: phonetic(row[0], "cantonese") for row in CANTONESE} == {row[0]: row[1] for row in CANTONESE}


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


INITIALS = {
    "zh": "ts.", "ch": "ts.h", "sh": "s.", "b": "p", "p": "ph", "m": "m", "f": "f", "d": "t", "t": "th", "n": "n",
    "l": "l", "g": "k", "k": "kh", "h": "X", "j": "tS;", "q": "tS;h", "x": "S;", "z": "ts", "c": "tsh", "s": "s",
    "r": "z.",
}  # fmt: skip
TONES = {"1": {"55"}, "2": {"35"}, "3": {"214", "21", "35", "11"}, "4": {"51", "53"}, "5": {"11", "22", "33", "44"}}
"""espeak-ng's own notation; a third tone is cut short before another tone and raised before a third."""


def is_said(syllable: str, piece: str) -> bool:
    """Whether one of espeak-ng's syllables has the initial and the tone of the pinyin."""
    initial = next((i for i in INITIALS if syllable.startswith(i)), "")
    plain = piece.replace("'", "").replace(",", "")
    tone = re.search(r"\d+", plain)
    begins = plain.startswith(INITIALS[initial]) if initial else True
    return begins and tone is not None and tone.group() in TONES[syllable[-1]]


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
class TestEspeak:
    """Assertions on `espeak-ng -x`: mnemonics with tones (stack.md §3)."""

    @staticmethod
    def phonemes(text: str, voice: str = "cmn-latn-pinyin") -> str:
        command = ["espeak-ng", "-q", "-x", "-v", voice]
        done = subprocess.run(command, input=text + "\n", capture_output=True, text=True, check=True)
        return done.stdout.strip()

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

    def test_the_voice_says_every_initial_and_tone_of_the_table(self) -> None:
        """Syllable by syllable: what espeak-ng makes of each line, the tones it changes itself included."""
        lines = [[token for token in pinyin.split() if token[-1].isdigit()] for _, pinyin in PHONETIC]
        heard = self.phonemes("\n".join(" ".join(line) for line in lines)).splitlines()
        assert len(heard) == len(lines)
        wrong = []
        for line, spoken in zip(lines, heard, strict=True):
            said = [piece.strip() for piece in spoken.split("_|") if piece.strip()]
            if len(said) != len(line) or not all(map(is_said, line, said)):
                wrong.append((" ".join(line), spoken))
        assert not wrong

    def test_cantonese_is_said_by_the_cantonese_voice(self) -> None:
        heard = {row[0]: re.sub(r"[^a-zN0-9]", "", self.phonemes(row[1], "yue")) for row in CANTONESE}
        assert heard == {row[0]: row[2] for row in CANTONESE}

    def test_tones_are_told_apart(self) -> None:
        assert len({self.phonemes(f"ma{tone}") for tone in (1, 2, 3, 4)}) == 4

    def test_syllables_keep_their_number(self) -> None:
        heard = self.phonemes(phonetic("满六十岁，交满十五年，次月就能领"))
        assert len(re.findall(r"_\|", heard)) >= 14

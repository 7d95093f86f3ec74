"""Pinyin → Kokoro's phonemes and tokens."""

from __future__ import annotations

import importlib.util

import pytest
from pypinyin import Style, lazy_pinyin

from audio.kokoro_phonemes import phonemes, third_tones, tokens
from audio.pinyin import tone_numbered, words


@pytest.mark.parametrize(
    ("syllable", "spoken"),
    [
        ("nin2", "ni↗n"), ("hao3", "xau↓"), ("zhi1", "ꭧɨ→"), ("shi4", "ʂɨ↘"), ("ri4", "ɻɨ↘"), ("zi5", "ʦɨ"),
        ("er4", "ɚ↘"), ("jiu3", "ʨjou↓"), ("gui4", "kwei↘"), ("lun2", "lwə↗n"), ("lv4", "ly↘"), ("nve4", "nɥe↘"),
        ("juan1", "ʨɥɛ→n"), ("qu4", "ʨʰy↘"), ("xun2", "ɕy↗n"), ("yuan2", "ɥɛ↗n"), ("yong4", "jʊ↘ŋ"), ("wo3", "wo↓"),
        ("bo2", "pwo↗"), ("chuang1", "ꭧʰwa→ŋ"), ("yi1", "i→"), ("wu3", "u↓"), ("a5", "a"), ("o1", "ɔ→"),
        ("xiong1", "ɕjʊ→ŋ"), ("liang3", "lja↓ŋ"),
    ],
)  # fmt: skip
def test_phonemes(syllable: str, spoken: str) -> None:
    assert phonemes(syllable) == spoken


@pytest.mark.parametrize("syllable", ["hao", "xyz1", "kao9", "bia3x", ""])
def test_what_is_no_syllable_is_refused(syllable: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        phonemes(syllable)


def test_every_syllable_of_the_common_characters_has_tokens() -> None:
    for code in range(0x4E00, 0x9FA6):
        for syllable in lazy_pinyin(chr(code), style=Style.TONE3, neutral_tone_with_five=True, errors="ignore"):
            assert len(tokens([[syllable.replace("ü", "v")]])) > 2, chr(code)


@pytest.mark.parametrize(
    ("word", "following", "spoken"),
    [
        (["ni3", "hao3"], "", ["ni2", "hao3"]),
        (["wo3"], "xiang3", ["wo2"]),
        (["shou3", "ji3"], "hao3", ["shou2", "ji3"]),  # a longer word keeps its last tone
        (["ke3", "yi3"], "ban4", ["ke2", "yi3"]),
        (["wo3"], ",", ["wo3"]),
        (["lao3", "bao3", "guan3"], "", ["lao2", "bao2", "guan3"]),
        (["hao3", "ma5"], "", ["hao3", "ma5"]),
    ],
)
def test_third_tones(word: list[str], following: str, spoken: list[str]) -> None:
    assert third_tones(word, following) == spoken


def test_words_hold_the_same_syllables_as_the_text() -> None:
    text = "您好，还款要带身份证，绿色通道在银行。"
    assert [syllable for word in words(text) for syllable in word] == tone_numbered(text).split()
    assert words("您好，还款") == [["nin2", "hao3"], [","], ["huan2", "kuan3"]]


def test_pauses_stand_behind_the_word_without_a_blank() -> None:
    assert tokens([["ni3"], [","], ["hao3"]]) == [0, 56, 51, 169, 3, 16, 66, 43, 63, 169, 0]
    assert tokens([]) == [0, 0]


@pytest.mark.extra
@pytest.mark.skipif(importlib.util.find_spec("misaki") is None, reason="needs misaki")
def test_the_table_is_misakis() -> None:
    from misaki.zh import ZHG2P

    for code in range(0x4E00, 0x9FA6):
        for syllable in lazy_pinyin(chr(code), style=Style.TONE3, neutral_tone_with_five=True, errors="ignore"):
            if not syllable.startswith("yo") or len(syllable) > 3:  # 哟: misaki says wo
                theirs = ZHG2P.py2ipa(syllable).replace("\u032f", "").replace("0", "")
                assert phonemes(syllable.replace("ü", "v")) == theirs, syllable

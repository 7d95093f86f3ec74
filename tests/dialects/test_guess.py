"""Guessing the dialect from words."""

from __future__ import annotations

import pytest

from dialects.guess import guess
from dialects.packs import list_packs, load_pack


@pytest.mark.parametrize(
    ("texts", "dialect"),
    [
        (["佢哋话我唔够年", "喺边度攞"], "cantonese"),
        (["𠊎爱办证", "样般做正做得"], "hakka"),
        (["阮厝内无钱", "欲按怎办"], "minnan"),
        (["阿拉小囡读书", "哪能办"], "wu"),
        (["我屋里冇得钱哒", "何什搞"], "xiang"),
        (["俺那店搁哪旮瘩办照", "整不明白"], "northeast"),
        (["恁这儿中不中", "俺孩儿弄啥嘞"], "henan"),
        (["啷个办嘛", "我莫得钱", "要得"], "sichuan"),
    ],
)
def test_table(texts: list[str], dialect: str) -> None:
    ranked = guess(texts)
    assert ranked[0][0] == dialect
    assert sum(score for _, score in ranked) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize(
    "texts", [[], [""], ["身份证丢了怎么办"], ["社保系统的联系电话是多少", "劳动仲裁要多久"]]
)
def test_plain_mandarin_gives_nothing(texts: list[str]) -> None:
    assert guess(texts) == []


@pytest.mark.parametrize("name", [name for name in list_packs() if name != "mandarin"])
def test_three_sentences_of_a_pack_are_known(name: str) -> None:
    said = [phrase.dialect for phrase in load_pack(name).phrases]
    groups = [said[at : at + 3] for at in range(0, len(said) - 2, 3)]
    right = sum(guess(group)[0][0] == name for group in groups)
    assert right / len(groups) > 0.8

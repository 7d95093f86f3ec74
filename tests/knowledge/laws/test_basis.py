"""What counts as asking for a basis, and whose jurisdiction a text has."""

from __future__ import annotations

import pytest

from knowledge.laws.basis import basis_question, jurisdiction_of


@pytest.mark.parametrize(
    "words",
    [
        "依据是哪条",
        "哪个文件说的",
        "这个是哪条法律规定的？",
        "那是谁规定的",
        "有文件吗",
        "凭什么依据",
        "出处是哪里",
    ],
)
def test_nothing_but_the_basis(words: str) -> None:
    asked = basis_question(words)
    assert asked is not None and asked.ref is None and asked.leaning


@pytest.mark.parametrize(
    "words", ["几岁算老年人 依据是哪条", "离婚要等三十天，哪个文件规定的", "产假是哪条法律写的"]
)
def test_the_basis_of_something(words: str) -> None:
    asked = basis_question(words)
    assert asked is not None and not asked.leaning


@pytest.mark.parametrize(
    "words",
    [
        "身份证丢了怎么补",
        "养老金要什么文件",
        "有什么政策",
        "那要带哪些文件",
        "法院在哪里",
        "收入来源要写吗",
        "谁来办",
    ],
)
def test_an_ordinary_question(words: str) -> None:
    assert basis_question(words) is None


def test_a_named_article() -> None:
    asked = basis_question("社会保险法第十六条说的啥")
    assert asked is not None and asked.ref is not None and asked.ref.article == "第十六条"


@pytest.mark.parametrize(
    ("issuer", "place"),
    [
        ("国务院", "全国"),
        ("全国人民代表大会常务委员会", "全国"),
        ("国家市场监督管理总局", "全国"),
        ("广东省人民代表大会常务委员会", "广东省"),
        ("成都市人民政府", "成都市"),
        ("", "全国"),
    ],
)
def test_where_a_text_holds(issuer: str, place: str) -> None:
    assert jurisdiction_of(issuer) == place

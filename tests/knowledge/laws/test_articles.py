"""Which article somebody names, in whatever way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.laws.articles import article_head, article_of
from knowledge.laws.names import DocumentNames
from knowledge.laws.numbers import to_chinese, to_int
from knowledge.laws.wording import asks_for_basis


@given(st.integers(1, 9999))
def test_numbers_both_ways(number: int) -> None:
    assert to_int(to_chinese(number)) == number == to_int(str(number))


@pytest.mark.parametrize(
    ("text", "document", "article"),
    [
        ("社会保险法第十六条", "社会保险法", "第十六条"),
        ("民法典第一千零七十七条", "民法典", "第一千零七十七条"),
        ("婚姻登记条例第9条", "婚姻登记条例", "第九条"),
        ("《中华人民共和国社会保险法》第１６条说的什么", "社会保险法", "第十六条"),
        ("请问一下劳动合同法的第八十二条是啥", "劳动合同法", "第八十二条"),
        ("民法典一千零七十七条第二款", "民法典", "第一千零七十七条"),
        ("刑法第一百二十条之一", "刑法", "第一百二十条之一"),
        ("最高人民法院关于审理劳动争议案件适用法律问题的解释（一）第3条", None, "第三条"),
    ],
)
def test_named(text: str, document: str | None, article: str) -> None:
    ref = article_of(text)
    assert ref is not None and ref.article == article
    assert document is None or ref.document == document


@pytest.mark.parametrize("text", ["第十六条说的啥", "养老金怎么领", "我有三条裤子", "用这个方法第二条路", ""])
def test_not_named(text: str) -> None:
    assert article_of(text) is None


def test_paragraph_and_item() -> None:
    ref = article_of("工伤保险条例第十四条第（六）项")
    assert ref is not None and (ref.number, ref.item) == (14, 6)


@pytest.mark.parametrize(
    ("line", "previous", "opens"),
    [
        ("第二条 本法所称老年人", 1, True),
        ("第二条　本法所称老年人", 0, True),
        ("第二条本法所称老年人", 1, True),
        ("第九条本法所称老年人", 1, False),
        ("第二条、第三条规定的人", 1, False),
        ("第二条规定的人", 1, False),
        ("依照第二条 办理", 1, False),
    ],
)
def test_article_head(line: str, previous: int, opens: bool) -> None:
    assert (article_head(line, previous) is not None) is opens


def test_names_are_resolved_or_left_alone() -> None:
    documents = [
        "中华人民共和国劳动法",
        "中华人民共和国劳动合同法",
        "劳动合同法实施条例",
        "劳动争议调解仲裁法",
    ]
    names = DocumentNames.of(documents)
    assert names.resolve("劳动合同法") == 1
    assert names.resolve("那个啥劳动合同法") == 1
    assert names.resolve("劳动仲裁法") == 3
    assert names.resolve("婚姻法") is None
    assert names.resolve("法") is None


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("几岁算老年人 依据是哪条", True),
        ("这个有什么依据", True),
        ("法律上怎么规定的", True),
        ("哪部法律写的", True),
        ("身份证丢了怎么补", False),
        ("坐哪条线去社保局", False),
        ("养老金今年涨多少", False),
    ],
)
def test_asks_for_basis(question: str, asks: bool) -> None:
    assert asks_for_basis(question) is asks

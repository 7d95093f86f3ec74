"""Nothing personal stays in a case, and nothing else is taken out."""

from __future__ import annotations

import pytest

from knowledge.evaluation.queries import read_queries
from knowledge.gaps.masking import masked, without_masks
from knowledge.store import KNOWLEDGE, load_store


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我叫王秀英，身份证丢了", "我叫（姓名），身份证丢了"),
        ("我叫王洲要补证", "我叫（姓名）要补证"),
        ("名字叫阿依古丽·买买提", "名字叫（姓名）"),
        ("我叫阿迪力，老年证咋办", "我叫（姓名），老年证咋办"),
        ("我是张建国，想问养老金", "我是（姓名），想问养老金"),
        ("我老伴刘桂兰去年走了", "我老伴（姓名）去年走了"),
        ("给欧阳建平办个社保卡", "给（姓名）办个社保卡"),
        ("找李主任签字", "找（姓名）主任签字"),
        ("王德福大爷的低保", "（姓名）大爷的低保"),
        ("红本上写的是陈丽华，错了一个字", "红本上写的是（姓名），错了一个字"),
        ("电话一三八，零零一二，三四五六", "电话（号码）"),
        ("号是 138-0013-8000 你记一下", "号是 （号码） 你记一下"),
        ("身份证４３０１０２１９５２０１０１１２３４", "身份证（号码）"),
        ("五一零一……嗯……一九五二零三零四五六七X", "（号码）"),
        ("川A12345被贴条了", "（车牌）被贴条了"),
        ("发到 lao.wang@example.cn 行不", "发到 （邮箱） 行不"),
    ],
)
def test_personal_data_is_masked(said: str, kept: str) -> None:
    assert masked(said) == kept
    assert masked(kept) == kept


@pytest.mark.parametrize(
    "said",
    [
        "一九五二年生的能领高龄津贴不",
        "打110、120还是12345",
        "我是江西人，在这边打工",
        "我是高中毕业的",
        "我叫他来办行不行",
        "我叫了救护车，钱能报吗",
        "班主任说要开证明",
        "老板拖了三个月工资",
        "户主是公公，要不要有我",
    ],
)
def test_ordinary_words_stay(said: str) -> None:
    assert masked(said) == said


def test_hardly_anything_of_our_own_wordings_is_taken_for_personal() -> None:
    """A wrong mask costs a word; a name may stand in a phrasing. One in a thousand is the limit."""
    store = load_store()
    texts = [line.text for lines in store.phrasings.values() for line in lines]
    texts += [query.text for query in read_queries(KNOWLEDGE / "evaluation" / "dev.jsonl")]
    changed = [text for text in texts if masked(text) != text]
    assert len(changed) <= len(texts) / 1000, changed


def test_masks_can_be_left_out() -> None:
    assert without_masks("我叫（姓名），电话（号码），证丢了") == "我叫，电话，证丢了"

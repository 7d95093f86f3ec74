"""Value parsers for names, dates, money, choices, codes and words: tables of what people say."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.definitions import all_definitions
from actions.values import (
    Value,
    Wrong,
    choice,
    codes,
    dates,
    money,
    none_given,
    person_name,
    words,
)
from actions.values.digits import all_digits
from actions.values.numerals import number

TODAY = date(2026, 11, 25)  # a Wednesday
ID = "420101195803211024"
SPOKEN = str.maketrans("0123456789X", "零幺二三四五六拐八勾叉")


def value_of(result: object) -> str | None:
    return result.value if isinstance(result, Value) else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("李秀英", "李秀英"),
        ("我叫李秀英", "李秀英"),
        ("嗯，那个，王小宝", "王小宝"),
        ("姓王，叫秀英", "王秀英"),
        ("名字是王洲，三点水的洲", "王洲"),
        ("给我爸王建国办", "王建国"),
        ("名字不对，是王洲", "王洲"),
        ("欧阳娜娜", "欧阳娜娜"),
        ("阿不都热合曼·买买提", "阿不都热合曼·买买提"),
        ("李想", "李想"),
        ("陈可欣", "陈可欣"),
        ("就是陈德贵嘛", "陈德贵"),
        ("John Smith", "John Smith"),
        ("不知道", None),
        ("第一个", None),
        ("呜噜呜噜", None),
        ("人工", None),
        ("好的", None),
        ("明天", None),
        ("怎么办", None),
        ("", None),
        ("王", None),
    ],
)
def test_person_name(text: str, expected: str | None) -> None:
    assert value_of(person_name.parse(text)) == expected


def test_names_of_one_sound_stay_apart() -> None:
    assert [value_of(person_name.parse(n)) for n in ("王洲", "王州", "张林", "张琳")] == [
        "王洲",
        "王州",
        "张林",
        "张琳",
    ]


@pytest.mark.parametrize(
    ("text", "when", "expected"),
    [
        ("明天", "future", "2026-11-26"),
        ("大后天", "future", "2026-11-28"),
        ("下周三", "future", "2026-12-02"),
        ("礼拜天", "future", "2026-11-29"),
        ("周一", "future", "2026-11-30"),
        ("周一", "past", "2026-11-23"),
        ("十一月二十五号", "any", "2026-11-25"),
        ("十月五号", "future", "2027-10-05"),
        ("十月五号", "past", "2026-10-05"),
        ("二零二五年三月一日", "past", "2025-03-01"),
        ("2026-12-03", "future", "2026-12-03"),
        ("12/3", "future", "2026-12-03"),
        ("三号", "future", "2026-12-03"),
        ("三号", "past", "2026-11-03"),
        ("下个月五号", "future", "2026-12-05"),
        ("三天后", "future", "2026-11-28"),
        ("两周前", "past", "2026-11-11"),
        ("半年以后", "future", "2027-05-25"),
        ("元旦", "future", "2027-01-01"),
        ("下个月底", "future", "2026-12-31"),
        ("到年底", "future", "2026-12-31"),
        ("二月三十号", "future", "wrong_date"),
        ("昨天", "future", "wrong_date_past"),
        ("明天", "past", "wrong_date_future"),
        ("农历八月十五", "future", "wrong_date_lunar"),
        ("正月初一", "future", "wrong_date_lunar"),
        ("腊月二十三", "future", "wrong_date_lunar"),
        ("改天", "future", "wrong_date"),
        ("去年十月", "past", "wrong_date"),
    ],
)
def test_date(text: str, when: str, expected: str) -> None:
    result = dates.parse(text, today=TODAY, when=when)
    assert (result.value if isinstance(result, Value) else result.sentence) == expected  # type: ignore[union-attr]


def test_rough_dates_only_where_allowed() -> None:
    for text, expected in [
        ("去年十月", "2025-10"),
        ("上个月", "2026-10"),
        ("半年前", "2026-05"),
        ("前年", "2024"),
    ]:
        assert value_of(dates.parse(text, today=TODAY, when="past", rough=True)) == expected
    assert dates.words("2025-10") == "2025年10月"


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_any_full_date_is_read_back(day: date) -> None:
    assert value_of(dates.parse(f"{day.year}年{day.month}月{day.day}号", today=TODAY)) == day.isoformat()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("四百块", "400"),
        ("三百八", "380"),
        ("一千零五十元三毛", "1050.30"),
        ("1.2万", "12000"),
        ("两万三", "23000"),
        ("五毛", "0.50"),
        ("三块五", "3.50"),
        ("¥380.50", "380.50"),
        ("400", "400"),
        ("十万", "100000"),
        ("三四百", None),
        ("几百块", None),
        ("不知道", None),
        ("四百左右", None),
        ("", None),
    ],
)
def test_money(text: str, expected: str | None) -> None:
    assert value_of(money.parse(text)) == expected


def test_money_outside_its_range_says_so() -> None:
    result = money.parse("五万块", lowest=1, highest=20000)
    assert result == Wrong("wrong_money_range", {"lowest": "1", "highest": "20000"})


@given(st.integers(1, 99999))
def test_chinese_numbers_of_any_size(n: int) -> None:
    assert number(_in_words(n)) == n


def _in_words(n: int) -> str:
    out, zero = "", False
    for unit, name in ((10000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, unit)
        if digit:
            out += ("零" if zero and out else "") + "零一二三四五六七八九"[digit] + name
            zero = False
        else:
            zero = True
    return out


KINDS = ("职工养老金", "居民养老金")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("职工的", 0),
        ("居民", 1),
        ("第二个", 1),
        ("2", 1),
        ("二", 1),
        ("头一个", 0),
        ("最后一个", 1),
        ("那个农村的", 1),
        ("不是职工的，是居民的", 1),
        ("置工养老金", 0),
        ("都不是", None),
        ("第三个", None),
        ("", None),
        ("养老金", None),
    ],
)
def test_choice(text: str, expected: int | None) -> None:
    found = value_of(choice.parse(text, KINDS, {KINDS[1]: ("农村的",)}))
    assert found == (None if expected is None else KINDS[expected])


def test_every_label_and_synonym_of_every_service_means_itself() -> None:
    for definition in all_definitions().values():
        for one in (i for i in definition.inputs if i.choices):
            for label in one.choices:
                for said in (label, label + "的", *one.synonyms.get(label, ())):
                    assert value_of(choice.parse(said, one.choices, one.synonyms)) == label, (one.id, said)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("鄂A12345", "鄂A12345"),
        ("车牌是鄂诶一二三四五", "鄂A12345"),
        ("川A D12345", "川AD12345"),
        ("粤b幺两三四五", "粤B12345"),
        ("12345", None),
        ("鄂一二三四五六", None),
    ],
)
def test_plate(text: str, expected: str | None) -> None:
    assert value_of(codes.plate(text)) == expected


def test_case_number_and_having_none() -> None:
    case = all_definitions()["property-registration-progress"].input("case_number")
    assert value_of(codes.case_number("号是BDC2026一一二五")) == "BDC20261125"
    assert none_given(case, "没有单子") and not none_given(case, "20261125")


CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(st.text(alphabet=CREDIT, min_size=17, max_size=17), st.integers(0, 17), st.integers(1, 30))
def test_credit_code_check(first: str, place: int, by: int) -> None:
    code = first + codes.credit_check_character(first)
    assert value_of(codes.credit_code(code)) == code
    wrong = code[:place] + CREDIT[(CREDIT.index(code[place]) + by) % 31] + code[place + 1 :]
    assert not codes.credit_code_valid(wrong)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我家住解放路十八号", "解放路十八号"),
        ("在县人民医院看的病", "县人民医院"),
        ("南河镇东风村", "南河镇东风村"),
        ("不知道", None),
        ("哪里办？", None),
        ("", None),
    ],
)
def test_place(text: str, expected: str | None) -> None:
    assert value_of(words.place(text)) == expected


def test_free_text_and_card_tail() -> None:
    assert value_of(words.free("嗯，路灯坏了三个月没人修\x00")) == "路灯坏了三个月没人修"
    assert value_of(words.free("幺二三四", digits=4)) == "1234"
    assert words.free("一二三", digits=4) == Wrong("wrong_card_tail", {"count": 3})
    assert value_of(words.free("不晓得")) is None
    assert all_digits("三个八、洞拐") == "88807"

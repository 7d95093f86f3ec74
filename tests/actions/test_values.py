"""Value parsers: tables of what people say, and properties of the check digits."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.definitions import all_definitions
from actions.values import (
    Partial,
    Value,
    Wrong,
    id_number,
    phone,
    read,
)
from actions.values.digits import DIGITS, all_digits, runs

TODAY = date(2026, 11, 25)  # a Wednesday
ID = "420101195803211024"
SPOKEN = str.maketrans("0123456789X", "零幺二三四五六拐八勾叉")


def value_of(result: object) -> str | None:
    return result.value if isinstance(result, Value) else None


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1900, 1, 1), TODAY))
    area = draw(st.integers(110000, 659999))
    first = f"{area}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first + id_number.check_character(first)


@given(id_numbers())
def test_spoken_id_is_heard_whole_and_in_groups(number_: str) -> None:
    spoken = number_.translate(SPOKEN)
    assert value_of(id_number.parse(spoken, today=TODAY)) == number_
    assert (
        value_of(
            id_number.parse("身份证号是" + "，嗯".join([spoken[:6], spoken[6:14], spoken[14:]]), today=TODAY)
        )
        == number_
    )
    so_far = ""
    for start in (0, 6, 10, 14):
        stop = {0: 6, 6: 10, 10: 14, 14: 18}[start]
        result = id_number.parse(spoken[start:stop], today=TODAY, so_far=so_far)
        so_far = result.digits if isinstance(result, Partial) else so_far
    assert value_of(result) == number_


@given(id_numbers(), st.integers(0, 17), st.integers(1, 9))
def test_any_wrong_digit_is_caught(number_: str, place: int, by: int) -> None:
    wrong = "0123456789"[(int(number_[place].replace("X", "0")) + by) % 10]
    if wrong != number_[place]:
        assert not id_number.valid(number_[:place] + wrong + number_[place + 1 :], TODAY)


@given(id_numbers(), st.integers(0, 15))
def test_swapped_neighbours_are_caught(number_: str, place: int) -> None:
    if number_[place] != number_[place + 1]:
        swapped = number_[:place] + number_[place + 1] + number_[place] + number_[place + 2 :]
        assert not id_number.valid(swapped, TODAY)


@pytest.mark.parametrize(
    ("text", "so_far", "expected"),
    [
        ("四二零一零一", "", Partial("420101")),
        ("１９５８", "420101", Partial("4201011958")),
        ("一九五八年三月二十一", "", Partial("195803"[:4] + "3" + "21")),
        ("四二零一零一一九五八零三二一一零二五", "", "wrong_id_check"),
        ("四二零一零一一九五八一三二一一零二四", "", "wrong_id_check"),
        ("不对，从头来，四二零一", "9999", Partial("4201")),
        ("不知道", "4201", "wrong_id_length"),
        ("就这些，念完了", "4201", "wrong_id_length"),
        ("", "", "wrong_id_length"),
    ],
)
def test_id_number_pieces(text: str, so_far: str, expected: object) -> None:
    result = id_number.parse(text, today=TODAY, so_far=so_far)
    assert (result.sentence if isinstance(result, Wrong) else result) == expected


def test_last_character_x_by_any_name() -> None:
    first = next(f for n in range(1000) if id_number.check_character(f := f"42010119580321{n:03d}") == "X")
    for last in ("X", "x", "叉", "艾克斯", "十", "，最后一位是叉", "＊"):
        assert value_of(id_number.parse(first.translate(SPOKEN) + last, today=TODAY)) == first + "X"
    assert value_of(id_number.parse("尾号叉", today=TODAY, so_far=first)) == first + "X"


def test_birth_date_ahead_or_impossible() -> None:
    for born in ("20991231", "19580230", "18000101"):
        first = f"420101{born}102"
        result = id_number.parse(first + id_number.check_character(first), today=TODAY)
        assert isinstance(result, Wrong) and result.sentence == "wrong_id_date"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("幺三八 幺二三四 五六七八", "13812345678"),
        ("电话是１３８１２３４５６７８。", "13812345678"),
        ("一三八嗯幺二三四那个五六七八", "13812345678"),
        ("八六一三八一二三四五六七八", "13812345678"),
        ("一三八三个八一二三四五", "13888812345"),
        ("零二七八七六五四三二一", "02787654321"),
        ("不对，是一三九一二三四五六七八", "13912345678"),
        ("一二三", None),
        ("没有电话", None),
        ("一三八一二三四五六七八九", None),
    ],
)
def test_phone(text: str, expected: str | None) -> None:
    assert value_of(phone.parse(text)) == expected


def test_one_in_a_word_is_no_digit() -> None:
    assert all_digits("等一下，一会儿再说一遍，统一") == ""
    assert all_digits("一一零一") == "1101"


def test_phone_in_groups() -> None:
    first = phone.parse("一三八")
    assert first == Partial("138")
    assert value_of(phone.parse("一二三四五六七八", so_far="138")) == "13812345678"


@given(st.text(alphabet="".join(DIGITS), min_size=1, max_size=30))
def test_every_digit_character_counts_once(text: str) -> None:
    assert len("".join(r.digits for r in runs(text, tens=False))) == len(text)


@given(st.text(max_size=60))
def test_no_text_breaks_a_parser(text: str) -> None:
    for definition in all_definitions().values():
        for one in definition.inputs:
            assert isinstance(read(one, text, today=TODAY), (Value, Partial, Wrong))

"""Bytes of every encoding that offices have, and of none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.importing.decoding import decode
from knowledge.importing.reading import Refused

TEXT = "第一条 居民身份证遗失的，应当申请补领。\n第二行，工本费四十元。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_each_encoding_gives_the_same_text(encoding: str) -> None:
    assert decode(TEXT.encode(encoding)).text == TEXT


def test_lines_of_two_encodings_are_both_read_and_named() -> None:
    decoded = decode("第一行是这样的\n".encode() + "第二行是那样的\n".encode("gb18030") + "第三行\n".encode())
    assert decoded.text == "第一行是这样的\n第二行是那样的\n第三行\n"
    assert [str(r) for r in decoded.refusals] == ["第2行：这些行是 GB18030，别的行是 UTF-8，都认出来了。"]


def test_a_line_of_no_encoding_is_refused_by_number() -> None:
    decoded = decode("头一行是好的\n".encode() + b"\xff\xff\xff\n" + "末一行也是好的\n".encode())
    assert decoded.text == "头一行是好的\n\n末一行也是好的\n"
    assert [r.location for r in decoded.refusals] == ["第2行"]


def test_binary_is_refused() -> None:
    with pytest.raises(Refused, match="不是文字文件"):
        decode(b"\x7fELF\x02\x01\x01" + bytes(64))


def test_control_and_direction_characters_are_gone() -> None:
    assert decode("补\u202e领\x07\r\n身份证".encode()).text == "补领\n身份证"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_a_sentence(data: bytes) -> None:
    try:
        assert "\x00" not in decode(data).text
    except Refused as error:
        assert str(error).endswith("。")

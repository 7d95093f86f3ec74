"""Bytes to text: UTF-8, UTF-16, GB18030, and files that somebody glued together from two of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.importing.reading import Refusal, Refused

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ORDINARY = re.compile(r"[\u2010-\u203b\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\x20-\x7e\r\n\t]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff]")
FEW = 0.2
"""Below this share of UTF-8 lines, a file of GB18030 lines is GB18030 and the rest is chance."""


@dataclass(frozen=True)
class Decoded:
    """``text`` keeps the file's line count; lines that could not be read are empty and refused."""

    text: str
    encoding: str
    refusals: tuple[Refusal, ...] = ()


def decode(data: bytes) -> Decoded:
    """Raises Refused for what is no text at all."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return Decoded(clean(data.decode(encoding)), encoding.removesuffix("-sig").upper())
            except UnicodeDecodeError as error:
                if encoding == "utf-16":
                    raise Refused("开头写着 UTF-16，里面却不是，文件可能没传完。") from error
    if b"\x00" in data:
        return _unmarked_wide(data)
    text = _wide_utf8(data)
    if text is not None:
        return Decoded(clean(text), "UTF-8")
    text = _strict(data, "gb18030")
    if text is not None and not _mixed(data):
        return Decoded(clean(text), "GB18030")
    return _by_line(data)


def clean(text: str) -> str:
    """One kind of line end, no control or direction characters."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _unmarked_wide(data: bytes) -> Decoded:
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _strict(data, encoding) or ""
        if text and len(_ORDINARY.findall(text)) > 0.9 * len(text):
            return Decoded(clean(text), encoding.upper())
    raise Refused("这不是文字文件，里面是二进制内容。")


def _mixed(data: bytes) -> bool:
    lines = [line for line in data.splitlines() if not line.isascii()]
    return sum(_wide_utf8(line) is not None for line in lines) > FEW * len(lines)


def _by_line(data: bytes) -> Decoded:
    kept: list[str] = []
    odd: list[int] = []
    lost: list[int] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        text = _wide_utf8(line)
        if text is None:
            text = _strict(line, "gb18030")
            (lost if text is None else odd).append(number)
        kept.append(text or "")
    if len(lost) > 0.5 * len(kept):
        raise Refused("认不出文字编码，请另存为 UTF-8。")
    refusals = [Refusal(f"第{number}行", "认不出文字编码，这一行没有收。") for number in lost]
    if odd:
        where = "、".join(map(str, odd[:5])) + ("等" if len(odd) > 5 else "")
        refusals.append(
            Refusal(f"第{where}行", "这些行是 GB18030，别的行是 UTF-8，都认出来了。", serious=False)
        )
    return Decoded(clean("\n".join(kept)), "UTF-8+GB18030", tuple(refusals))


def _wide_utf8(data: bytes) -> str | None:
    """UTF-8 with Chinese in it, or ASCII: “通知” in GB18030 happens to be UTF-8 for two other letters."""
    text = _strict(data, "utf-8")
    return text if text is not None and (text.isascii() or max(text) >= "\u2010") else None


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None

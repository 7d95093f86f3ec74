"""Amounts in yuan: 四百块, 一千零五十元三毛, 1.2万, 三百八. Never a guess: 三四百 is asked again."""

from __future__ import annotations

import re
from decimal import Decimal

from actions.values.numerals import NUMBER, number
from actions.values.result import Result, Value, Wrong

_VAGUE = re.compile(
    r"[一二两三四五六七八九][二三四五六七八九][十百千万]|来[块元]|几[十百千万]|左右|上下|多[块元]"
)
_YUAN = re.compile(
    rf"({NUMBER})\s*(?:块钱|元钱|块|元|圆|￥)(?:\s*({NUMBER})(?:\s*[毛角])?)?(?:\s*({NUMBER})\s*分)?"
)
_JIAO = re.compile(rf"({NUMBER})\s*[毛角]")
_SIGN = re.compile(r"[¥￥]\s*(\d[\d,]*(?:\.\d{1,2})?)")
_BARE = re.compile(NUMBER)


def parse(text: str, *, lowest: float | None = None, highest: float | None = None) -> Result:
    """The amount said, as yuan with at most two decimals (`400`, `12.50`)."""
    if _VAGUE.search(text):
        return Wrong("wrong_money")
    amount, said = _amount(text)
    if amount is None:
        return Wrong("wrong_money")
    if (lowest is not None and amount < Decimal(str(lowest))) or (
        highest is not None and amount > Decimal(str(highest))
    ):
        return Wrong("wrong_money_range", {"lowest": _plain(lowest), "highest": _plain(highest)})
    return Value(_text(amount), said)


def find(text: str) -> tuple[str, str] | None:
    """An amount with its unit anywhere in a sentence (value, words), or None."""
    if _VAGUE.search(text) or not _YUAN.search(text):
        return None
    amount, said = _amount(text)
    return None if amount is None else (_text(amount), said)


def _amount(text: str) -> tuple[Decimal | None, str]:
    if match := _SIGN.search(text):
        return Decimal(match[1].replace(",", "")), match[0]
    if match := _YUAN.search(text):
        amount = number(match[1])
        if amount is None:
            return None, ""
        amount += _small(match[2], 10) + _small(match[3], 100)
        return amount, match[0]
    if match := _JIAO.search(text):
        jiao = number(match[1])
        return (None, "") if jiao is None else (jiao / 10, match[0])
    found = [m for m in _BARE.finditer(text) if number(m[0]) is not None]
    return (number(found[0][0]), found[0][0]) if len(found) == 1 else (None, "")


def _small(words: str | None, parts: int) -> Decimal:
    value = number(words) if words else None
    return Decimal(0) if value is None or value >= 10 * parts else value / parts


def _text(amount: Decimal) -> str:
    amount = amount.quantize(Decimal("0.01"))
    return str(int(amount)) if amount == amount.to_integral_value() else f"{amount:.2f}"


def _plain(limit: float | None) -> str:
    return "" if limit is None else f"{limit:.0f}"

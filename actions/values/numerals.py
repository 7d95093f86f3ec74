"""Chinese and Arabic number words to exact numbers: 三百八, 一千零五, 两万三, 十二点五, 1.2万."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_UNIT = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000}
NUMBER = r"[0-9０-９.,，零〇一二两俩仨三四五六七八九十百千万亿点]+"
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟幺", "一二三四五六七八九十百千一")


def number(text: str) -> Decimal | None:
    """The number a whole string says, or None. Colloquial tails count: 三百八 = 380, 一万二 = 12000."""
    text = text.strip().translate(_FORMAL).replace("，", "").replace(",", "")
    if not text:
        return None
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return Decimal(text)
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)([百千万亿])(.*)", text):
        unit = (_UNIT | _BIG)[match[2]]
        rest = _tail(match[3], unit)
        return None if rest is None else Decimal(match[1]) * unit + rest
    if "点" in text:
        whole, _, part = text.partition("点")
        head = number(whole)
        if head is None or not part or any(c not in _DIGIT for c in part):
            return None
        return head + Decimal("0." + "".join(str(_DIGIT[c]) for c in part))
    if all(c in _DIGIT for c in text):
        return Decimal("".join(str(_DIGIT[c]) for c in text))
    return _words(text)


def whole(text: str) -> int | None:
    """As `number`, when it is a whole number."""
    value = number(text)
    return int(value) if value is not None and value == value.to_integral_value() else None


def _tail(text: str, unit: int) -> Decimal | None:
    if not text:
        return Decimal(0)
    if len(text) == 1 and text in _DIGIT:
        return Decimal(_DIGIT[text] * unit // 10)
    return number(text)


def _words(text: str) -> Decimal | None:
    total = section = 0
    digit: int | None = None
    last = 0
    zero = False
    for char in text:
        if char in _DIGIT:
            if digit is not None and not zero:
                return None
            digit, zero = _DIGIT[char], _DIGIT[char] == 0
        elif char in _UNIT:
            unit = _UNIT[char]
            if last and unit >= last:
                return None
            section += (1 if digit is None else digit) * unit
            digit, last, zero = None, unit, False
        elif char in _BIG:
            section += digit or 0
            if section == 0:
                return None
            total += section * _BIG[char]
            section, digit, last, zero = 0, None, _BIG[char], False
        else:
            return None
    if digit:
        colloquial = last > 10 and len(text) > 1 and text[-2] in (_UNIT | _BIG)
        section += digit * last // 10 if colloquial else digit
    return Decimal(total + section)

"""Chinese numerals of legal texts, both ways."""

from __future__ import annotations

import re
import unicodedata

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000}
NUMERAL = "[零〇一二两三四五六七八九十百千万0-9０-９]"


def to_int(text: str) -> int | None:
    """A numeral in characters or digits; None when it is none.

    >>> to_int("一千零七十七"), to_int("十六"), to_int("１６"), to_int("二〇二四"), to_int("条")
    (1077, 16, 16, 2024, None)
    """
    folded = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"[0-9]+", folded):
        return int(folded)
    if not folded or any(c not in DIGITS and c not in UNITS for c in folded):
        return None
    if not any(c in UNITS for c in folded):
        return int("".join(str(DIGITS[c]) for c in folded))
    total, part, digit = 0, 0, 0
    for c in folded:
        if c in DIGITS:
            digit = DIGITS[c]
        elif c == "万":
            total, part, digit = (total + part + digit) * 10000, 0, 0
        else:
            part, digit = part + (digit or 1) * UNITS[c], 0
    return total + part + digit


def to_chinese(number: int) -> str:
    """1 to 9999 as laws count their articles.

    >>> to_chinese(1077), to_chinese(16), to_chinese(110)
    ('一千零七十七', '十六', '一百一十')
    """
    figures = "零一二三四五六七八九"
    said, gap = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // size % 10
        if digit:
            said += ("零" if gap and said else "") + figures[digit] + unit
            gap = False
        else:
            gap = bool(said)
    return said.removeprefix("一") if 10 <= number < 20 else said or "零"

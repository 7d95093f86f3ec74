"""How numbers are said in Mandarin: as amounts, digit by digit, as money.

幺 for 1 is used where digits are read one by one (standards.md §6); 两 before measure words is the caller's.
"""

from __future__ import annotations

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
LARGEST = 10**16


def digit_by_digit(digits: str, one: str = "幺") -> str:
    """138 → 幺三八; other characters than digits are left alone."""
    return "".join(one if d == "1" else _DIGITS[int(d)] if d in "0123456789" else d for d in digits)


def cardinal(number: int, *, two: str = "二") -> str:
    """An amount: 10 → 十, 205 → 二百零五, 20000 → 两万. `two` is the word for a plain 2 (二 or 两)."""
    if number < 0:
        return "负" + cardinal(-number, two=two)
    if number >= LARGEST:
        return digit_by_digit(str(number), "一")
    if number == 2:
        return two
    groups = []
    rest = number
    while rest:
        rest, group = divmod(rest, 10_000)
        groups.append(group)
    spoken = ""
    gap = False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            gap = bool(spoken)
            continue
        if spoken and (gap or group < 1000):
            spoken += "零"
        spoken += ("两" if group == 2 and place else _below_ten_thousand(group)) + _GROUPS[place]
        gap = False
    spoken = spoken or "零"
    return spoken[1:] if spoken.startswith("一十") else spoken


def decimal(written: str, *, two: str = "二") -> str:
    """3.14 → 三点一四, 1,234.50 → 一千二百三十四点五零, 05 → 零五."""
    whole, _, fraction = written.replace(",", "").partition(".")
    if len(whole) > 1 and whole.startswith("0") and not fraction:
        return digit_by_digit(whole, "一")
    spoken = cardinal(int(whole or "0"), two=two if not fraction else "二")
    return f"{spoken}点{digit_by_digit(fraction, '一')}" if fraction else spoken


def money(written: str, unit: str = "元") -> str:
    """Yuan with its 角 and 分: 12.50 → 十二元五角, 0.05 → 五分, 3.05 → 三元零五分, 2 → 两元."""
    whole, _, fraction = written.replace(",", "").partition(".")
    if len(fraction) > 2:
        return decimal(written, two="两") + unit
    jiao, fen = (int(d) for d in (fraction + "00")[:2])
    parts = cardinal(int(whole or "0"), two="两") + unit if int(whole or "0") or not (jiao or fen) else ""
    if jiao:
        parts += cardinal(jiao, two="两") + "角"
    if fen:
        parts += ("零" if parts and not jiao else "") + cardinal(fen, two="两") + "分"
    return parts


def _below_ten_thousand(number: int) -> str:
    spoken, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(spoken)
            continue
        two = "两" if digit == 2 and place == 3 else _DIGITS[digit]
        spoken += ("零" if gap else "") + two + _PLACES[place]
        gap = False
    return spoken

"""Solar dates: 明天, 下周三, 十一月二十五号, 上个月, 半年前, 2026-11-25. Lunar dates are declined.

Stored as ISO 8601 (GB/T 7408.1-2023): `2026-11-25`, or where rough answers are allowed `2026-09` and `2025`.
A month and day without a year is the nearest one on the asked side (past or future).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from actions.values.digits import fold
from actions.values.numerals import whole
from actions.values.result import Result, Value, Wrong

_N = r"[0-9〇零一二两三四五六七八九十]+"
_LUNAR = re.compile(
    r"农历|阴历|旧历|老历|正月|腊月|冬月|大年|除夕|初[一二三四五六七八九十]|端午|中秋|重阳|元宵|清明|春节"
)
_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_DAY = re.compile(r"(大前|大后|前|昨|今|明|后)(?:天|日|儿|个儿|朝)|(今|明|昨|后|前)晚")
_AGO = re.compile(rf"({_N}|半|几)\s*个?\s*(天|日|周|星期|礼拜|月|年)\s*(?:多)?\s*(以?前|之前|以?后|之后)")
_WEEK = re.compile(r"(上上|下下|上|下|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天1-7])")
_FULL = re.compile(
    rf"((?:\d{{4}}|[〇零一二三四五六七八九]{{4}}|[〇零一二三四五六七八九]{{2}}|\d{{2}})年|去年|今年|明年|前年|后年)?"
    rf"\s*({_N})月份?\s*(?:({_N})\s*[号日]?)?"
)
_MONTH = re.compile(rf"(上上|下下|上|下|这|本)个?月(?:\s*({_N})\s*[号日])?")
_ISO = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})")
_SLASH = re.compile(r"(?<!\d)(\d{1,2})\s*[-/.]\s*(\d{1,2})(?!\d)")
_ONLY_DAY = re.compile(rf"({_N})\s*[号日]")
_YEAR = re.compile(r"(\d{4}|[〇零一二三四五六七八九]{4})年|(去年|前年|今年|明年|后年)")
_YEARS = {"去年": -1, "前年": -2, "今年": 0, "明年": 1, "后年": 2}
_SHIFT = {"上上": -2, "上": -1, "这": 0, "本": 0, None: 0, "下": 1, "下下": 2}
_FEASTS = {"元旦": (1, 1), "劳动节": (5, 1), "国庆": (10, 1), "妇女节": (3, 8), "建军节": (8, 1)}


def parse(text: str, *, today: date, when: str = "any", rough: bool = False) -> Result:
    """The date said. `when` is `past`, `future` or `any`; `rough` allows a month or a year alone."""
    text = fold(text)
    if _LUNAR.search(text):
        return Wrong("wrong_date_lunar")
    for reader in _READERS:
        if found := reader(text, today, when):
            value, said = found
            if not value or (len(value) < 10 and not rough):
                return Wrong("wrong_date")
            return _on_the_asked_side(value, said, today, when)
    return Wrong("wrong_date")


def find(text: str, *, today: date, when: str = "any", rough: bool = False) -> tuple[str, str] | None:
    """A date anywhere in a sentence (value, words), or None. The number of a house, 解放路十八号, is no day."""
    result = parse(text, today=today, when=when, rough=rough)
    if not isinstance(result, Value) or re.search(rf"[路街巷弄道村庄组队里]{re.escape(result.said)}", text):
        return None
    return result.value, result.said


def words(value: str) -> str:
    """A stored date for the ear: `2026-11-25` → 2026年11月25日."""
    parts = [int(p) for p in value.split("-")]
    return "".join(f"{n}{unit}" for n, unit in zip(parts, "年月日", strict=False))


def months_later(day: date, months: int) -> date:
    """The same day some months on (or back), the last of the month where it is shorter."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


Found = tuple[str, str] | None


def _on_the_asked_side(value: str, said: str, today: date, when: str) -> Result:
    now = today.isoformat()[: len(value)]
    if when == "future" and value < now:
        return Wrong("wrong_date_past", {"said": words(value)})
    if when == "past" and value > now:
        return Wrong("wrong_date_future", {"said": words(value)})
    return Value(value, said)


def _relative(text: str, today: date, when: str) -> Found:
    match = _DAY.search(text)
    if not match:
        return None
    return (today + timedelta(days=_DAYS[match[1] or match[2]])).isoformat(), match[0]


def _ago(text: str, today: date, when: str) -> Found:
    match = _AGO.search(text)
    if not match or match[1] == "几":
        return None
    back = -1 if "前" in match[3] else 1
    unit = match[2]
    count = 0 if match[1] == "半" else whole(match[1])
    if count is None or count > 100:
        return None
    if unit in "天日" and match[1] != "半":
        return (today + timedelta(days=back * count)).isoformat(), match[0]
    if unit in ("周", "星期", "礼拜") and match[1] != "半":
        return (today + timedelta(days=back * 7 * count)).isoformat(), match[0]
    months = {"月": count, "年": 6 if match[1] == "半" else 12 * count}.get(unit, 0)
    if not months:
        return None
    day = months_later(today, back * months).isoformat()
    return (day if back > 0 else day[:7]), match[0]


def _weekday(text: str, today: date, when: str) -> Found:
    match = _WEEK.search(text)
    if not match:
        return None
    day = "一二三四五六日".find(match[2].replace("天", "日")) if not match[2].isdigit() else int(match[2]) - 1
    monday = today - timedelta(days=today.weekday())
    found = monday + timedelta(days=day, weeks=_SHIFT[match[1]])
    if match[1] is None and when == "future" and found < today:
        found += timedelta(weeks=1)
    if match[1] is None and when == "past" and found > today:
        found -= timedelta(weeks=1)
    return found.isoformat(), match[0]


def _iso(text: str, today: date, when: str) -> Found:
    match = _ISO.search(text)
    return match and _dated(int(match[1]), int(match[2]), int(match[3]), match[0])


def _month_day(text: str, today: date, when: str) -> Found:
    match = _FULL.search(text)
    if not match:
        return None
    month, day = whole(match[2]), whole(match[3]) if match[3] else None
    if month is None or not 1 <= month <= 12:
        return "", match[0]
    year = _year(match[1], today)
    if match[3] is None:
        year = year or _nearest(today, month, 1, when, whole_month=True)
        return f"{year:04d}-{month:02d}", match[0]
    return _dated(year or _nearest(today, month, day or 0, when), month, day or 0, match[0])


def _shifted_month(text: str, today: date, when: str) -> Found:
    match = _MONTH.search(text)
    if not match:
        return None
    there = months_later(today.replace(day=1), _SHIFT[match[1]])
    if match[2]:
        return _dated(there.year, there.month, whole(match[2]) or 0, match[0])
    if match[1] in ("上", "上上") or "底" not in text:
        return f"{there.year:04d}-{there.month:02d}", match[0]
    return (months_later(there, 1) - timedelta(days=1)).isoformat(), match[0]


def _slash(text: str, today: date, when: str) -> Found:
    match = _SLASH.search(text)
    if not match or not 1 <= int(match[1]) <= 12:
        return None
    month, day = int(match[1]), int(match[2])
    return _dated(_nearest(today, month, day, when), month, day, match[0])


def _feast(text: str, today: date, when: str) -> Found:
    for name, (month, day) in _FEASTS.items():
        if name in text:
            return _dated(_nearest(today, month, day, when), month, day, name)
    return None


def _day_of_month(text: str, today: date, when: str) -> Found:
    match = _ONLY_DAY.search(text)
    if not match:
        return None
    day = whole(match[1]) or 0
    found = _dated(today.year, today.month, day, match[0])
    if found and found[0] and when in ("future", "past"):
        wrong_side = found[0] < today.isoformat() if when == "future" else found[0] > today.isoformat()
        if wrong_side:
            there = months_later(today.replace(day=1), 1 if when == "future" else -1)
            return _dated(there.year, there.month, day, match[0])
    return found


def _year_end(text: str, today: date, when: str) -> Found:
    match = re.search(r"(今|明)?年底", text)
    return match and (date(today.year + (match[1] == "明"), 12, 31).isoformat(), match[0])


def _only_year(text: str, today: date, when: str) -> Found:
    match = _YEAR.search(text)
    return (f"{_year(match[0], today):04d}", match[0]) if match else None


_READERS: tuple[Callable[[str, date, str], Found], ...] = (
    _iso,
    _month_day,
    _shifted_month,
    _ago,
    _relative,
    _weekday,
    _slash,
    _feast,
    _year_end,
    _day_of_month,
    _only_year,
)


def _dated(year: int, month: int, day: int, said: str) -> Found:
    try:
        return date(year, month, day).isoformat(), said
    except ValueError:
        return "", said


def _year(words_: str | None, today: date) -> int | None:
    if not words_:
        return None
    if words_ in _YEARS:
        return today.year + _YEARS[words_]
    value = whole(words_.removesuffix("年")) or 0
    if value < 100:
        value += 2000 if value <= today.year % 100 + 10 else 1900
    return value


def _nearest(today: date, month: int, day: int, when: str, *, whole_month: bool = False) -> int:
    here = (month, 0) < (today.month, 0) if whole_month else (month, day) < (today.month, today.day)
    later = (month, 0) > (today.month, 0) if whole_month else (month, day) > (today.month, today.day)
    if when == "future" and here:
        return today.year + 1
    if when == "past" and later:
        return today.year - 1
    return today.year

"""Amounts, limits, ages and dates in a text, so that two texts about one thing can be compared."""

from __future__ import annotations

import re
from collections import defaultdict

from knowledge.laws.numbers import to_int

Values = dict[str, frozenset[str]]
_AMOUNT = re.compile(
    r"(?<![月\d.一二两三四五六七八九十百千万零〇])(?P<number>\d+(?:\.\d+)?|[一二两三四五六七八九十百千万零]+)\s*"
    r"(?P<unit>[(（]?个?工作日[)）]?|周岁|岁|个月|万元|元|块钱|天|日(?![期常])|年(?!\s*\d{1,2}\s*月)|[%％])"
)
_DATE = re.compile(r"(\d{4})[年\-/.](\d{1,2})[月\-/.](\d{1,2})日?")
_SAME = {"日": "天", "周岁": "岁", "块钱": "元", "％": "%"}


def values_of(text: str) -> Values:
    """Numbers by unit (元, 万元, 工作日, 天, 个月, 年, 岁, %, 日期).

    >>> sorted(values_of("工本费二十元，15个工作日办好")["元"])
    ['20']
    >>> values_of("十五日内，八月三十一日前")["天"]
    frozenset({'15'})
    """
    found: dict[str, set[str]] = defaultdict(set)
    for year, month, day in _DATE.findall(text):
        found["日期"].add(f"{int(year)}年{int(month)}月{int(day)}日")
    for match in _AMOUNT.finditer(_DATE.sub("", text)):
        number = match["number"] if match["number"][0].isdigit() else str(to_int(match["number"]))
        unit = re.sub(r"[(（)）个](?!月)", "", match["unit"])
        found[_SAME.get(unit, unit)].add(number)
    return {unit: frozenset(numbers) for unit, numbers in found.items()}


def difference(one: Values, other: Values) -> str:
    """“元：20 与 30” where both name a unit and neither says all that the other says; "" when they agree."""
    said = []
    for unit in sorted(one.keys() & other.keys()):
        here, there = one[unit], other[unit]
        if not here <= there and not there <= here:
            said.append(f"{unit}：{_listed(here - there)} 与 {_listed(there - here)}")
    return "；".join(said)


def _listed(numbers: frozenset[str]) -> str:
    return "、".join(sorted(numbers, key=lambda n: (len(n), n))[:4])

"""A new entry's skeleton from a group of cases: all that can be known is there, the rest is a marked blank.

Nothing is made up: title, source, dates and every answer are blanks, and lint lets no blank go live. What is
real are the wordings, which become the phrasings file, one style a header.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.entry import PAPERS, PLACE, PLAIN, POINTS, SAID, TIME
from knowledge.gaps.grouping import Group
from knowledge.gaps.masking import without_masks
from knowledge.gaps.nearest import Near
from knowledge.lint import BLANK
from knowledge.phrasings import DIALECTS, LONGEST, STYLES, same_wording

ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
SHORTEST_WORDING = 4
FRAGMENT, STORY = 7, 24
"""Characters: a shorter wording is a fragment, a longer one tells a story."""
HESITATING = re.compile(r"嗯|呃|那个那个|就是说|怎么说呢|咋说呢")
SECTIONS = {
    SAID: "不超过四十个字，念得出口，直接答",
    POINTS: "每条不超过四十五个字，前面加“- ”",
    PAPERS: "要带什么",
    TIME: "几天办好，收不收钱",
    PLACE: "去哪里，网上能不能办",
    PLAIN: "把官方的词用大白话讲一遍",
}


@dataclass(frozen=True)
class Draft:
    """Three texts to save side by side, and the wordings that were not taken, with why."""

    entry: str
    phrasings: str
    catalogue: str
    left_out: tuple[tuple[str, str], ...]


def draft(
    group: Group, topic: str, domain: str, near: Sequence[Near], taken: Collection[str], today: date
) -> Draft:
    """Draft for a new topic id. ``taken`` are wordings (``same_wording`` keys) that some topic has already.

    Raises ValueError for an id that is none (lower-case Latin letters, digits, hyphens).
    """
    if not ID.fullmatch(topic):
        raise ValueError(topic)
    phrasings, left_out = _phrasings(group, taken)
    return Draft(_entry(group, topic, near, today), phrasings, _catalogue(topic, domain), left_out)


def blank(what: str) -> str:
    """“【待填：…】”, which lint takes for an error."""
    return f"{BLANK}：{what}】"


def _entry(group: Group, topic: str, near: Sequence[Near], today: date) -> str:
    said = "、".join(f"{n.topic}（{n.title}）" for n in near) or "没有"
    head = [
        "---",
        f"# {len(group.cases)} 次没答上，{group.people} 个人问过；头一句：{without_masks(group.lead)}",
        f"# 最近的主题：{said}。写进 near 的，对方的 near 也要写上这一个。",
        f"id: {topic}",
        f"title: {blank('题目，和目录里的一样')}",
        f"jurisdiction: {blank('全国，或者哪个省、市')}",
        f"level: {blank('national、province 或 city')}",
        "source:",
        f"  - document: {blank('文件的全名')}",
        f"    number: {blank('文号')}",
        f"    issuer: {blank('发文机关')}",
        f"    article: {blank('第几条')}",
        f"    url: {blank('网址，没有就删掉这一行')}",
        f"effective: {blank('施行日期，如 2026-01-31')}",
        "expires: null",
        f"reviewed: {today.isoformat()}",
        "near: []",
        "verify: true",
        "zero_trip: false",
        "---",
    ]
    body = [line for name, what in SECTIONS.items() for line in (f"## {name}", blank(what))]
    return "\n".join([*head, *body]) + "\n"


def _catalogue(topic: str, domain: str) -> str:
    return "\n".join(
        [
            f"# 填好以后贴进 knowledge/catalogue/{domain}.yml 的 topics 里，这个文件就可以删了。",
            f"  - id: {topic}",
            f"    title: {blank('题目，和条目里的一样')}",
            f"    scope: {blank('管什么。什么归哪个主题')}",
            "    near: []",
            f"    level: {blank('和条目里的一样')}",
            "",
        ]
    )


def _phrasings(group: Group, taken: Collection[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    seen = set(taken)
    by_header: dict[str, list[str]] = {}
    left_out = []
    for case in group.cases:
        wording = re.sub(r"\s+", " ", without_masks(case.wording)).strip(" ，,。")
        key = same_wording(wording)
        if len(key) < SHORTEST_WORDING:
            left_out.append((wording, "太短"))
        elif len(wording) > LONGEST:
            left_out.append((wording, f"超过 {LONGEST} 个字"))
        elif key not in seen:
            by_header.setdefault(_header(wording, case.dialect), []).append(wording)
        elif key in taken:
            left_out.append((wording, "别的主题已经有这一句"))
        seen.add(key)
    order = sorted(by_header, key=lambda header: (STYLES.index(header.split()[0]), header))
    lines = [line for header in order for line in (f"# {header}", *by_header[header])]
    return "\n".join([*lines, ""]), tuple(left_out)


def _header(wording: str, dialect: str) -> str:
    if dialect in DIALECTS:
        return f"dialect {dialect}"
    if HESITATING.search(wording):
        return "hesitating"
    if len(same_wording(wording)) < FRAGMENT:
        return "fragment"
    return "story" if len(wording) > STORY else "plain"

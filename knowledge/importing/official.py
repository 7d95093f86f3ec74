"""What an official text says about itself: front matter, 发文字号, 令, 施行日期."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from knowledge.importing.reading import Facts, Line, Refusal

KEYS = {
    "title": ("title", "标题", "文件名", "名称"),
    "issuer": ("issuer", "发布机关", "发文机关", "制定机关"),
    "number": ("number", "文号", "发文字号"),
    "url": ("url", "official", "链接", "网址"),
    "effective": ("effective", "in_force_since", "施行日期", "生效日期", "实施日期"),
    "note": ("note", "备注"),
}
_DOC_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,14}[〔\[［(（]\d{4}[〕\]］)）]第?\s*\d+\s*号")
_ORDER = re.compile(
    r"(?:中华人民共和国)?([\u4e00-\u9fff]{2,24}?令)第\s*([0-9一二三四五六七八九十百零〇]+)\s*号"
)
_FROM = re.compile(r"自\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*起\s*(?:施行|实施|执行|生效)")
_PASSED = re.compile(
    r"(全国人民代表大会常务委员会|全国人民代表大会(?!常务)|[\u4e00-\u9fff]{2,20}部(?=第\d+次部务会议)|国家[\u4e00-\u9fff]{2,16}(?=\d{4}年第\d+次)|最高人民法院)"
)
_PUBLISHED = re.compile(r"日\s*([\u4e00-\u9fff、]{3,20}?)(?:令第\d+号)?\s*(?:公布|发布)")


def split_front_matter(text: str) -> tuple[Facts, int, list[Refusal]]:
    """(facts, number of lines taken by the front matter, what is wrong in it). The body is always kept."""
    lines = text.split("\n")
    if not lines or lines[0].strip() != "---":
        return Facts(), 0, []
    end = next((i for i, line in enumerate(lines[1:], start=1) if line.strip() == "---"), None)
    if end is None:
        return Facts(), 1, [Refusal("第1行", "开头的“---”一直没有收尾，文件信息没有读。")]
    try:  # BaseLoader: everything stays text, no objects, no dates that raise
        front = yaml.load("\n".join(lines[1:end]), Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第{mark.line + 2 if mark else 1}行"
        said = "这一行的文件信息格式不对（应当是“名称: 内容”，内容里有冒号要加引号），其余各行照读了。"
        facts, wrong = facts_from(_line_by_line(lines[1:end]), lines[:end])
        return facts, end + 1, [Refusal(where, said, serious=False), *wrong]
    if not isinstance(front, dict):
        return Facts(), end + 1, [Refusal("第2行", "开头的文件信息应当是“名称: 内容”，没有读。")]
    facts, wrong = facts_from(front, lines[:end])
    return facts, end + 1, wrong


def _line_by_line(lines: Sequence[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines if line[:1].strip())
    return {key.strip(): value.strip().strip("\"'") for key, colon, value in pairs if colon}


def facts_from(front: dict[Any, Any], lines: Sequence[str] = ()) -> tuple[Facts, list[Refusal]]:
    """Read known keys, English or Chinese; a ``source`` of our entry format counts too."""
    source = front.get("source")
    first = source[0] if isinstance(source, list) and source else source
    merged = {**(first if isinstance(first, dict) else {}), **front}
    found = {name: _value(merged, keys) for name, keys in KEYS.items()}
    found["title"] = str(merged.get("document") or found["title"]).strip()
    wrong: list[Refusal] = []
    effective = parse_date(found["effective"])
    if found["effective"] and effective is None:
        where = next((i for i, line in enumerate(lines, 1) if found["effective"] in line), 0)
        place = f"第{where}行" if where else ""
        wrong.append(Refusal(place, f"施行日期“{found['effective'][:30]}”不是日期，没有收这个日期。"))
    texts = {name: found[name] for name in ("title", "issuer", "number", "url", "note")}
    return Facts(**texts, effective=effective), wrong


def parse_date(text: str) -> date | None:
    """2026-01-31, 2026/1/31, 2026年1月31日, 20260131; None for anything else, 30 February too."""
    found = re.fullmatch(r"\s*(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]00:00:00)?\s*", text)
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


def facts_in(lines: Sequence[Line], facts: Facts) -> Facts:
    """Fill what ``facts`` lacks from the head (adoption, numbers) and the end (施行) of the text."""
    head = " ".join(line.text for line in lines[:12])
    head = re.split(r"第一条[\s　]", head)[0][:3000]
    tail = [line.text for line in lines[-12:]]
    orders, numbers = _ORDER.findall(head), _DOC_NUMBER.findall(head)
    number = facts.number or (
        f"{orders[-1][0]}第{orders[-1][1]}号" if orders else numbers[0] if numbers else ""
    )
    return replace(
        facts,
        number=re.sub(r"^.*日|中华人民共和国(?=国务院令)", "", number),
        issuer=facts.issuer or _issuer(head),
        effective=facts.effective or _effective([head, *tail]),
    )


def _issuer(head: str) -> str:
    if orders := _ORDER.findall(head):
        return str(orders[0][0]).split("日")[-1].removesuffix("令")
    if published := _PUBLISHED.findall(head):
        return str(published[-1])
    passed = _PASSED.findall(head)
    return str(passed[-1]).removeprefix("经") if passed else ""


def _effective(texts: Sequence[str]) -> date | None:
    for text in texts:
        for year, month, day in _FROM.findall(text):
            if found := parse_date(f"{year}-{month}-{day}"):
                return found
    return None


def _value(front: dict[Any, Any], keys: Sequence[str]) -> str:
    for key in keys:
        value = front.get(key)
        if isinstance(value, str) and value.strip() and value.strip().lower() not in ("null", "~", "none"):
            return value.strip()
    return ""

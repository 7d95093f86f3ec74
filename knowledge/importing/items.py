"""Service items, one JSON object a line, as provincial service sites list them: a passage a section."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from knowledge.importing.decoding import decode
from knowledge.importing.official import parse_date
from knowledge.importing.passage import Draft, PassageSource
from knowledge.importing.reading import Reading, Refusal, Refused

Item = dict[str, Any]
MOST_WRONG = 1_000


def read_items(path: Path) -> Reading:
    """``name`` and ``department`` are needed; a broken line is refused by number. Raises Refused."""
    decoded = decode(path.read_bytes())
    drafts: list[Draft] = []
    refusals: list[Refusal] = list(decoded.refusals)
    codes: dict[str, int] = {}
    for number, text in enumerate(decoded.text.split("\n"), start=1):
        if not text.strip():
            continue
        where = f"第{number}行"
        item = _item(text)
        if isinstance(item, str):
            refusals.append(Refusal(where, item))
            if len(refusals) > MOST_WRONG:
                raise Refused("坏的行太多，不像事项清单，整份没有收。", where)
            continue
        code = str(item.get("code") or "")
        if code and code in codes:
            refusals.append(Refusal(where, f"事项编码和第{codes[code]}行相同，没有重复收。"))
            continue
        codes[code or where] = number
        taken = _drafts(item, where)
        drafts += taken
        if not taken:
            refusals.append(Refusal(where, "只有名字，没有条件、材料、时限、地点，没有收。"))
    return Reading("办事指南", tuple(drafts), tuple(refusals), decoded.encoding)


def _item(text: str) -> Item | str:
    try:
        item = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        column = getattr(error, "colno", 0)
        return f"不是完整的 JSON（第{column}个字附近），没有收。"
    if not isinstance(item, dict):
        return "应当是一个事项（用大括号括起来），没有收。"
    for key, said in (("name", "事项名称"), ("department", "办理部门")):
        if not isinstance(item.get(key), str) or not item[key].strip():
            return f"没有{said}（{key}），没有收。"
    return item


def _drafts(item: Item, where: str) -> list[Draft]:
    name, department = item["name"].strip(), item["department"].strip()
    source = PassageSource(
        f"{name}（办事指南）",
        str(item.get("code") or ""),
        department,
        "",
        str(item.get("url") or ""),
        parse_date(str(item.get("effective") or "")),
    )
    area = str(item.get("area") or "")
    made = []
    for section, write in SECTIONS.items():
        if text := write(item):
            title = " ".join(part for part in (area, department, section) if part)
            made.append(Draft(name, title, "", text, where, source, "item"))
    return made


def _conditions(item: Item) -> str:
    return str(item.get("conditions") or "").strip()


def _materials(item: Item) -> str:
    papers = item.get("materials")
    return "、".join(str(paper).strip() for paper in papers) if isinstance(papers, list) else ""


def _limits(item: Item) -> str:
    said = (("promised_limit", "承诺"), ("legal_limit", "法定"))
    parts = [f"{word}办结时限{item[key]}" for key, word in said if item.get(key)]
    if item.get("visits") not in (None, ""):
        parts.append(f"到现场次数{item['visits']}次")
    return "，".join(parts)


def _place(item: Item) -> str:
    said = (("where", ""), ("phone", "咨询电话："), ("complaints_phone", "投诉电话："))
    return "；".join(word + str(item[key]).strip() for key, word in said if item.get(key))


SECTIONS: dict[str, Callable[[Item], str]] = {
    "受理条件": _conditions,
    "申请材料": _materials,
    "办理时限": _limits,
    "办理地点": _place,
}

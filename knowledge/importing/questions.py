"""Question lists: rows under a header with a question and an answer column, from any kind of table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from knowledge.importing.official import parse_date
from knowledge.importing.passage import Draft, PassageSource
from knowledge.importing.reading import Refusal

COLUMNS = {
    "question": ("问题", "问", "提问", "咨询问题", "常见问题", "标题", "事项", "question", "q", "title"),
    "answer": ("答案", "答", "回答", "答复", "解答", "内容", "答复内容", "回复", "answer", "a"),
    "category": ("类别", "分类", "领域", "栏目", "category"),
    "document": ("依据", "文件", "来源", "政策依据", "文件名", "document", "source"),
    "number": ("文号", "发文字号", "number"),
    "issuer": ("发布机关", "发文机关", "部门", "主管部门", "issuer"),
    "article": ("条款", "条", "article"),
    "effective": ("施行日期", "生效日期", "实施日期", "effective"),
    "url": ("链接", "网址", "url"),
}
FORMULA = "\x00formula"
"""Stands in a cell whose formula has no saved result."""
HEADER_WITHIN = 5


def header_of(row: Sequence[str]) -> dict[str, int]:
    """Column numbers by name; a header only when question and answer are both there, {} otherwise."""
    found: dict[str, int] = {}
    for at, cell in enumerate(row):
        name = re.sub(r"[\s　:：*＊（(].*$|\s", "", cell.strip()).casefold()
        for column, names in COLUMNS.items():
            if name in names and column not in found:
                found[column] = at
    return found if {"question", "answer"} <= set(found) else {}


def question_drafts(
    rows: Iterable[tuple[str, Sequence[str]]], document: str
) -> tuple[list[Draft], list[Refusal]] | None:
    """(location, cells) rows to drafts; None when the first rows hold no header, so it is no question list."""
    header: dict[str, int] = {}
    drafts: list[Draft] = []
    refusals: list[Refusal] = []
    before = 0
    for location, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = header_of(cells)
            before += 1
            if not header and before >= HEADER_WITHIN:
                return None
            continue
        row = {name: cells[at].strip() if at < len(cells) else "" for name, at in header.items()}
        draft, wrong = _draft(row, location, document)
        refusals += wrong
        drafts += [draft] if draft else []
    return (drafts, refusals) if header else None


def _draft(row: dict[str, str], location: str, document: str) -> tuple[Draft | None, list[Refusal]]:
    if any(FORMULA in value for value in row.values()):
        return None, [Refusal(location, "单元格是公式，没有存下结果，没有收。请在表格里粘贴成数值。")]
    if not row["question"] or not row["answer"]:
        lacking = "问题" if not row["question"] else "答案"
        return None, [Refusal(location, f"没有{lacking}，没有收。")]
    wrong = []
    effective = parse_date(row.get("effective", ""))
    if row.get("effective") and effective is None:
        wrong.append(
            Refusal(location, f"施行日期“{row['effective'][:30]}”不是日期，没有收这个日期。", serious=False)
        )
    named = row.get("document", "").strip("《》")
    source = PassageSource(
        named or document,
        row.get("number", ""),
        row.get("issuer", ""),
        row.get("article", ""),
        row.get("url", ""),
        effective,
    )
    section = " ".join(part for part in (row.get("category", ""), row["question"]) if part)
    draft = Draft(document, section, row.get("article", ""), row["answer"], location, source, "question")
    return draft, wrong

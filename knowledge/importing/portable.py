"""PDF through pypdf: pages to lines, lines to paragraphs; scanned pages are refused by number."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pypdf
from pypdf.errors import DependencyError, PyPdfError

from knowledge.importing.decoding import clean
from knowledge.importing.reading import Facts, Line, Reading, Refusal, Refused
from knowledge.importing.sections import cut

MOST_PAGES = 2_000
LONGEST_SECONDS = 180.0
"""For one file; a crafted page can keep a parser busy for hours."""
_OPENS = re.compile(
    r"^(?:第[一二三四五六七八九十百千零0-9]+[条章节编]|[（(][一二三四五六七八九十0-9]+[)）]|[一二三四五六七八九十]+、|\d+[.、．])"
)
_PAGE_NUMBER = re.compile(r"^[-—–\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*/\s*\d+)?[-—–\s]*$")
_BROKEN = (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OSError)


def read_pdf(path: Path, deadline: float | None = None) -> Reading:
    """Raises Refused for encrypted, broken and picture-only files. ``deadline`` on the monotonic clock."""
    until = deadline if deadline is not None else time.monotonic() + LONGEST_SECONDS
    try:
        reader = pypdf.PdfReader(path, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("加了密码，打不开。请去掉密码再导入。")
        count = len(reader.pages)
    except DependencyError as error:
        raise Refused("加了密，打不开。请去掉密码再导入。") from error
    except _BROKEN as error:
        raise Refused("PDF 文件坏了，打不开。") from error
    if count > MOST_PAGES:
        raise Refused(f"有 {count} 页，最多 {MOST_PAGES} 页。请拆开再导入。")
    lines: list[Line] = []
    refusals: list[Refusal] = []
    for number in range(1, count + 1):
        if time.monotonic() > until:
            refusals.append(Refusal(f"第{number}页", f"读了太久，从这一页到第{count}页没有收。"))
            break
        try:
            text = clean(reader.pages[number - 1].extract_text() or "")
        except _BROKEN:
            refusals.append(Refusal(f"第{number}页", "这一页坏了，没有收。"))
            continue
        found = paragraphs(text, f"第{number}页")
        if not found:
            refusals.append(Refusal(f"第{number}页", "没有文字，可能是扫描的图片，没有收。"))
        lines = _continued(lines, found)
    if not lines:
        raise Refused("没有能用的文字，可能整份都是扫描的图片。请用文字版。")
    reading = cut(lines, Facts(), path.stem)
    return Reading(reading.kind, reading.drafts, (*refusals, *reading.refusals))


def paragraphs(text: str, location: str) -> list[Line]:
    """Lines broken by the page's width are joined again; page numbers are dropped."""
    joined: list[str] = []
    for raw in text.split("\n"):
        line = re.sub(r"(?<=[\u3000-\uffef])[ \t]+(?=[\u4e00-\u9fff])", "", raw.strip()) if raw else ""
        if not line or _PAGE_NUMBER.match(line):
            continue
        new = _OPENS.match(line) or (
            joined and (joined[-1][-1] in "。；：！？" or _short_heading(joined[-1]))
        )
        if new or not joined:
            joined.append(_with_gap(raw.strip()) if _OPENS.match(line) else line)
        else:
            joined[-1] += line
    return [Line(text, location) for text in joined]


def _with_gap(line: str) -> str:
    return re.sub(r"[ \t]+", " ", line)


def _short_heading(line: str) -> bool:
    return re.match(r"^第[一二三四五六七八九十]+[章节编]", line) is not None and len(line) < 30


def _continued(before: list[Line], page: list[Line]) -> list[Line]:
    last = before[-1].text if len(before) > 1 else ""
    goes_on = last and last[-1] not in "。；：！？" and not _short_heading(last)
    if goes_on and page and not _OPENS.match(page[0].text):
        return [*before[:-1], Line(last + page[0].text, before[-1].location), *page[1:]]
    return [*before, *page]

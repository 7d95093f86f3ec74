"""DOCX through python-docx: headings by style, paragraphs with their number, tables as question lists or rows."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import XMLSyntaxError  # type: ignore[import-untyped]

from knowledge.importing.archive import check_office
from knowledge.importing.decoding import clean
from knowledge.importing.passage import Draft
from knowledge.importing.questions import question_drafts
from knowledge.importing.reading import Facts, Line, Reading, Refusal, Refused
from knowledge.importing.sections import cut


def read_word(path: Path) -> Reading:
    """Raises Refused. Pictures, comments and deleted text are not read."""
    check_office(path)
    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, XMLSyntaxError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Refused("Word 文件坏了，打不开。") from error
    lines, drafts, refusals = _content(document, path.stem)
    if not lines and drafts:
        return Reading("问答表", tuple(drafts), tuple(refusals))
    reading = cut(lines, Facts(), path.stem)
    return Reading(reading.kind, (*reading.drafts, *drafts), (*refusals, *reading.refusals))


def _content(document: Document, name: str) -> tuple[list[Line], list[Draft], list[Refusal]]:
    lines: list[Line] = []
    drafts: list[Draft] = []
    refusals: list[Refusal] = []
    number, tables = 0, 0
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            number += 1
            if text := clean(block.text).strip():
                lines.append(Line(text, f"第{number}段", _level(block)))
            continue
        tables += 1
        rows = _rows(block, tables)
        if taken := question_drafts(rows, name):
            drafts += taken[0]
            refusals += taken[1]
        else:
            lines += [Line(" ｜ ".join(c for c in cells if c), where) for where, cells in rows]
    return lines, drafts, refusals


def _rows(table: Table, number: int) -> list[tuple[str, list[str]]]:
    rows = []
    for at, row in enumerate(table.rows, start=1):
        cells: list[str] = []
        seen: list[object] = []
        for cell in row.cells:  # a merged cell is given once for every column it spans
            if cell._tc not in seen:
                seen.append(cell._tc)
                cells.append(clean(cell.text).strip())
        rows.append((f"表{number}第{at}行", cells))
    return rows


def _level(paragraph: Paragraph) -> int:
    style = paragraph.style.name if paragraph.style and paragraph.style.name else ""
    if style in ("Title", "标题"):
        return 1
    found = re.fullmatch(r"(?:heading|标题)\s*([1-6])", style, re.IGNORECASE)
    return int(found[1]) if found else 0

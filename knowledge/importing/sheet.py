"""XLSX (openpyxl, values only) and CSV question lists."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]

from knowledge.importing.archive import check_office
from knowledge.importing.decoding import decode
from knowledge.importing.passage import Draft
from knowledge.importing.questions import FORMULA, question_drafts
from knowledge.importing.reading import Reading, Refusal, Refused

MOST_ROWS, MOST_COLUMNS = 200_000, 64
_NO_HEADER = "前几行里没有“问题”和“答案”两列，没有收。"


def read_workbook(path: Path) -> Reading:
    """Every sheet that has a header. Formulas give the value Excel saved. Raises Refused."""
    check_office(path)
    try:
        values = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        formulas = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, SyntaxError, TypeError) as error:
        raise Refused("表格文件坏了，打不开。") from error
    drafts: list[Draft] = []
    refusals: list[Refusal] = []
    try:
        for sheet in values.worksheets:
            taken = question_drafts(_rows(sheet, formulas[sheet.title]), path.stem)
            if taken is None:
                refusals.append(Refusal(f"表“{sheet.title}”", _NO_HEADER))
            else:
                drafts += taken[0]
                refusals += taken[1]
    except (KeyError, ValueError, zipfile.BadZipFile, SyntaxError, TypeError) as error:
        raise Refused("表格文件里有坏的部分，读到一半读不下去。") from error
    finally:
        values.close()
        formulas.close()
    return Reading("问答表", tuple(drafts), tuple(refusals))


def read_csv(path: Path) -> Reading:
    """Comma, tab or semicolon; any encoding that ``decode`` knows. Raises Refused."""
    decoded = decode(path.read_bytes())
    first = decoded.text[:4096].split("\n")[0]
    mark = max(",\t;，", key=first.count)
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(decoded.text), delimiter=mark)
    try:
        taken = question_drafts(_records(reader), path.stem)
    except csv.Error as error:
        raise Refused(
            "逗号分隔的格式不对（引号没有配对，或者一格太长）。", f"第{reader.line_num}行"
        ) from error
    if taken is None:
        raise Refused(_NO_HEADER)
    return Reading("问答表", tuple(taken[0]), (*decoded.refusals, *taken[1]), decoded.encoding)


def _records(reader: Any) -> Iterator[tuple[str, list[str]]]:
    start = 1
    for cells in reader:
        yield f"第{start}行", cells[:MOST_COLUMNS]
        start = reader.line_num + 1


def _rows(values: Any, formulas: Any) -> Iterator[tuple[str, list[str]]]:
    both = zip(
        values.iter_rows(values_only=True, max_row=MOST_ROWS, max_col=MOST_COLUMNS),
        formulas.iter_rows(values_only=True, max_row=MOST_ROWS, max_col=MOST_COLUMNS),
        strict=False,
    )
    for number, (row, written) in enumerate(both, start=1):
        yield f"表“{values.title}”第{number}行", [_cell(v, w) for v, w in zip(row, written, strict=False)]


def _cell(value: Any, written: Any) -> str:
    if value is None:
        return FORMULA if isinstance(written, str) and written.startswith("=") else ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)

"""Writes the files that offices have, good and bad, each as small as it can be."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import docx
import openpyxl  # type: ignore[import-untyped]

LAW = """---
title: 某某市殡葬服务办法
issuer: 某某市人民政府
in_force_since: 2024-03-01
official: https://example.gov.cn/1
---

# 某某市殡葬服务办法

（2024年1月5日某某市人民政府令第12号公布）

## 第一章 总则

第一条 为了规范殡葬服务，制定本办法。

第二条 本办法所称殡葬服务，是指遗体接运、火化、骨灰寄存。

第三条 骨灰寄存每年收费一百二十元。

城乡特困人员不收费。

## 第二章 附则

第四条 本办法自2024年3月1日起施行。
"""


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def word(path: Path) -> Path:
    document = docx.Document()
    document.add_heading("高龄津贴发放办法", 0)
    document.add_paragraph("某府发〔2025〕7号")
    document.add_heading("申领条件", 1)
    document.add_paragraph("年满八十周岁的本市户籍老人可以申领。")
    document.add_heading("发放标准", 1)
    document.add_paragraph("每人每月一百元，自2025年1月1日起执行。")
    table = document.add_table(rows=3, cols=2)
    for row, cells in enumerate((("问题", "答案"), ("津贴多少钱", "每月一百元"), ("在哪里办", ""))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    document.save(str(path))
    return path


def pdf(path: Path, pages: Sequence[Sequence[str]], password: str = "") -> Path:
    """A PDF written by hand (pypdf writes no text): lines as UTF-16 through a CID font with a ToUnicode map."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{5 + 2 * i} 0 R" for i in range(len(pages)))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>")
    objects.append(
        "<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>"
    )
    objects.append(
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Song /CIDSystemInfo "
        "<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 >>"
    )
    for number, lines in enumerate(pages):
        moves = "\n".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -20 Td" for line in lines)
        content = f"BT /F1 12 Tf 50 780 Td\n{moves}\nET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {6 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    out, offsets = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    path.write_bytes(out)
    if password:
        import pypdf

        writer = pypdf.PdfWriter(clone_from=path)
        writer.encrypt(password, algorithm="RC4-128")
        writer.write(path)
    return path


def bomb(path: Path) -> Path:
    """64 MB of nothing in 64 kB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(64 * 1024 * 1024))
    return path


def encrypted_office(path: Path) -> Path:
    """The head of what Office writes when a password is set: an OLE container with EncryptedPackage."""
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "EncryptedPackage".encode("utf-16-le"))
    return path


def with_macros(path: Path) -> Path:
    workbook(path, {"问答": [["问题", "答案"], ["一", "二"]]})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    return path


def too_large(path: Path) -> Path:
    """200 MB on paper, nothing on disk."""
    with path.open("wb") as file:
        file.write(b"%PDF-1.4\n")
        file.truncate(200 * 1024 * 1024)
    return path

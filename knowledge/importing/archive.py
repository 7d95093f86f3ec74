"""Looks at a file before a converter does: size, real type, zip bombs, encryption, macros."""

from __future__ import annotations

import zipfile
from pathlib import Path

from knowledge.importing.reading import LARGEST_FILE, MEBIBYTE, Refused

MOST_UNPACKED = 256 * MEBIBYTE
MOST_RATIO = 200
"""Plain Office files pack 5 to 20 times; a bomb 1,000 times and more."""
RATIO_COUNTS_FROM = 16 * MEBIBYTE
MOST_MEMBERS = 5_000
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def check_size(path: Path) -> None:
    """Raises Refused for an empty file, and one over the bound, without opening it."""
    size = path.stat().st_size
    if size == 0:
        raise Refused("是空文件。")
    if size > LARGEST_FILE:
        raise Refused(
            f"太大了：{size / MEBIBYTE:.0f} MB，最多 {LARGEST_FILE // MEBIBYTE} MB。请拆开，或只留有字的页。"
        )


def check_office(path: Path) -> None:
    """Raises Refused for what must not be unpacked. The sizes in the directory bind: zipfile reads no more."""
    with path.open("rb") as file:
        head = file.read(LARGEST_FILE)
    if head.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in head:
            raise Refused("加了密码，打不开。请去掉密码再导入。")
        raise Refused("是老格式（.doc、.xls）。请另存为 .docx 或 .xlsx 再导入。")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused("文件坏了，或者不是 Office 文件。") from error
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED:
        raise Refused(
            f"解开以后有 {unpacked / MEBIBYTE:.0f} MB、{len(members)} 个文件，不像正常文件，没有打开。"
        )
    if unpacked > RATIO_COUNTS_FROM and unpacked > MOST_RATIO * max(1, packed):
        raise Refused(f"压缩了 {unpacked / max(1, packed):.0f} 倍，像是压缩炸弹，没有打开。")
    if any(m.flag_bits & 1 for m in members):
        raise Refused("加了密码，打不开。请去掉密码再导入。")
    if any("vbaproject" in m.filename.lower() for m in members):
        raise Refused("带有宏。为了安全不收带宏的文件，请另存为不带宏的 .docx 或 .xlsx。")

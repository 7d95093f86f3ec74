"""Traditional characters as the packs and the decoding graphs write them: simplified. Pure.

Packs name Hong Kong and Macau, whose people write 個 and 電費 where a pack has readings for 个 and 电费.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "traditional.tsv"


def simplified(text: str) -> str:
    """Character by character, so the length stays; where simplified Chinese has two forms the usual one."""
    return text.translate(_table())


@cache
def _table() -> dict[int, str]:
    rows = (line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {ord(traditional): simple for traditional, simple in rows}

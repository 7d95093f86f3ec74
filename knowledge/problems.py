"""A fault in a knowledge file, said so that an author can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NOT_YAML = "写法不对：冒号后面要空一格，括号和引号要成对"


@dataclass(frozen=True, order=True)
class Problem:
    """``line`` counts from 1; 0 stands for the whole file. ``severity`` is error or warning."""

    file: str
    line: int
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


def line_of(lines: Sequence[str], start: str, after: int = 0) -> int:
    """Number of the first line below line ``after`` that begins so, blanks and list dash aside; 0 without one."""
    for number, line in enumerate(lines[after:], start=after + 1):
        if line.strip().removeprefix("- ").startswith(start):
            return number
    return 0

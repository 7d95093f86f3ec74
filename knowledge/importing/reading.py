"""What converters give: drafts, what they refused with its place, and facts about the whole text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from knowledge.importing.passage import Draft

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 64 * MEBIBYTE
MOST_PASSAGES = 300_000
"""Of one file; more is no document but a database."""


class Refused(Exception):
    """The whole file is refused; ``str(error)`` is a Chinese sentence, ``location`` where it was seen."""

    def __init__(self, sentence: str, location: str = "") -> None:
        super().__init__(sentence)
        self.location = location


@dataclass(frozen=True)
class Refusal:
    """One part that was not taken, or (``serious`` False) taken with a remark."""

    location: str
    message: str
    serious: bool = True

    def __str__(self) -> str:
        return f"{self.location}：{self.message}" if self.location else self.message


@dataclass(frozen=True)
class Line:
    """A paragraph of a text; ``level`` 1 to 6 for a heading, 0 for the rest."""

    text: str
    location: str
    level: int = 0


@dataclass(frozen=True)
class Facts:
    """What a text says about itself."""

    title: str = ""
    issuer: str = ""
    number: str = ""
    url: str = ""
    effective: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Reading:
    """``kind`` as shown in the report (法规, 文档, 问答表, 办事指南); ``encoding`` of text files."""

    kind: str
    drafts: tuple[Draft, ...]
    refusals: tuple[Refusal, ...] = field(default=())
    encoding: str = ""

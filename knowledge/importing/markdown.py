"""Markdown and plain text through markdown-it-py; every paragraph keeps its line number."""

from __future__ import annotations

from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.importing.decoding import decode
from knowledge.importing.official import split_front_matter
from knowledge.importing.reading import Line, Reading
from knowledge.importing.sections import cut

_DROPPED = ("html_block", "fence", "code_block", "hr")


def read_markdown(path: Path) -> Reading:
    """Raises Refused when the file is no text."""
    decoded = decode(path.read_bytes())
    facts, skipped, wrong = split_front_matter(decoded.text)
    body = "\n".join(decoded.text.split("\n")[skipped:])
    reading = cut(markdown_lines(body, skipped), facts, path.stem, decoded.encoding)
    return Reading(
        reading.kind,
        reading.drafts,
        (*decoded.refusals, *wrong, *reading.refusals),
        decoded.encoding,
    )


def read_plain(path: Path) -> Reading:
    """One paragraph a line."""
    decoded = decode(path.read_bytes())
    facts, skipped, wrong = split_front_matter(decoded.text)
    lines = [
        Line(text.strip(), f"第{number}行")
        for number, text in enumerate(decoded.text.split("\n")[skipped:], start=skipped + 1)
    ]
    reading = cut(lines, facts, path.stem)
    refusals = (*decoded.refusals, *wrong, *reading.refusals)
    return Reading(reading.kind, reading.drafts, refusals, decoded.encoding)


def markdown_lines(body: str, skipped: int = 0) -> list[Line]:
    """Paragraphs and headings; raw HTML and code are dropped. ``skipped`` lines stood before ``body``."""
    lines: list[Line] = []
    level, row, cells = 0, 0, list[str]()
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(body):
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "tr_open":
            row, cells = _line(token, skipped), []
        elif token.type == "tr_close":
            lines.append(Line(" ｜ ".join(cell for cell in cells if cell), f"第{row}行"))
            row = 0
        elif token.type == "inline" and row:
            cells.append(_text(token))
        elif token.type == "inline":
            lines.append(Line(_text(token), f"第{_line(token, skipped)}行", level))
            level = 0
        elif token.type in _DROPPED:
            continue
    return lines


def _line(token: Token, skipped: int) -> int:
    return (token.map[0] if token.map else 0) + skipped + 1


def _text(token: Token) -> str:
    said = ""
    for child in token.children or []:
        if child.type in ("text", "code_inline"):
            said += child.content
        elif child.type in ("softbreak", "hardbreak"):
            said += "\n" if said[-1:] in "。；：" else ""
    return said.strip()

"""HTML through Beautiful Soup: what a reader sees, with line numbers; scripts and hidden parts are dropped."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from knowledge.importing.decoding import clean, decode
from knowledge.importing.official import parse_date
from knowledge.importing.passage import Draft
from knowledge.importing.questions import question_drafts
from knowledge.importing.reading import Facts, Line, Reading, Refusal, Refused
from knowledge.importing.sections import cut

_DROPPED = [
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "embed",
    "svg",
    "form",
    "button",
    "input",
    "select",
    "nav",
    "footer",
    "link",
    "canvas",
]
_BLOCKS = [
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "li",
    "dt",
    "dd",
    "blockquote",
    "div",
    "section",
    "article",
    "td",
    "center",
    "pre",
]
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def read_page(path: Path) -> Reading:
    """Raises Refused for what is no text, and for tags nested absurdly deep."""
    decoded = decode(path.read_bytes())
    try:
        soup = BeautifulSoup(decoded.text, "html.parser")
        facts = _facts(soup)
        dropped = _drop(soup)
        lines, drafts, refusals = _content(soup, path.stem)
    except RecursionError as error:
        raise Refused("网页的标签套得太深，读不了。") from error
    reading = cut(lines, facts, path.stem)
    if dropped:
        note = f"网页里的脚本、表单和隐藏内容（{dropped} 处）没有收。"
        refusals.append(Refusal("", note, serious=False))
    if drafts and not reading.drafts:
        return Reading("问答表", tuple(drafts), (*decoded.refusals, *refusals), decoded.encoding)
    return Reading(
        reading.kind,
        (*reading.drafts, *drafts),
        (*decoded.refusals, *refusals, *reading.refusals),
        decoded.encoding,
    )


def _drop(soup: BeautifulSoup) -> int:
    hidden = [
        tag
        for tag in soup.find_all(True)
        if tag.name in _DROPPED or tag.has_attr("hidden") or _HIDDEN.search(str(tag.get("style") or ""))
    ]
    for tag in hidden:
        tag.extract()
    return len(hidden)


def _content(soup: BeautifulSoup, name: str) -> tuple[list[Line], list[Draft], list[Refusal]]:
    drafts: list[Draft] = []
    refusals: list[Refusal] = []
    for at, table in enumerate(soup.find_all("table"), start=1):
        rows = [
            (f"表{at}第{n}行", [_text(cell) for cell in row.find_all(["th", "td"])])
            for n, row in enumerate(table.find_all("tr"), start=1)
        ]
        if taken := question_drafts(rows, name):
            drafts += taken[0]
            refusals += taken[1]
            table.extract()
    lines = []
    for block in soup.find_all(_BLOCKS):
        if block.find(_BLOCKS) is not None:
            lines += [
                Line(text, _where(block))
                for child in block.find_all(string=True, recursive=False)
                if (text := clean(str(child)).strip())
            ]
        elif text := _text(block):
            level = int(block.name[1]) if re.fullmatch("h[1-6]", block.name) else 0
            lines.append(Line(text, _where(block), level))
    if not lines and (text := _text(soup)):
        lines = [Line(part, "第1行") for part in text.split("\n") if part.strip()]
    return lines, drafts, refusals


def _text(tag: Tag) -> str:
    return re.sub(r"[ \t\n]+", " ", clean(tag.get_text(" " if tag.name == "tr" else ""))).strip()


def _where(tag: Tag) -> str:
    return f"第{tag.sourceline}行" if tag.sourceline else ""


def _facts(soup: BeautifulSoup) -> Facts:
    """Title, and the columns Chinese government sites must carry in ``meta`` (网站政府文件 PubDate, ContentSource)."""
    meta = {
        str(tag.get("name", "")).casefold(): str(tag.get("content", "")).strip()
        for tag in soup.find_all("meta")
        if tag.get("name")
    }
    heading = soup.find("h1")
    title = (
        _text(heading)
        if heading
        else meta.get("articletitle") or (clean(soup.title.get_text()).strip() if soup.title else "")
    )
    return Facts(
        title=title,
        issuer=meta.get("contentsource", ""),
        url=meta.get("url", ""),
        effective=parse_date(meta.get("effective", "")),
    )

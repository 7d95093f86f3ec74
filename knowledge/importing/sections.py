"""Cuts a text into passages: an article each where it has articles, a section's paragraphs otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge.importing.official import facts_in
from knowledge.importing.passage import Draft, PassageSource
from knowledge.importing.reading import Facts, Line, Reading, Refusal
from knowledge.laws.articles import KINDS, ArticleRef, article_head, bare_name

LONGEST = 700
"""Characters of a passage without articles: what can be read out or shown at once, cut at paragraphs."""
FEWEST_ARTICLES = 3
_CHAPTER = re.compile(r"^第[一二三四五六七八九十百零0-9]+[编分章节][\s　]*\S{0,30}$")
_NUMBERED = re.compile(r"^[一二三四五六七八九十]+、\S.{0,28}$")
_BOOK = re.compile(r"^(?P<law>.*(?:法典))\s+(?P<book>第.+编.*|附则)$")
_PASSED = re.compile(r"^[（(]?\d{4}年.*?(?:通过|公布|发布|修订|修正|修改|施行)")
_APPROVES = re.compile(r"(?:批准|通过)《([^《》]{4,60})》")
_DEPTH = {"编": 1, "分": 2, "章": 2, "节": 3}


def cut(lines: Sequence[Line], facts: Facts, fallback: str, encoding: str = "") -> Reading:
    """``fallback`` names a text without title. What has neither issuer nor date is taken, with a remark."""
    kept = [line for line in lines if line.text.strip()]
    facts = facts_in(kept, facts)
    title = facts.title or next((line.text for line in kept[:5] if line.level == 1), "") or fallback
    document, book = title.strip(), ""
    if found := _BOOK.match(document):
        document, book = found["law"], found["book"].strip()
    source = PassageSource(document, facts.number, facts.issuer, "", facts.url, facts.effective)
    cutter = _Cutter(document, book, title, source, facts.note)
    for line in kept:
        cutter.take(line)
    drafts = cutter.done()
    named = re.search(rf"(?:{KINDS})(?:[（(].{{1,3}}[）)])?$", document) is not None
    law = sum(bool(d.article) for d in drafts) >= FEWEST_ARTICLES or (
        named and any(d.article for d in drafts)
    )
    kind = "law" if law else "text"
    drafts = [replace(d, kind=kind) for d in (_without_history(drafts) if law else drafts)]
    lacking = [w for w, v in (("发布机关", facts.issuer), ("施行日期", facts.effective)) if not v]
    refusals = []
    if lacking and drafts:
        said = f"没有写{'和'.join(lacking)}，能查到，但不会拿来直接回答。"
        refusals.append(Refusal("", said, serious=False))
    if not drafts:
        refusals.append(Refusal("", "里面没有能用的文字。"))
    return Reading("法规" if law else "文档", tuple(drafts), tuple(refusals), encoding)


class _Cutter:
    """Follows headings and articles line by line."""

    def __init__(self, document: str, book: str, title: str, source: PassageSource, note: str) -> None:
        self._document, self._source, self._note = document, source, note
        self._base, self._title = [book] if book else [], title
        self._path: list[tuple[int, str]] = []
        self._article: ArticleRef | None = None
        self._previous = 0
        self._texts: list[str] = []
        self._where = ""
        self._annexed: set[str] = set()
        self._drafts: list[Draft] = []

    def take(self, line: Line) -> None:
        text = line.text.strip()
        if text in self._annexed:
            self._begin(text)
            return
        self._annexed |= {bare_name(name) for name in _APPROVES.findall(text)} if not self._article else set()
        head = article_head(text, self._previous)
        level = 0 if head else line.level or _heading_depth(text)
        if level:
            self._close()
            self._article = None
            if text != self._title:
                self._path = [p for p in self._path if p[0] < level] + [(level, _spaced(text))]
            return
        if head:
            self._close()
            self._article, rest = head
            self._previous = head[0].number
            self._start(rest, line.location)
        elif self._texts and (self._article or sum(map(len, self._texts)) + len(text) <= LONGEST):
            self._texts.append(text)
        else:
            self._close()
            for piece in _pieces(text):
                self._close()
                self._start(piece, line.location)

    def done(self) -> list[Draft]:
        self._close()
        return self._drafts

    def _begin(self, document: str) -> None:
        """A text that the one before approves and brings along, with articles of its own."""
        self._close()
        self._document, self._source = document, replace(self._source, document=document)
        self._base, self._path, self._article, self._previous = [], [], None, 0
        self._annexed = set()

    def _start(self, text: str, location: str) -> None:
        self._texts, self._where = [text] if text else [], location

    def _close(self) -> None:
        if self._texts:
            section = " ".join([*self._base, *(name for _, name in self._path)])
            article = self._article.article if self._article else ""
            text = "\n".join(self._texts)
            self._drafts.append(
                Draft(self._document, section, article, text, self._where, self._source, note=self._note)
            )
        self._texts = []


def _without_history(drafts: Sequence[Draft]) -> list[Draft]:
    """Without the lines on when and by whom a law was passed: that is in ``source``, and no provision."""
    kept = []
    for draft in drafts:
        lines = draft.text.split("\n")
        while lines and not draft.article and _PASSED.match(lines[0]):
            lines = lines[1:]
        if lines:
            kept.append(replace(draft, text="\n".join(lines)))
    return kept


def _heading_depth(text: str) -> int:
    if _CHAPTER.match(text):
        return next((depth for mark, depth in _DEPTH.items() if mark in text.split()[0][:8]), 2)
    return 4 if _NUMBERED.match(text) and text[-1] not in "。；：，" else 0


def _spaced(text: str) -> str:
    return re.sub(r"[\s　]+", " ", text).strip()


def _pieces(text: str) -> list[str]:
    if len(text) <= LONGEST:
        return [text]
    pieces = [""]
    for sentence in re.findall(r"[^。！？；]+[。！？；]*", text):
        for part in (sentence[i : i + LONGEST] for i in range(0, len(sentence), LONGEST)):
            if len(pieces[-1]) + len(part) > LONGEST and pieces[-1]:
                pieces.append("")
            pieces[-1] += part
    return pieces

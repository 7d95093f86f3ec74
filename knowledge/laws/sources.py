"""Do the articles that entries cite exist? Held against imported texts; texts that are not here are not judged."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from knowledge.entry import Entry, Source
from knowledge.importing.passage import Passage
from knowledge.importing.values import Values, values_of
from knowledge.laws.articles import ArticleRef, article_head, article_name, bare_name
from knowledge.problems import Problem, line_of
from knowledge.store import Store

_CALENDAR_YEAR = re.compile(r"[二一][〇零九][〇零一二三四五六七八九]{2}年|(?:19|20)\d\d年")
_APART = re.compile(r"[、，,；;\s]+")


def wrong_citations(store: Store, passages: Iterable[Passage]) -> list[Problem]:
    """A problem for each cited article that its imported text does not have, for a text of articles cited without
    one, and for a first source whose date differs from the entry's ``effective``."""
    articles: dict[str, set[str]] = defaultdict(set)
    effective: dict[str, date | None] = {}
    for passage in passages:
        name = bare_name(passage.document)
        articles[name].add(passage.article)
        effective[name] = passage.source.effective
    found: list[Problem] = []
    for topic, entry in store.entries.items():
        file = store.files[topic]
        lines, at = store.lines[file], 0
        for position, source in enumerate(entry.sources):
            at = line_of(lines, "document:", at)
            name = _document(source)
            if name not in articles:
                continue
            if not source.article and any(articles[name]):
                found.append(Problem(file, at, f"引了《{source.document}》，没有写第几条", "warning"))
            found += [
                Problem(file, at, f"《{source.document}》里没有“{article}”")
                for article in cited_articles(source.article)
                if article not in articles[name]
            ]
            if position == 0 and effective[name] and effective[name] != entry.effective:
                said = f"施行日期写的是 {entry.effective}，《{source.document}》是 {effective[name]} 起施行"
                found.append(Problem(file, line_of(lines, "effective:"), said, "warning"))
    return sorted(found)


def counted_citations(store: Store, passages: Iterable[Passage]) -> tuple[int, int]:
    """How many sources of entries name a text that is here, and how many one that is not and is not judged."""
    here = {bare_name(passage.document) for passage in passages}
    cited = [_document(source) in here for entry in store.entries.values() for source in entry.sources]
    return sum(cited), len(cited) - sum(cited)


def unbacked_figures(entry: Entry, passages: Iterable[Passage]) -> dict[str, frozenset[str]]:
    """Numbers by unit that an entry says and none of its cited articles does; days and working days are one unit.

    What is left is derived, comes from a text that is not here, or is wrong: a person decides, `verify` says so.
    """
    cited = {(_document(s), a) for s in entry.sources for a in cited_articles(s.article)}
    texts = [p.text for p in passages if (bare_name(p.document), p.article) in cited]
    backed = _figures("\n".join(texts))
    said = _figures("\n".join(line for lines in entry.sections.values() for line in lines))
    left = {unit: numbers - backed.get(unit, frozenset()) for unit, numbers in said.items()}
    return {unit: numbers for unit, numbers in left.items() if numbers}


def _document(source: Source) -> str:
    return bare_name(source.document.split(" ")[0])


def _figures(text: str) -> Values:
    found = values_of(_CALENDAR_YEAR.sub("", text))
    days = found.pop("工作日", frozenset()) | found.pop("天", frozenset())
    return {**found, "天": days} if days else found


def cited_articles(article: str) -> list[str]:
    """“第二条、第三条第一款” → [第二条, 第三条], “第五条至第七条” → all three; what is no article as it stands."""
    named: list[str] = []
    for part in filter(None, _APART.split(article)):
        first, _, last = (_head(end) for end in part.partition("至"))
        if first and last:
            named += [article_name(number) for number in range(first.number, last.number + 1)]
        else:
            named.append(first.article if first else part)
    return named


def _head(text: str) -> ArticleRef | None:
    head = article_head(re.sub(r"(?<=条)(?!之)", " ", text, count=1))
    return head[0] if head else None

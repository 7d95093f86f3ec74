"""Do the articles that entries cite exist? Held against imported texts; texts that are not here are not judged."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from knowledge.entry import Entry
from knowledge.importing.passage import Passage
from knowledge.laws.articles import article_head, bare_name
from knowledge.problems import Problem

_APART = re.compile(r"[、，,；;\s]+")


def wrong_citations(
    entries: Mapping[str, Entry], files: Mapping[str, str], passages: Iterable[Passage]
) -> list[Problem]:
    """A problem for each cited article that its imported text does not have, and for a first source whose date
    differs from the entry's ``effective``. ``files`` maps a topic to its file."""
    articles: dict[str, set[str]] = defaultdict(set)
    effective: dict[str, date | None] = {}
    for passage in passages:
        name = bare_name(passage.document)
        articles[name].add(passage.article)
        effective[name] = passage.source.effective
    found: list[Problem] = []
    for topic, entry in entries.items():
        for position, source in enumerate(entry.sources):
            name = bare_name(source.document.split(" ")[0])
            if name not in articles:
                continue
            found += [
                Problem(files[topic], 2, f"《{source.document}》 has no article “{article}”")
                for article in cited_articles(source.article)
                if article not in articles[name]
            ]
            if position == 0 and effective[name] and effective[name] != entry.effective:
                said = f"effective is {entry.effective}, 《{source.document}》 holds from {effective[name]}"
                found.append(Problem(files[topic], 2, said, "warning"))
    return sorted(found)


def cited_articles(article: str) -> list[str]:
    """“第二条、第三条第一款” → [第二条, 第三条]; what is no article is given as it stands."""
    named = []
    for part in filter(None, _APART.split(article)):
        head = article_head(re.sub(r"(?<=条)(?!之)", " ", part, count=1))
        named.append(head[0].article if head else part)
    return named

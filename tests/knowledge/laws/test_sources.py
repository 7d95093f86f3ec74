"""Every article that an entry cites exists in the text it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge.entry import Source
from knowledge.importing.markdown import read_markdown
from knowledge.importing.passage import Draft, Passage, PassageSource
from knowledge.laws.articles import bare_name
from knowledge.laws.sources import cited_articles, unbacked_figures, wrong_citations
from knowledge.store import load_store

STORE = load_store()
AMENDED = {"住房公积金管理条例", "机动车驾驶证申领和使用规定"}
"""Amended after the texts beside the checkout: entries carry the date of the amendment."""


DERIVED = {
    "labour-contract": "eleven months: from the second to the twelfth",
    "licence-points": "twelve points a year: said in article 3 as 记分周期为十二个月",
    "statutory-retirement-age": "five years later is 50 to 55; dates; 1967-05 is month 28 of steps of four",
}
"""Figures that follow from the cited articles without standing there in these words."""


def passage(article: str) -> Passage:
    source = PassageSource("某某法", "", "某院", "", "", date(2020, 1, 1))
    return Draft("中华人民共和国某某法", "", article, "内容", "第1行", source, "law").finish(
        "a.md", "2026-01-01"
    )


def test_several_articles_with_paragraphs() -> None:
    assert cited_articles("第二条、第三条第一款，第十二条之一") == ["第二条", "第三条", "第十二条之一"]
    assert cited_articles("第九条至第十一条") == ["第九条", "第十条", "第十一条"]
    assert cited_articles("") == [] and cited_articles("附件一") == ["附件一"]


def test_missing_articles_and_other_dates_are_told() -> None:
    topic, entry = next(iter(STORE.entries.items()))
    cites = replace(
        entry, sources=(Source("某某法", "某院", "", "第一条、第九条"),), effective=date(2021, 1, 1)
    )
    elsewhere = replace(entry, sources=(Source("没导入的法", "某院", "", "第九条"),))
    known = [passage("第一条"), passage("第二条")]
    problems = wrong_citations(replace(STORE, entries={topic: cites}), known)
    assert sorted(p.severity for p in problems) == ["error", "warning"]
    assert any("第九条" in p.message for p in problems) and any("2020-01-01" in p.message for p in problems)
    assert wrong_citations(replace(STORE, entries={topic: elsewhere}), known) == []
    bare = replace(entry, sources=(Source("某某法", "某院"),), effective=date(2020, 1, 1))
    assert [
        "没有写第几条" in p.message for p in wrong_citations(replace(STORE, entries={topic: bare}), known)
    ] == [True]


def test_figures_that_no_cited_article_says() -> None:
    entry = next(iter(STORE.entries.values()))
    sections = {**entry.sections, "要点": ("三十天内办，交二十元，五个工作日好。",)}
    says = replace(entry, sources=(Source("某某法", "某院", "", "第一条"),), sections=sections)
    law = replace(passage("第一条"), text="应当在三十日内办理，五日内办结。")
    assert unbacked_figures(says, [law])["元"] == {"20"}
    assert not {"30", "5"} & unbacked_figures(says, [law]).get("天", frozenset())


@pytest.mark.shared
def test_every_cited_article_of_every_entry(shared: Path) -> None:
    """Over the real texts: document and article stand there, and the first source's date is the entry's."""
    named = {bare_name(s.document.split(" ")[0]) for e in STORE.entries.values() for s in e.sources}
    passages: list[Passage] = []
    for path in sorted((shared / "laws").glob("*.md")):
        if path.stem == "README" or not any(name in path.read_text("utf-8") for name in named):
            continue
        passages += [draft.finish(path.name, "") for draft in read_markdown(path).drafts]
    problems = wrong_citations(STORE, passages)
    unexplained = [p for p in problems if not any(f"《{name}》是" in p.message for name in AMENDED)]
    assert [str(p) for p in unexplained] == []
    sure = {topic: entry for topic, entry in STORE.entries.items() if not entry.verify}
    left = {t: f for t, e in sure.items() if t not in DERIVED and (f := unbacked_figures(e, passages))}
    assert left == {}, "a figure that no cited article says needs `verify: true`"
    here = {bare_name(p.document) for p in passages}
    assert len(named & here) > 90, "most entries rest on texts that are here"

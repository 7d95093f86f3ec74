"""Every entry, phrasing file and boundary of the project, as an author's check would see it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from knowledge.evaluation.queries import Query, read_queries
from knowledge.lint import lint
from knowledge.phrasings import same_wording
from knowledge.store import KNOWLEDGE, Store, load_store


@pytest.fixture(scope="module")
def store() -> Store:
    return load_store()


def test_nothing_is_wrong_with_any_file(store: Store) -> None:
    errors = [str(p) for p in lint(store, date(2026, 11, 25)) if p.severity == "error"]
    assert errors == []


def test_no_question_differs_from_another_topics_by_particles_only(store: Store) -> None:
    assert [str(p) for p in lint(store, date(2026, 11, 25)) if "只差虚词" in p.message] == []


def test_every_topic_of_the_catalogue_has_an_entry(store: Store) -> None:
    assert set(store.entries) == set(store.topics)
    assert set(store.phrasings) == set(store.topics)


def test_no_line_repeats_what_every_answer_says_or_promises_what_nobody_does(store: Store) -> None:
    """`verify: true` makes the answer end with the local window, and no entry knows a single place's sums."""
    empty = ("以当地窗口答复为准", "告诉我", "问我", "我帮您", "我来说")
    for topic, entry in store.entries.items():
        said = "\n".join(sum(entry.sections.values(), ()))
        assert [words for words in empty if words in said] == [], topic


def test_what_needs_no_trip_names_the_way_to_do_it_from_home(store: Store) -> None:
    way = re.compile("手机|网|软件|平台|电子|小程序|电话|微信")
    flagged = [entry for entry in store.entries.values() if entry.zero_trip]
    assert flagged
    for entry in flagged:
        lines = (entry.said, *entry.sections["在哪里办"])
        assert any(way.search(line) for line in lines), entry.id


def test_every_entry_has_forty_phrasings_in_several_dialects(store: Store) -> None:
    for topic, lines in store.phrasings.items():
        assert len(lines) >= 40, topic
        assert sum(line.style == "dialect" for line in lines) >= 8, topic
        assert sum(line.style == "fragment" for line in lines) >= 6, topic
        assert sum(store.topics[topic].title not in line.text for line in lines) >= 15, topic


def test_no_phrasing_is_shared_by_two_topics(store: Store) -> None:
    owners = Counter(
        key for lines in store.phrasings.values() for key in {same_wording(line.text) for line in lines}
    )
    assert [key for key, count in owners.items() if count > 1] == []


def test_the_boundaries_cover_every_outcome_and_say_whom_to_call(store: Store) -> None:
    kinds = Counter(boundary.outcome for boundary in store.boundaries.values())
    assert len(store.boundaries) >= 12
    assert set(kinds) == {"refused", "unanswered", "emergency", "human"}
    for boundary in store.boundaries.values():
        assert len(boundary.phrasings) >= 40, boundary.id
        assert len({line.dialect for line in boundary.phrasings}) >= 5, boundary.id
        assert (boundary.outcome == "emergency") == bool(boundary.hotline), boundary.id


@pytest.mark.parametrize("name", ["dev", "early", "held", "fresh", "unseen"])
def test_development_queries_are_nobodys_phrasing(store: Store, name: str) -> None:
    queries = read_queries(KNOWLEDGE / "evaluation" / f"{name}.jsonl")
    assert said_by_somebody(store, queries) == []
    assert {topic for query in queries for topic in query.accepted} <= set(store.topics)


@pytest.mark.shared
def test_the_samples_queries_are_nobodys_phrasing(store: Store, shared: Path) -> None:
    for file in sorted((shared / "eval" / "sample").glob("*.jsonl")):
        assert said_by_somebody(store, read_queries(file)) == []


def said_by_somebody(store: Store, queries: list[Query]) -> list[str]:
    """Queries that a topic or boundary has among its phrasings."""
    indexed = {same_wording(line.text) for lines in store.phrasings.values() for line in lines}
    indexed |= {same_wording(line.text) for b in store.boundaries.values() for line in b.phrasings}
    return [query.text for query in queries if same_wording(query.text) in indexed]

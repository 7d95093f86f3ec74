"""What is indexed: per topic its title, scope, sentence, plain words, points and phrasings, capped evenly."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from knowledge.entry import PLAIN, POINTS, Entry
from knowledge.phrasings import Phrasing
from knowledge.store import Store
from knowledge.topics import Topic

PHRASINGS_A_TOPIC = 96
"""Above this the styles are thinned evenly: a topic with many more rows than others would draw questions."""


@dataclass(frozen=True)
class Row:
    """``kind`` is title, covers, said, plain, point or phrasing; ``label`` a topic or boundary id."""

    text: str
    label: str
    kind: str

    @property
    def spoken(self) -> bool:
        """True for what people say: encoded as a question, as in training."""
        return self.kind == "phrasing"


def index_rows(store: Store) -> list[Row]:
    """Rows of every topic that has an entry, then of every boundary, in a stable order."""
    rows: list[Row] = []
    for topic_id, entry in sorted(store.entries.items()):
        topic = store.topics.get(topic_id)
        rows += _entry_rows(entry, topic)
        rows += _phrasing_rows(store.phrasings.get(topic_id, ()), topic_id)
    for boundary in sorted(store.boundaries.values(), key=lambda b: b.id):
        rows.append(Row(boundary.title, boundary.id, "title"))
        rows += _phrasing_rows(boundary.phrasings, boundary.id)
    return rows


def _entry_rows(entry: Entry, topic: Topic | None) -> list[Row]:
    rows = [Row(entry.title, entry.id, "title"), Row(entry.said, entry.id, "said")]
    if topic is not None:
        rows.append(Row(f"{topic.title}：{topic.covers}", entry.id, "covers"))
    rows += [Row(line, entry.id, "plain") for line in entry.sections[PLAIN]]
    rows += [Row(f"{entry.title}：{line}", entry.id, "point") for line in entry.sections[POINTS]]
    return rows


def _phrasing_rows(phrasings: tuple[Phrasing, ...], label: str) -> list[Row]:
    return [Row(line.text, label, "phrasing") for line in _thinned(phrasings)]


def _thinned(phrasings: tuple[Phrasing, ...]) -> list[Phrasing]:
    if len(phrasings) <= PHRASINGS_A_TOPIC:
        return list(phrasings)
    groups: dict[str, list[Phrasing]] = defaultdict(list)
    for line in phrasings:
        groups[line.style + line.dialect].append(line)
    kept: list[Phrasing] = []
    depth = 0
    while len(kept) < PHRASINGS_A_TOPIC:
        kept += [group[depth] for group in groups.values() if depth < len(group)]
        depth += 1
    return sorted(kept[:PHRASINGS_A_TOPIC], key=lambda line: line.line)

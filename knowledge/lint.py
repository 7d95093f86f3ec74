"""What an author should mend: broken files, shared phrasings, dangling references, entries near expiry."""

from __future__ import annotations

from datetime import date, timedelta

from knowledge.phrasings import Phrasing, same_wording
from knowledge.problems import Problem
from knowledge.store import Store
from knowledge.topics import load_service_ids

SOON = timedelta(days=60)
FEWEST = {"plain": 10, "story": 12, "dialect": 8, "fragment": 6, "hesitating": 4, "contrast": 4}
FEWEST_IN_ALL, FEWEST_UNTITLED, FEWEST_DIALECTS = 46, 15, 5
MOST_SOURCES, LONGEST_POINT = 3, 45
BLANK = "【待填"
"""Marks what an author still has to fill in; nothing with it goes live."""


def lint(store: Store, today: date | None = None) -> list[Problem]:
    """All problems, by file and line; severity warning where the entry can still be used."""
    day = today or date.today()
    problems = [*store.problems]
    for topic_id in store.entries:
        problems += _entry(store, topic_id, day)
    for topic_id in store.phrasings:
        problems += _phrasings(store, topic_id)
    problems += _shared(store)
    problems += _catalogue(store)
    return sorted(problems)


def _entry(store: Store, topic_id: str, day: date) -> list[Problem]:
    entry, file = store.entries[topic_id], store.files[topic_id]
    found: list[Problem] = []
    topic = store.topics.get(topic_id)
    if topic is None:
        found.append(Problem(file, 2, f"“{topic_id}” is not in the catalogue"))
    else:
        for field in ("title", "level", "domain", "service"):
            if getattr(topic, field) != getattr(entry, field):
                said, known = getattr(entry, field), getattr(topic, field)
                found.append(Problem(file, 2, f"{field} is “{said}”, the catalogue says “{known}”"))
        if set(topic.near) != set(entry.near):
            found.append(
                Problem(file, 2, f"near differs from the catalogue: {', '.join(topic.near)}", "warning")
            )
    found += [
        Problem(file, 2, f"near names “{other}”, which is no topic")
        for other in entry.near
        if other not in store.topics
    ]
    if len(entry.sources) > MOST_SOURCES:
        found.append(Problem(file, 2, f"{len(entry.sources)} sources, {MOST_SOURCES} at most", "warning"))
    said = [entry.title, entry.jurisdiction, *map(str, entry.sources), *sum(entry.sections.values(), ())]
    found += [Problem(file, 0, f"still to be filled in: {text}") for text in said if BLANK in text]
    if topic_id not in store.phrasings:
        found.append(Problem(file, 0, "no phrasings file beside it"))
    for line in entry.sections["要点"]:
        if len(line) > LONGEST_POINT:
            found.append(Problem(file, 0, f"要点 longer than {LONGEST_POINT} characters: {line}", "warning"))
    if entry.expires and entry.expires < day:
        found.append(Problem(file, 2, f"expired on {entry.expires}: it is no longer answered", "warning"))
    elif entry.expires and entry.expires - day <= SOON:
        found.append(Problem(file, 2, f"expires on {entry.expires}", "warning"))
    if entry.stale_on(day):
        found.append(Problem(file, 2, f"last reviewed on {entry.reviewed}", "warning"))
    if entry.reviewed > day:
        found.append(Problem(file, 2, f"reviewed in the future: {entry.reviewed}", "warning"))
    return found


def _phrasings(store: Store, topic_id: str) -> list[Problem]:
    lines, topic = store.phrasings[topic_id], store.topics.get(topic_id)
    domain = topic.domain if topic else "?"
    file = f"entries/{domain}/{topic_id}.phrasings.txt"
    if topic is None:
        return [Problem(file, 0, f"“{topic_id}” is not in the catalogue")]
    found = [
        Problem(file, 0, f"{count} lines of {style}, {fewest} wanted", "warning")
        for style, fewest in FEWEST.items()
        if (count := sum(line.style == style for line in lines)) < fewest
    ]
    if len(lines) < FEWEST_IN_ALL:
        found.append(Problem(file, 0, f"{len(lines)} lines, {FEWEST_IN_ALL} wanted", "warning"))
    dialects = {line.dialect for line in lines if line.style == "dialect"}
    if len(dialects) < FEWEST_DIALECTS:
        found.append(Problem(file, 0, f"{len(dialects)} dialects, {FEWEST_DIALECTS} wanted", "warning"))
    untitled = sum(topic.title not in line.text for line in lines)
    if untitled < FEWEST_UNTITLED:
        found.append(
            Problem(file, 0, f"{untitled} lines without the title, {FEWEST_UNTITLED} wanted", "warning")
        )
    return found


def _shared(store: Store) -> list[Problem]:
    seen: dict[str, str] = {}
    found = []
    for owner, file, line in _all_phrasings(store):
        key = same_wording(line.text)
        if key in seen and seen[key] != owner:
            found.append(Problem(file, line.line, f"“{line.text}” also stands under {seen[key]}"))
        elif key in seen:
            found.append(Problem(file, line.line, f"“{line.text}” stands twice", "warning"))
        seen.setdefault(key, owner)
    return found


def _all_phrasings(store: Store) -> list[tuple[str, str, Phrasing]]:
    rows = []
    for topic_id, lines in store.phrasings.items():
        topic = store.topics.get(topic_id)
        file = f"entries/{topic.domain if topic else '?'}/{topic_id}.phrasings.txt"
        rows += [(topic_id, file, line) for line in lines]
    for boundary in store.boundaries.values():
        rows += [(boundary.id, f"boundaries/{boundary.id}.yml", line) for line in boundary.phrasings]
    return rows


def _catalogue(store: Store) -> list[Problem]:
    services = load_service_ids()
    found = []
    for topic in store.topics.values():
        file = f"catalogue/{topic.domain}.yml"
        for other in topic.near:
            if other not in store.topics:
                found.append(Problem(file, 0, f"{topic.id}: near names “{other}”, which is no topic"))
            elif topic.id not in store.topics[other].near:
                found.append(Problem(file, 0, f"{topic.id} is near {other}, but not the other way round"))
        if topic.service and services and topic.service not in services:
            found.append(Problem(file, 0, f"{topic.id}: unknown service “{topic.service}”"))
    return found

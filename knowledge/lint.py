"""What an author should mend: broken files, shared phrasings, near twins, dangling references, expiry."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from knowledge.phrasings import Phrasing, same_wording
from knowledge.problems import Problem, line_of
from knowledge.store import Store
from knowledge.topics import load_service_ids

SOON = timedelta(days=60)
FEWEST = {"plain": 10, "story": 12, "dialect": 8, "fragment": 6, "hesitating": 4, "contrast": 4}
FEWEST_IN_ALL, FEWEST_UNTITLED, FEWEST_DIALECTS = 46, 15, 5
MOST_SOURCES, LONGEST_POINT = 3, 45
LEFT_OUT = frozenset("的了吗呢要不没能啊嘛")
"""What two questions may differ by and still be the same words to a machine."""
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
    problems += _near_twins(store)
    problems += _catalogue(store)
    return sorted(problems)


def _entry(store: Store, topic_id: str, day: date) -> list[Problem]:
    entry, file = store.entries[topic_id], store.files[topic_id]
    lines = store.lines[file]
    found: list[Problem] = []

    def tell(key: str, message: str, severity: str = "error") -> None:
        found.append(Problem(file, line_of(lines, f"{key}:") or line_of(lines, "id:"), message, severity))

    topic = store.topics.get(topic_id)
    if topic is None:
        tell("id", f"目录里没有“{topic_id}”")
    else:
        for field in ("title", "level", "domain", "service"):
            if getattr(topic, field) != getattr(entry, field):
                said, known = getattr(entry, field) or "空", getattr(topic, field) or "空"
                tell(field, f"{field} 写的是“{said}”，目录里是“{known}”")
        if set(topic.near) != set(entry.near):
            tell("near", f"near 和目录里的不一样，目录里是：{'、'.join(topic.near)}", "warning")
    for other in entry.near:
        if other not in store.topics:
            tell("near", f"near 里的“{other}”不是主题")
    if len(entry.sources) > MOST_SOURCES:
        tell("source", f"有 {len(entry.sources)} 个出处，最多 {MOST_SOURCES} 个", "warning")
    found += [
        Problem(file, number, f"还没有填：{line.strip()}")
        for number, line in enumerate(lines, start=1)
        if BLANK in line and not line.startswith("#")
    ]
    if topic_id not in store.phrasings:
        found.append(Problem(file, 0, "旁边没有问法文件"))
    for point in entry.sections["要点"]:
        if len(point) > LONGEST_POINT:
            number = line_of(lines, point, line_of(lines, "## 要点"))
            found.append(
                Problem(
                    file,
                    number,
                    f"这一条要点有 {len(point)} 个字，最多 {LONGEST_POINT} 个：{point}",
                    "warning",
                )
            )
    if entry.expires and entry.expires < day:
        tell("expires", f"{entry.expires} 已经到期，不再回答", "warning")
    elif entry.expires and entry.expires - day <= SOON:
        tell("expires", f"{entry.expires} 到期", "warning")
    if entry.stale_on(day):
        tell("reviewed", f"上次核对是 {entry.reviewed}，超过一年了", "warning")
    if entry.reviewed > day:
        tell("reviewed", f"核对日期还没有到：{entry.reviewed}", "warning")
    return found


def _phrasings(store: Store, topic_id: str) -> list[Problem]:
    phrasings, topic = store.phrasings[topic_id], store.topics.get(topic_id)
    file = _phrasings_file(store, topic_id)
    if topic is None:
        return [Problem(file, 0, f"目录里没有“{topic_id}”")]
    lines = store.lines.get(file, ())
    found = [
        Problem(file, line_of(lines, f"# {style}"), f"{style} 只有 {count} 句，要 {fewest} 句", "warning")
        for style, fewest in FEWEST.items()
        if (count := sum(line.style == style for line in phrasings)) < fewest
    ]
    if len(phrasings) < FEWEST_IN_ALL:
        found.append(Problem(file, 0, f"一共只有 {len(phrasings)} 句，要 {FEWEST_IN_ALL} 句", "warning"))
    dialects = {line.dialect for line in phrasings if line.style == "dialect"}
    if len(dialects) < FEWEST_DIALECTS:
        first = line_of(lines, "# dialect")
        found.append(Problem(file, first, f"只有 {len(dialects)} 种方言，要 {FEWEST_DIALECTS} 种", "warning"))
    untitled = sum(topic.title not in line.text for line in phrasings)
    if untitled < FEWEST_UNTITLED:
        found.append(
            Problem(file, 0, f"不带题目原话的只有 {untitled} 句，要 {FEWEST_UNTITLED} 句", "warning")
        )
    return found


def _shared(store: Store) -> list[Problem]:
    seen: dict[str, str] = {}
    found = []
    for owner, file, line in _all_phrasings(store):
        key = same_wording(line.text)
        if key in seen and seen[key] != owner:
            found.append(Problem(file, line.line, f"“{line.text}”在 {seen[key]} 里也有"))
        elif key in seen:
            found.append(Problem(file, line.line, f"“{line.text}”写了两遍", "warning"))
        seen.setdefault(key, owner)
    return found


def _near_twins(store: Store) -> list[Problem]:
    """Questions of different topics that differ by particles and marks only: no machine tells them apart."""
    groups: dict[str, list[tuple[str, str, Phrasing]]] = defaultdict(list)
    for owner, file, line in _all_phrasings(store):
        core = "".join(c for c in same_wording(line.text) if c not in LEFT_OUT)
        groups[core or same_wording(line.text)].append((owner, file, line))
    found = []
    for rows in groups.values():
        first_owner, _, first = rows[0]
        found += [
            Problem(file, line.line, f"“{line.text}”和 {first_owner} 的“{first.text}”只差虚词", "warning")
            for owner, file, line in rows[1:]
            if owner != first_owner and same_wording(line.text) != same_wording(first.text)
        ]
    return found


def _all_phrasings(store: Store) -> list[tuple[str, str, Phrasing]]:
    rows = [
        (topic_id, _phrasings_file(store, topic_id), line)
        for topic_id, lines in store.phrasings.items()
        for line in lines
    ]
    for boundary in store.boundaries.values():
        rows += [(boundary.id, f"boundaries/{boundary.id}.yml", line) for line in boundary.phrasings]
    return rows


def _phrasings_file(store: Store, topic_id: str) -> str:
    topic = store.topics.get(topic_id)
    return f"entries/{topic.domain if topic else '?'}/{topic_id}.phrasings.txt"


def _catalogue(store: Store) -> list[Problem]:
    services = load_service_ids()
    found = []
    for topic in store.topics.values():
        file = f"catalogue/{topic.domain}.yml"
        lines = store.lines.get(file, ())
        row = line_of(lines, f"id: {topic.id}")
        near, service = line_of(lines, "near:", row), line_of(lines, "service:", row)
        for other in topic.near:
            if other not in store.topics:
                found.append(Problem(file, near, f"{topic.id} 的 near 里“{other}”不是主题"))
            elif topic.id not in store.topics[other].near:
                found.append(
                    Problem(file, near, f"{topic.id} 的 near 里有 {other}，{other} 的 near 里没有 {topic.id}")
                )
        if topic.service and services and topic.service not in services:
            found.append(Problem(file, service, f"{topic.id} 的“{topic.service}”不是办事服务"))
    return found

"""A policy entry: front matter between two ``---`` lines, then six sections (DESIGN §6).

Parsing never raises on bad content: it returns what is wrong, with the line, so that the other files of a
folder are still read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import yaml

from knowledge.problems import NOT_YAML, Problem

SAID, POINTS, PAPERS, TIME, PLACE, PLAIN = "一句话", "要点", "材料", "时限与费用", "在哪里办", "大白话"
SECTIONS = (SAID, POINTS, PAPERS, TIME, PLACE, PLAIN)
LEVELS = ("national", "province", "city")
REQUIRED = ("id", "title", "jurisdiction", "level", "source", "effective", "reviewed", "near", "verify")
OPTIONAL = ("expires", "service", "zero_trip")
LONGEST_SAID = 40
REVIEW_AFTER = timedelta(days=365)
"""An entry not read again for longer says so, and appears in lint."""


@dataclass(frozen=True)
class Source:
    """An official text. ``article`` and ``number`` are empty where the text has none."""

    document: str
    issuer: str
    number: str = ""
    article: str = ""
    url: str = ""


@dataclass(frozen=True)
class Entry:
    """What is said about a topic, where it comes from, and how long it holds."""

    id: str
    title: str
    domain: str
    jurisdiction: str
    level: str
    sources: tuple[Source, ...]
    effective: date
    expires: date | None
    reviewed: date
    service: str | None
    near: tuple[str, ...]
    verify: bool
    zero_trip: bool
    sections: Mapping[str, tuple[str, ...]]

    @property
    def said(self) -> str:
        """The sentence to speak."""
        return "".join(self.sections[SAID])

    def holds_on(self, day: date) -> bool:
        """May be answered as today's rule: not after ``expires``, and not before a rule that was still to come
        when the entry was reviewed. A machine whose clock runs behind loses nothing else."""
        coming = self.reviewed < self.effective and day < self.effective
        return not coming and (self.expires is None or day <= self.expires)

    def in_force_on(self, day: date) -> bool:
        """Whether this very version was in force on a day that somebody asks about."""
        return self.effective <= day and (self.expires is None or day <= self.expires)

    def stale_on(self, day: date) -> bool:
        """Past its review date: nobody has read it again for REVIEW_AFTER."""
        return day - self.reviewed > REVIEW_AFTER


def citation(entry: Entry) -> dict[str, str]:
    """The first source and when and where it holds, as it is shown with an answer."""
    first = entry.sources[0]
    return {
        "document": first.document,
        "number": first.number,
        "article": first.article,
        "issuer": first.issuer,
        "effective": entry.effective.isoformat(),
        "jurisdiction": entry.jurisdiction,
    }


def parse_entry(text: str, file: str, domain: str) -> tuple[Entry | None, list[Problem]]:
    """The entry, or None with at least one problem. ``file`` is only used to say where."""
    lines = text.lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != "---":
        return None, [Problem(file, 1, "文件第一行要是“---”")]
    end = next((i for i, line in enumerate(lines[1:], start=1) if line.strip() == "---"), None)
    if end is None:
        return None, [Problem(file, len(lines), "开头的部分没有用“---”收尾")]
    try:
        front = yaml.safe_load("\n".join(lines[1:end]))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = mark.line + 2 if mark else 1
        return None, [Problem(file, where, NOT_YAML)]
    except ValueError:
        return None, [
            Problem(file, number, f"没有这样的日期或数：{text}") for number, text in _impossible(lines[:end])
        ]
    if not isinstance(front, dict):
        return None, [Problem(file, 1, "开头的部分要一行一个“名称: 内容”")]
    reader = _Front(front, lines[:end], file)
    sections, problems = _sections(lines, end + 1, file)
    entry = reader.entry(domain, sections)
    problems = [*reader.problems, *problems]
    return (None if problems else entry), sorted(problems)


def _impossible(front: list[str]) -> list[tuple[int, str]]:
    """The lines that hold what YAML takes for a date or a number and cannot be one, such as a 13th month."""
    found = []
    for number, raw in enumerate(front, start=1):
        line = raw.strip()
        try:
            yaml.safe_load(line.removeprefix("- "))
        except yaml.YAMLError:
            continue
        except ValueError:
            found.append((number, line))
    return found or [(1, "开头的部分")]


def _sections(lines: list[str], start: int, file: str) -> tuple[dict[str, tuple[str, ...]], list[Problem]]:
    found: dict[str, list[str]] = {}
    problems: list[Problem] = []
    where: dict[str, int] = {}
    name = ""
    for number, raw in enumerate(lines[start:], start=start + 1):
        line = raw.strip()
        if line.startswith("## "):
            name = line[3:].strip()
            if name not in SECTIONS:
                problems.append(Problem(file, number, f"没有“{name}”这一节，只有{'、'.join(SECTIONS)}"))
            elif name in found:
                problems.append(Problem(file, number, f"“{name}”这一节写了两遍"))
            found.setdefault(name, [])
            where[name] = number
        elif line and not name:
            problems.append(Problem(file, number, "第一个“## ”标题前面不能有字"))
        elif line:
            found[name].append(line.removeprefix("- ").strip())
    for section in SECTIONS:
        if not found.get(section):
            problems.append(Problem(file, where.get(section, len(lines)), f"“{section}”这一节没有写"))
    said = "".join(found.get(SAID, []))
    if len(said) > LONGEST_SAID:
        problems.append(
            Problem(file, where[SAID] + 1, f"“{SAID}”有 {len(said)} 个字，最多 {LONGEST_SAID} 个")
        )
    return {s: tuple(found.get(s, ())) for s in SECTIONS}, problems


class _Front:
    """Reads the front matter field by field, collecting what is wrong."""

    def __init__(self, front: dict[Any, Any], lines: list[str], file: str) -> None:
        self._front, self._lines, self._file = front, lines, file
        self.problems: list[Problem] = []
        for key in front:
            if key not in REQUIRED + OPTIONAL:
                self._wrong(str(key), f"不认识“{key}”这一项")
        for key in REQUIRED:
            if key not in front:
                self._wrong(key, f"缺“{key}”这一项")

    def entry(self, domain: str, sections: Mapping[str, tuple[str, ...]]) -> Entry:
        never = date(1, 1, 1)
        level = self._text("level")
        if level and level not in LEVELS:
            self._wrong("level", f"level 不能是“{level}”，只能是 {'、'.join(LEVELS)}")
        effective, expires = self._date("effective"), self._date("expires")
        if effective and expires and expires < effective:
            self._wrong("expires", "到期日早于施行日")
        if "effective" in self._front and effective is None:
            self._wrong("effective", "“effective”要写成 2026-01-31 这样的日期")
        if "reviewed" in self._front and self._date("reviewed") is None:
            self._wrong("reviewed", "“reviewed”要写成 2026-01-31 这样的日期")
        return Entry(
            id=self._text("id"),
            title=self._text("title"),
            domain=domain,
            jurisdiction=self._text("jurisdiction"),
            level=level,
            sources=self._sources(),
            effective=effective or never,
            expires=expires,
            reviewed=self._date("reviewed") or never,
            service=self._text("service") or None,
            near=self._ids("near"),
            verify=self._flag("verify"),
            zero_trip=self._flag("zero_trip"),
            sections=sections,
        )

    def _text(self, key: str) -> str:
        value = self._front.get(key)
        if value is None and key in ("service",):
            return ""
        if not isinstance(value, str) or not value.strip():
            if key in self._front:
                self._wrong(key, f"“{key}”要写一段文字，不能空着")
            return ""
        return value.strip()

    def _date(self, key: str) -> date | None:
        value = self._front.get(key)
        if value is None or type(value) is date:
            return value
        self._wrong(key, f"“{value}”不是 2026-01-31 这样的日期")
        return None

    def _flag(self, key: str) -> bool:
        value = self._front.get(key, False)
        if not isinstance(value, bool):
            self._wrong(key, f"“{key}”只能是 true 或 false")
        return bool(value)

    def _ids(self, key: str) -> tuple[str, ...]:
        value = self._front.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self._wrong(key, f"“{key}”要写成一列主题编号，如 [a, b]")
            return ()
        return tuple(value)

    def _sources(self) -> tuple[Source, ...]:
        rows = self._front.get("source")
        if isinstance(rows, dict):
            rows = [rows]
        if not isinstance(rows, list) or not rows:
            if "source" in self._front:
                self._wrong("source", "至少要有一个出处：没有出处的不能回答")
            return ()
        sources = []
        for row in rows:
            if not isinstance(row, dict) or not row.get("document") or not row.get("issuer"):
                self._wrong("source", "出处要写明“document”（文件）和“issuer”（发文机关）")
                continue
            unknown = set(row) - {"document", "number", "issuer", "article", "url"}
            if unknown:
                self._wrong("source", f"出处里不认识这几项：{'、'.join(sorted(map(str, unknown)))}")
            fields = {k: str(row.get(k) or "") for k in ("document", "issuer", "number", "article", "url")}
            sources.append(Source(**fields))
        return tuple(sources)

    def _wrong(self, key: str, message: str) -> None:
        line = next((i for i, text in enumerate(self._lines, start=1) if text.startswith(f"{key}:")), 1)
        problem = Problem(self._file, line, message)
        if problem not in self.problems:
            self.problems.append(problem)

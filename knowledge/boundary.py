"""What is not answered from the entries: refusals, redirections, emergencies, the wish for a person.

One file a kind in ``boundaries/<id>.yml``: ``id``, ``title``, ``outcome``, ``say`` (a spoken sentence),
optionally ``hotline`` and ``hotline_name``, ``not_this`` (what looks alike but is answered), and
``phrasings`` by dialect. They stand in the same index as the topics, so the nearest neighbour decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from knowledge.phrasings import DIALECTS, Phrasing
from knowledge.problems import NOT_YAML, Problem, line_of

OUTCOMES = ("refused", "unanswered", "emergency", "human")


@dataclass(frozen=True)
class Boundary:
    """``hotline`` is a number such as 110, or empty; ``say`` is Chinese and speakable."""

    id: str
    title: str
    outcome: str
    say: str
    hotline: str
    hotline_name: str
    phrasings: tuple[Phrasing, ...]


def parse_boundary(text: str, file: str) -> tuple[Boundary | None, list[Problem]]:
    """The boundary, or None with what is wrong."""
    try:
        row: Any = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        return None, [Problem(file, mark.line + 1 if mark else 1, NOT_YAML)]
    if not isinstance(row, dict):
        return None, [Problem(file, 1, "要一行一个“名称: 内容”")]
    lines = text.splitlines()
    problems = [
        Problem(file, line_of(lines, f"{key}:") or 1, f"“{key}”要写一段文字，不能空着")
        for key in ("id", "title", "outcome", "say")
        if not isinstance(row.get(key), str) or not row[key].strip()
    ]
    if row.get("outcome") not in OUTCOMES:
        problems.append(
            Problem(file, line_of(lines, "outcome:") or 1, f"outcome 只能是 {'、'.join(OUTCOMES)}")
        )
    phrasings = _phrasings(row.get("phrasings"), text, file, problems)
    if problems:
        return None, problems
    boundary = Boundary(
        id=row["id"],
        title=row["title"],
        outcome=row["outcome"],
        say=row["say"],
        hotline=str(row.get("hotline") or ""),
        hotline_name=str(row.get("hotline_name") or ""),
        phrasings=tuple(phrasings),
    )
    return boundary, []


def _phrasings(groups: Any, text: str, file: str, problems: list[Problem]) -> list[Phrasing]:
    if not isinstance(groups, dict) or not groups:
        problems.append(Problem(file, 1, "“phrasings”下面要按方言列出问法"))
        return []
    lines = [line.strip().removeprefix("- ").strip("'\"") for line in text.splitlines()]
    found = []
    for dialect, wordings in groups.items():
        if dialect not in ("mandarin", *DIALECTS):
            known = "、".join(("mandarin", *DIALECTS))
            at = line_of(lines, f"{dialect}:") or 1
            problems.append(Problem(file, at, f"没有“{dialect}”这种方言，只有 {known}"))
        for wording in wordings or ():
            if not isinstance(wording, str):
                at = line_of(lines, str(wording)) or 1
                problems.append(Problem(file, at, f"“{wording}”不是文字，请加上引号"))
                continue
            number = lines.index(wording) + 1 if wording in lines else 1
            style = "plain" if dialect == "mandarin" else "dialect"
            found.append(Phrasing(wording, style, str(dialect), number))
    return found

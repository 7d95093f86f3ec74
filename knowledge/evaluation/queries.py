"""Measuring queries: one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Query:
    """``topic`` is None for out of scope, where ``expect`` says what must come out.

    ``also`` lists topics equally right; ``expect`` is refused, unanswered, emergency or human.
    """

    id: str
    text: str
    topic: str | None
    style: str
    dialect: str = "mandarin"
    also: tuple[str, ...] = ()
    expect: str = ""

    @property
    def accepted(self) -> frozenset[str]:
        return frozenset((self.topic, *self.also) if self.topic else ())


class QueryFileError(ValueError):
    """A line that is not a query; the message has file and line."""


def read_queries(path: Path) -> list[Query]:
    """All queries in file order. Raises QueryFileError with file:line."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            query = Query(
                id=str(row.get("id") or number),
                text=str(row["text"]),
                topic=row.get("topic"),
                style=str(row.get("style") or ("oos" if row.get("topic") is None else "plain")),
                dialect=str(row.get("dialect") or "mandarin"),
                also=tuple(row.get("also") or ()),
                expect=str(row.get("expect") or ""),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise QueryFileError(f"{path}:{number}: not a query: {error}") from error
        found.append(query)
    return found

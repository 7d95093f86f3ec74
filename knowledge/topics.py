"""The catalogue: which topics exist, what each covers, which are easily confused. Data in ``catalogue/``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

CATALOGUE = Path(__file__).parent / "catalogue"


@dataclass(frozen=True)
class Topic:
    """One row of ``catalogue/<domain>.yml``; ``level`` is national, province or city."""

    id: str
    title: str
    domain: str
    scope: str
    near: tuple[str, ...]
    level: str
    service: str | None

    @property
    def covers(self) -> str:
        """The scope's first sentence: what follows names neighbours and must not be indexed."""
        return self.scope.split("。")[0].removeprefix("管") + "。"


def load_topics(folder: Path = CATALOGUE) -> dict[str, Topic]:
    """All topics by id, in the order of the files. Raises KeyError where a field is missing."""
    topics: dict[str, Topic] = {}
    for path in sorted(folder.glob("*.yml")):
        content = _content(path.read_text(encoding="utf-8"))
        for row in content.get("topics", []):
            topics[row["id"]] = Topic(
                id=row["id"],
                title=row["title"],
                domain=content["domain"],
                scope=row["scope"],
                near=tuple(row.get("near", ())),
                level=row["level"],
                service=row.get("service"),
            )
    return topics


def load_service_ids(folder: Path = CATALOGUE) -> frozenset[str]:
    """Ids of ``services.yml``; empty where the catalogue has none."""
    path = folder / "services.yml"
    if not path.is_file():
        return frozenset()
    return frozenset(row["id"] for row in _content(path.read_text(encoding="utf-8"))["services"])


@lru_cache(maxsize=64)
def _content(text: str) -> Any:
    """YAML, read-only: the same text is parsed once."""
    return yaml.safe_load(text)

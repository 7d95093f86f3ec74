"""A passage: the smallest piece of an imported text that an answer may cite, and where it stands."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any


@dataclass(frozen=True)
class PassageSource:
    """The official text. Empty strings and None where the file does not say."""

    document: str
    number: str = ""
    issuer: str = ""
    article: str = ""
    url: str = ""
    effective: date | None = None

    @property
    def complete(self) -> bool:
        """Enough to answer with: document, issuer and the date it holds from (DESIGN §10)."""
        return bool(self.document and self.issuer and self.effective)


@dataclass(frozen=True)
class Provenance:
    """``file`` as it was imported; ``location``: 第3行, 第2页, 表“常见问题”第7行."""

    file: str
    location: str


@dataclass(frozen=True)
class Passage:
    """``kind`` is law, text, question or item; ``note`` says why the text may be out of date, or is empty."""

    id: str
    document: str
    section: str
    article: str
    text: str
    source: PassageSource
    provenance: Provenance
    imported_at: str
    kind: str = "text"
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; dates as ISO text."""
        content = asdict(self)
        effective = self.source.effective
        content["source"]["effective"] = effective.isoformat() if effective else None
        return content

    def as_json(self) -> str:
        return json.dumps(self.as_dict(), ensure_ascii=False)


def passage_from_json(text: str | bytes) -> Passage:
    """The inverse of ``as_json``. Raises ValueError, KeyError or TypeError for anything else."""
    content = json.loads(text)
    source = content.pop("source")
    effective = source.pop("effective")
    return Passage(
        **{**content, "provenance": Provenance(**content["provenance"])},
        source=PassageSource(**source, effective=date.fromisoformat(effective) if effective else None),
    )


@dataclass(frozen=True)
class Draft:
    """A passage as a converter found it, before it has an id."""

    document: str
    section: str
    article: str
    text: str
    location: str
    source: PassageSource
    kind: str = "text"
    note: str = ""

    def finish(self, file: str, imported_at: str) -> Passage:
        """The same content always gives the same id, wherever the file lies."""
        key = "\x1f".join((self.document, self.section, self.article, self.text))
        return Passage(
            id=hashlib.sha256(key.encode()).hexdigest()[:16],
            document=self.document,
            section=self.section,
            article=self.article,
            text=self.text,
            source=replace(self.source, article=self.article or self.source.article),
            provenance=Provenance(file, self.location),
            imported_at=imported_at,
            kind=self.kind,
            note=self.note,
        )

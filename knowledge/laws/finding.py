"""``find_passage`` and ``law_answer``: what the command line and the answering action call.

>>> law_answer("社会保险法第十六条").article          # doctest: +SKIP
'第十六条'
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge.encoder.encode import Encoder
from knowledge.importing.passage import Passage
from knowledge.laws.articles import ArticleRef, article_of
from knowledge.laws.index import KINDS, PassageHit, PassageIndex, passages_folder
from knowledge.laws.wording import asks_for_basis

SURE, RIVAL = 0.55, 0.86
"""A basis is only given when the first article scores SURE and the second at most RIVAL of it. Chosen on
tests/knowledge/laws/questions.tsv so that silence is preferred to the article next door."""


class PassagesMissing(FileNotFoundError):
    """Nothing has been imported yet."""

    def __init__(self) -> None:
        super().__init__("还没有导入过文件。先运行：./xiangyin knowledge import 文件或文件夹")


@dataclass(frozen=True)
class Named:
    """``document`` in full when that text is here, "" otherwise; ``passage`` None when it has no such article,
    and when it only holds from ``later`` on."""

    document: str
    passage: Passage | None
    later: date | None = None


class Passages:
    """Follows ``current``: a new index is used from the next question on."""

    def __init__(self, folder: Path | None = None, encoder: Encoder | None = None) -> None:
        self._folder, self._encoder = folder or passages_folder(), encoder
        self._lock = threading.Lock()
        self._version = ""
        self._index: PassageIndex | None = None

    def find(
        self, question: str, *, limit: int = 5, as_of: date | None = None, kinds: Sequence[str] = KINDS
    ) -> list[PassageHit]:
        """The named article alone where it is there, otherwise by words. Raises PassagesMissing."""
        index, day = self._opened(), as_of or date.today()
        ref = article_of(question)
        if ref and (exact := index.article(ref, day)):
            return exact[:limit]
        return index.search(question, limit, day, kinds)

    def law_answer(self, question: str, *, as_of: date | None = None) -> Passage | None:
        """An article to answer with: the one named, or the surely meant one when the basis is asked for.

        None otherwise, when nothing was imported, and when its source lacks issuer or date. ``note`` of the
        passage is not empty where the text is known to be older than the rule: say so.
        """
        named = article_of(question) is not None
        if not named and not asks_for_basis(question):
            return None
        try:
            hits = self.find(question, limit=3, as_of=as_of, kinds=("law",))
        except PassagesMissing:
            return None
        if not hits or (named and not hits[0].exact):
            return None
        first = hits[0]
        unsure = first.score < SURE or (len(hits) > 1 and hits[1].score > RIVAL * first.score)
        if not first.exact and unsure:
            return None
        return first.passage if first.passage.source.complete and first.passage.article else None

    def cited(self, document: str, article: str, *, as_of: date | None = None) -> Passage | None:
        """The wording behind an entry's ``source`` (its document and article), or None when it is not there."""
        ref = article_of(f"{document.split(' ')[0]}{article}")  # 民法典's books are numbered through
        try:
            hits = self._opened().article(ref, as_of or date.today()) if ref else []
        except PassagesMissing:
            return None
        return hits[0].passage if hits else None

    def share(self, text: str, of: str) -> float:
        """As ``PassageIndex.share``. Raises PassagesMissing."""
        return self._opened().share(text, of)

    def named(self, ref: ArticleRef, *, as_of: date | None = None) -> Named:
        """What is here of a named article. Raises PassagesMissing."""
        index = self._opened()
        document = index.document(ref.document)
        if hits := index.article(ref, as_of or date.today()):
            return Named(document, hits[0].passage)
        coming = index.article(ref, date.max)
        return Named(document, None, coming[-1].passage.source.effective if coming else None)

    def _opened(self) -> PassageIndex:
        try:
            version = (self._folder / "current").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise PassagesMissing from None
        with self._lock:
            if version != self._version or self._index is None:
                self._index, self._version = PassageIndex(self._folder / version, self._encoder), version
            return self._index


_shared: dict[Path, Passages] = {}


def find_passage(question: str, *, limit: int = 5, as_of: date | None = None) -> list[PassageHit]:
    """Over the index in ``var/knowledge/passages``. Raises PassagesMissing."""
    return passages().find(question, limit=limit, as_of=as_of)


def law_answer(question: str, *, as_of: date | None = None) -> Passage | None:
    """As ``Passages.law_answer``, over the index in ``var/knowledge/passages``."""
    return passages().law_answer(question, as_of=as_of)


def cited(document: str, article: str, *, as_of: date | None = None) -> Passage | None:
    """As ``Passages.cited``, over the index in ``var/knowledge/passages``."""
    return passages().cited(document, article, as_of=as_of)


def passages() -> Passages:
    """The index in ``var/knowledge/passages``, opened at its first question."""
    folder = passages_folder()
    return _shared.setdefault(folder, Passages(folder))

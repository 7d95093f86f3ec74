"""The passages' index: a folder written once, memory-mapped, swapped by ``current`` while running.

Files beside those of ``bigrams``: ``passages.jsonl`` with ``offsets.npy`` [n+1] (bytes), ``articles.npy``
[a, 2] (key, row) sorted by key, ``effective.npy`` [n] (days since year 1, 0 unknown), ``kinds.npy`` [n],
``dense.npy`` [n, width] float16 where an encoder was given, ``manifest.json``.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder.encode import Encoder
from knowledge.importing.passage import Passage, passage_from_json
from knowledge.index import make_current
from knowledge.laws.articles import ArticleRef, article_head, bare_name
from knowledge.laws.bigrams import PairIndex, build_pairs, pairs
from knowledge.laws.names import DocumentNames
from knowledge.laws.wording import legal_words
from knowledge.paths import var_folder

FORMAT = 1
KINDS = ("law", "text", "question", "item")
KEPT_VERSIONS = 2
ADDED_WEIGHT = 0.6
"""Of the words laws would use, beside 1 for the question's own; chosen among 0.3, 0.6 and 0.9 on
tests/knowledge/laws/questions.tsv."""
DENSE_FIRST, DENSE_WEIGHT = 200, 0.5
"""Vectors only order the first by words again: 100,000 products a question would not fit in 40 ms."""
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class PassageHit:
    """``score`` is about 0 to 1 for words; ``exact`` when the question named this very article."""

    passage: Passage
    score: float
    exact: bool = False


def passages_folder() -> Path:
    """``var/knowledge/passages``; its ``current`` names the index in use."""
    return var_folder() / "knowledge" / "passages"


def stage(
    passages: Sequence[Passage],
    folder: Path,
    encoder: Encoder | None = None,
    report: Report = lambda _what, _done, _total: None,
) -> Callable[[], str]:
    """Build beside the index in use; calling what is returned makes it current. Nothing changes before that."""
    name = _fingerprint(passages, encoder is not None)
    target, staging = folder / name, folder / f"{name}.new"
    if not (target / "manifest.json").is_file():
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        try:
            _write(passages, staging, encoder, report)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
        shutil.rmtree(target, ignore_errors=True)
        staging.rename(target)

    def switch() -> str:
        make_current(folder, name)
        _forget_old(folder, name)
        return name

    return switch


class PassageIndex:
    """One index, opened. Thread-safe: everything is read-only."""

    def __init__(self, folder: Path, encoder: Encoder | None = None) -> None:
        """Raises FileNotFoundError for what is no index, ValueError for one of another format."""
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise ValueError(f"{folder}: format {manifest['format']}, {FORMAT} wanted")
        self.count: int = manifest["count"]
        self._names = DocumentNames(manifest["names"])
        self._pairs = PairIndex.load(folder, self.count)
        self._offsets, self._articles, self._effective, self._kinds = (
            np.load(folder / f"{name}.npy", mmap_mode="r")
            for name in ("offsets", "articles", "effective", "kinds")
        )
        with (folder / "passages.jsonl").open("rb") as file:
            self._text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if self.count else b""
        self._encoder = encoder if manifest["dense"] else None
        self._dense = np.load(folder / "dense.npy", mmap_mode="r") if self._encoder else None

    def article(self, ref: ArticleRef, as_of: date) -> list[PassageHit]:
        """The article named, newest first; [] when the text, the article or its date is not there."""
        document = self._names.resolve(ref.document)
        if document is None:
            return []
        key = _article_key(document, ref)
        first, last = np.searchsorted(self._articles[:, 0], [key, key + 1])
        rows = [
            int(row) for row in self._articles[first:last, 1] if self._effective[row] <= as_of.toordinal()
        ]
        rows.sort(key=lambda row: -int(self._effective[row]))
        return [PassageHit(self.passage(row), 1.0, exact=True) for row in rows]

    def document(self, said: str) -> str:
        """The full name of the text meant by a name, "" when it is not here."""
        number = self._names.resolve(said)
        if number is None:
            return ""
        row = self._articles[int(np.searchsorted(self._articles[:, 0], number << 32)), 1]
        return self.passage(int(row)).document

    def search(
        self, question: str, limit: int, as_of: date, kinds: Sequence[str] = KINDS
    ) -> list[PassageHit]:
        """By words, best first."""
        own, added = legal_words(question)
        if self.count == 0 or not own:
            return []
        scores = self._pairs.scores([(pairs(own), 1.0), (pairs(added), ADDED_WEIGHT)])
        scores *= self._effective <= as_of.toordinal()
        for number, kind in enumerate(KINDS):
            if kind not in kinds:
                scores *= self._kinds != number
        width = min(self.count, max(limit, DENSE_FIRST if self._dense is not None else limit))
        rows = np.argpartition(-scores, width - 1)[:width]
        if self._dense is not None and self._encoder is not None:
            alike = self._dense[np.sort(rows)].astype(np.float32) @ self._encoder.queries([question])[0]
            scores[np.sort(rows)] += DENSE_WEIGHT * alike * (scores[np.sort(rows)] > 0)
        best = rows[np.argsort(-scores[rows], kind="stable")][:limit]
        return [PassageHit(self.passage(int(row)), float(scores[row])) for row in best if scores[row] > 0]

    def share(self, text: str, of: str) -> float:
        """How much of a text's character pairs also stands in another, 0 to 1; rare pairs count more."""
        return self._pairs.share(pairs(text), pairs(of))

    def passage(self, row: int) -> Passage:
        """By its row."""
        return passage_from_json(bytes(self._text[int(self._offsets[row]) : int(self._offsets[row + 1])]))


def _write(passages: Sequence[Passage], folder: Path, encoder: Encoder | None, report: Report) -> None:
    offsets = [0]
    with (folder / "passages.jsonl").open("wb") as file:
        for passage in passages:
            offsets.append(offsets[-1] + file.write((passage.as_json() + "\n").encode()))
    documents: dict[str, int] = {}
    articles: list[tuple[int, int]] = []
    for row, passage in enumerate(passages):
        if passage.article and (head := article_head(passage.article)):
            number = documents.setdefault(passage.document, len(documents))
            articles.append((_article_key(number, head[0]), row))
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        report("词语", done, len(passages))

    build_pairs([indexed(p) for p in passages], folder, advance)
    np.save(folder / "offsets.npy", np.array(offsets, np.int64))
    np.save(folder / "articles.npy", np.array(sorted(articles), np.int64).reshape(-1, 2))
    days = [p.source.effective.toordinal() if p.source.effective else 0 for p in passages]
    np.save(folder / "effective.npy", np.array(days, np.int32))
    np.save(folder / "kinds.npy", np.array([KINDS.index(p.kind) for p in passages], np.int8))
    if encoder is not None and passages:
        np.save(folder / "dense.npy", _vectors(passages, encoder, report))
    manifest = {
        "format": FORMAT,
        "count": len(passages),
        "dense": encoder is not None and bool(passages),
        "names": DocumentNames.of(documents).by_name,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def indexed(passage: Passage) -> str:
    """The words under which a passage is found."""
    return f"{bare_name(passage.document)} {passage.section} {passage.text}"


def _vectors(passages: Sequence[Passage], encoder: Encoder, report: Report) -> NDArray[Any]:
    parts = []
    for at in range(0, len(passages), 256):
        part = passages[at : at + 256]
        parts.append(encoder.documents([indexed(p) for p in part]).astype(np.float16))
        report("向量", min(at + 256, len(passages)), len(passages))
    return np.concatenate(parts)


def _article_key(document: int, ref: ArticleRef) -> int:
    return document << 32 | ref.number << 8 | ref.suffix


def _fingerprint(passages: Sequence[Passage], dense: bool) -> str:
    digest = hashlib.sha256(f"{FORMAT} {dense}".encode())
    for passage in passages:
        digest.update(passage.as_json().encode())
    return digest.hexdigest()[:16]


def _forget_old(folder: Path, current: str) -> None:
    versions = [p for p in folder.iterdir() if p.is_dir() and (p / "manifest.json").is_file()]
    versions.sort(key=lambda p: (p.name == current, p.stat().st_mtime), reverse=True)
    for old in versions[KEPT_VERSIONS:]:
        shutil.rmtree(old, ignore_errors=True)

"""``import_paths``: read files, report, store, index. Preview writes nothing; a failure changes nothing.

The order keeps the running service safe: the new index is built beside the old one inside the store's
transaction, the transaction is committed, and only then ``current`` is moved by one rename.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from knowledge.importing.archive import check_size
from knowledge.importing.conflicts import Flag, Known, flags_of
from knowledge.importing.items import read_items
from knowledge.importing.markdown import read_markdown, read_plain
from knowledge.importing.passage import Passage
from knowledge.importing.portable import read_pdf
from knowledge.importing.reading import MOST_PASSAGES, Reading, Refusal, Refused
from knowledge.importing.sheet import read_csv, read_workbook
from knowledge.importing.store import PassageStore
from knowledge.importing.webpage import read_page
from knowledge.importing.word import read_word

READERS: dict[str, Callable[[Path], Reading]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_plain,
    ".docx": read_word,
    ".pdf": read_pdf,
    ".xlsx": read_workbook,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".html": read_page,
    ".htm": read_page,
    ".jsonl": read_items,
}
MACROS = (".xlsm", ".docm", ".xltm", ".dotm")
OLD = {".doc": ".docx", ".xls": ".xlsx", ".wps": ".docx", ".et": ".xlsx"}
ABOUT = ("readme", "license", "licence", "changelog")
"""Files about a folder are no policy; only left out when a folder is given, never when named."""
READING = b"2"
"""Changes whenever files are cut in another way, so that the next import takes known files again."""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class FileReport:
    """``taken`` passages; ``refused`` nothing was taken from the file at all; ``unchanged`` since last time."""

    file: str
    kind: str = ""
    encoding: str = ""
    taken: int = 0
    articles: int = 0
    refusals: tuple[Refusal, ...] = ()
    refused: bool = False
    unchanged: bool = False


@dataclass(frozen=True)
class ImportReport:
    """Everything that an author wants to know. ``stored`` is False for a preview."""

    files: tuple[FileReport, ...]
    flags: tuple[Flag, ...]
    stored: bool
    seconds: float
    index: str = ""

    @property
    def taken(self) -> int:
        return sum(file.taken for file in self.files)

    @property
    def refusals(self) -> int:
        return sum(refusal.serious for file in self.files for refusal in file.refusals)


Indexer = Callable[[Sequence[Passage]], Callable[[], str]]
"""Builds an index beside the one in use; what it returns makes it current and says its name."""


def import_paths(
    paths: Sequence[Path],
    *,
    store: PassageStore,
    indexer: Indexer | None = None,
    known: Sequence[Known] = (),
    preview: bool = False,
    progress: Progress = lambda _file, _done, _total: None,
) -> ImportReport:
    """Take every file under ``paths``. Raises ImportRunning, and what ``indexer`` raises, changing nothing."""
    begun = time.monotonic()
    files = list(files_under(paths))
    before, now = store.fingerprints(), datetime.now(UTC).isoformat(timespec="seconds")
    reports: list[FileReport] = []
    fresh: dict[str, tuple[str, list[Passage]]] = {}
    for at, (name, path) in enumerate(files):
        progress(name, at, len(files))
        report, digest, passages = _take(name, path, now, before.get(name, ""))
        reports.append(report)
        if passages:
            fresh[name] = (digest, passages)
    progress("", len(files), len(files))
    old = [p for p in store.passages() if p.provenance.file not in fresh]
    new = [p for _, passages in fresh.values() for p in passages]
    flags = flags_of(new, old, known)
    index = ""
    if fresh and not preview:
        index = _keep(store, fresh, now, indexer)
    seconds = round(time.monotonic() - begun, 1)
    return ImportReport(tuple(reports), tuple(flags), bool(fresh) and not preview, seconds, index)


def files_under(paths: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """(name in the report, file): folders are walked in order, hidden files and links left out."""
    for path in paths:
        if not path.is_dir():
            yield path.name, path
            continue
        root = path.resolve()
        for file in sorted(root.rglob("*")):
            parts = file.relative_to(root).parts
            about = file.stem.casefold() in ABOUT
            if (
                file.is_file()
                and not file.is_symlink()
                and not about
                and not any(p[0] in ".~" for p in parts)
            ):
                yield Path(root.name, *parts).as_posix(), file


def _take(name: str, path: Path, now: str, before: str) -> tuple[FileReport, str, list[Passage]]:
    try:
        check_size(path)
        suffix = path.suffix.casefold()
        if suffix in MACROS:
            raise Refused("带有宏。为了安全不收带宏的文件，请另存为不带宏的 .docx 或 .xlsx。")
        if suffix in OLD:
            raise Refused(f"是老格式。请另存为 {OLD[suffix]} 再导入。")
        if suffix not in READERS:
            raise Refused(f"不认识这种文件（{suffix or '没有后缀'}）。能收的有：{'、'.join(READERS)}。")
        digest = hashlib.sha256(READING + path.read_bytes()).hexdigest()
        if digest == before:
            return FileReport(name, unchanged=True), digest, []
        reading = READERS[suffix](path)
    except Refused as error:
        return FileReport(name, refusals=(Refusal(error.location, str(error)),), refused=True), "", []
    except (OSError, MemoryError) as error:
        return (
            FileReport(name, refusals=(Refusal("", f"读不了这个文件：{_why(error)}。"),), refused=True),
            "",
            [],
        )
    drafts, refusals = reading.drafts[:MOST_PASSAGES], list(reading.refusals)
    if len(reading.drafts) > MOST_PASSAGES:
        refusals.append(Refusal("", f"段落太多，只收了前 {MOST_PASSAGES} 段。"))
    passages: dict[str, Passage] = {}
    twice: dict[str, str] = {}
    for draft in drafts:
        passage = draft.finish(name, now)
        if first := passages.get(passage.id):
            twice.setdefault(draft.location, first.provenance.location)
        passages.setdefault(passage.id, passage)
    same = "和{}一模一样的内容，已经收过了。"
    refusals += [Refusal(here, same.format(there), serious=False) for here, there in twice.items()]
    report = FileReport(
        name,
        reading.kind,
        reading.encoding,
        len(passages),
        sum(bool(p.article) for p in passages.values()),
        tuple(refusals),
        refused=not passages,
    )
    return report, digest, list(passages.values())


def _keep(
    store: PassageStore, fresh: dict[str, tuple[str, list[Passage]]], now: str, indexer: Indexer | None
) -> str:
    with store.replacing() as change:
        for name, (digest, passages) in fresh.items():
            change.forget(name)
            change.put(name, digest, now, passages)
        switch = indexer(change.passages()) if indexer else None
    return switch() if switch else ""


def _why(error: BaseException) -> str:
    if isinstance(error, FileNotFoundError):
        return "没有这个文件"
    if isinstance(error, PermissionError):
        return "没有权限"
    return "内存不够" if isinstance(error, MemoryError) else str(error)

"""Recordings of a dialect's speakers with what they said: a folder or a manifest, checked line by line.

Accepted: `manifest.jsonl` (`path`, `text`, optional `mandarin`, `speaker`), `manifest.tsv` or `.csv` with these
columns in its first line, or a folder that has one of them; a folder without a list takes `x.wav` with `x.txt`
(first line what was said, second its Mandarin meaning). Traditional characters become simplified ones: the pack's
readings, words and sentences are written so, and would not be found under 個 or 證.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dialects.simplified import simplified

FEWEST = 30
MOST = 400
"""Below `FEWEST` nothing can be told apart from chance; `MOST` keeps an afternoon's work on two cores."""
LISTS = ("manifest.jsonl", "manifest.tsv", "manifest.csv")
SOUNDS = (".wav", ".flac", ".ogg", ".opus", ".mp3")
_HANZI = re.compile(r"[^\u3400-\u9fff\U00020000-\U0003ffff]+")


class RecordingsError(ValueError):
    """The list cannot be used; a Chinese sentence with the file and line."""


@dataclass(frozen=True)
class Recording:
    """`text`: what was said, simplified characters only; `mandarin`: its meaning, "" where not given."""

    path: Path
    text: str
    mandarin: str
    speaker: str


def read_recordings(places: list[Path]) -> list[Recording]:
    """All of the given folders and lists, in order. Raises RecordingsError."""
    found = [recording for place in places for recording in _read(place)]
    twice = [r.path for n, r in enumerate(found) if any(r.path == other.path for other in found[:n])]
    if twice:
        raise RecordingsError(f"{twice[0]} 写了两次。")
    if len(found) < FEWEST:
        raise RecordingsError(f"只有 {len(found)} 条录音，至少要 {FEWEST} 条，少了分不清是学到的还是碰巧。")
    if len(found) > MOST:
        raise RecordingsError(f"有 {len(found)} 条录音，一次最多 {MOST} 条，请分几次。")
    return found


def _read(place: Path) -> Iterator[Recording]:
    if place.is_dir():
        listed = next((place / name for name in LISTS if (place / name).is_file()), None)
        yield from _read(listed) if listed else _pairs(place)
        return
    if not place.is_file():
        raise RecordingsError(f"找不到 {place}。")
    rows = _jsonl(place) if place.suffix == ".jsonl" else _table(place)
    for number, row in rows:
        yield _recording(place, number, row)


def _recording(place: Path, number: int, row: dict[str, str]) -> Recording:
    where = f"{place.name} 第{number}行"
    text = _written(row.get("text"))
    if not text:
        raise RecordingsError(f"{where}：没有写说了什么（text，要写汉字）。")
    if not row.get("path"):
        raise RecordingsError(f"{where}：没有写录音文件（path）。")
    path = place.parent / str(row["path"])
    if not path.is_file():
        raise RecordingsError(f"{where}：找不到录音 {row['path']}。")
    return Recording(path, text, _written(row.get("mandarin")), str(row.get("speaker") or ""))


def _written(text: object) -> str:
    return simplified(_HANZI.sub("", str(text or "")))


def _jsonl(place: Path) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(place.read_text("utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise RecordingsError(f"{place.name} 第{number}行：不是一个 JSON。") from error
        if not isinstance(row, dict):
            raise RecordingsError(f"{place.name} 第{number}行：要一个 JSON 对象。")
        yield number, row


def _table(place: Path) -> Iterator[tuple[int, dict[str, str]]]:
    text = place.read_text("utf-8-sig")
    lines = csv.DictReader(text.splitlines(), delimiter="\t" if "\t" in text.split("\n", 1)[0] else ",")
    if "path" not in (lines.fieldnames or ()) or "text" not in (lines.fieldnames or ()):
        raise RecordingsError(f"{place.name} 第1行：要有列名 path 和 text（还可以有 mandarin、speaker）。")
    yield from enumerate(lines, 2)


def _pairs(folder: Path) -> Iterator[Recording]:
    sounds = sorted(path for path in folder.iterdir() if path.suffix.lower() in SOUNDS)
    if not sounds:
        raise RecordingsError(f"{folder} 里没有清单（{'、'.join(LISTS)}），也没有录音。")
    for path in sounds:
        words = path.with_suffix(".txt")
        if not words.is_file():
            raise RecordingsError(f"{path.name} 没有同名的 .txt 写说了什么。")
        said, _, meaning = words.read_text("utf-8-sig").partition("\n")
        yield _recording(words, 1, {"path": path.name, "text": said, "mandarin": meaning})

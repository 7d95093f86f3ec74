"""Utterances on disk and the cached cepstra ("shards") that training reads.

A shard is two files: ``NAME.npy`` float16 (all frames, 40) and ``NAME.json``, a list of utterances with
their place in it. The frames hold one variant of the sound; its channel is in the shard's name.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DEV_SHARE = 19  # one speaker in so many is kept out of training


@dataclass(frozen=True)
class Utterance:
    """One recording: absolute path, blank-separated toned pinyin, who spoke and where it comes from."""

    path: str
    text: str
    pinyin: str
    speaker: str
    source: str
    seconds: float


@dataclass(frozen=True)
class Cached:
    """One utterance inside a shard: first frame, number of frames, CTC labels."""

    start: int
    frames: int
    labels: list[int]
    speaker: str
    source: str
    key: str


def read_manifest(manifest: Path) -> list[Utterance]:
    """Rows of a ``manifest.jsonl`` that carry pinyin; paths are relative to the manifest."""
    rows = (json.loads(line) for line in manifest.read_text("utf-8").splitlines() if line.strip())
    return [
        Utterance(str(manifest.parent / row["path"]), row["text"], row["pinyin"], row["speaker"],
                  row["source"], float(row["seconds"]))
        for row in rows
        if row.get("pinyin")
    ]  # fmt: skip


def is_dev(speaker: str) -> bool:
    """Whether this training speaker is held out to choose the checkpoint (stable over machines)."""
    return speaker.startswith("cv") and zlib.crc32(speaker.encode()) % DEV_SHARE == 0


def workplace(argument: str | None = None) -> Path:
    """Folder of caches and checkpoints: the argument, or ``$XIANGYIN_VAR``/acoustic, or var/acoustic."""
    root = Path(os.environ.get("XIANGYIN_VAR", Path(__file__).resolve().parents[2] / "var"))
    folder = Path(argument) if argument else root / "acoustic"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def shared_folder() -> Path:
    """Folder of the shared recordings: ``$XIANGYIN_SHARED`` or ``../shared`` beside the repository."""
    default = Path(__file__).resolve().parents[3] / "shared"
    return Path(os.environ.get("XIANGYIN_SHARED", default))


class ShardWriter:
    """Appends utterances and writes both files on ``close``."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._frames: list[NDArray[np.float16]] = []
        self._rows: list[Cached] = []
        self._length = 0

    def add(
        self, features: NDArray[np.float32], labels: list[int], speaker: str, source: str, key: str
    ) -> None:
        """Keep one utterance unless it is too short for its labels (three input frames a label)."""
        if len(features) < 3 * len(labels) + 6 or not labels:
            return
        self._rows.append(Cached(self._length, len(features), labels, speaker, source, key))
        self._frames.append(features.astype(np.float16))
        self._length += len(features)

    def close(self) -> None:
        """Write; the index last, so that a reader never sees half a shard."""
        if not self._rows:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        np.save(self._folder / f"{self._name}.npy", np.concatenate(self._frames))
        index = self._folder / f"{self._name}.json.part"
        index.write_text(json.dumps([asdict(row) for row in self._rows]), "utf-8")
        index.rename(self._folder / f"{self._name}.json")


def read_shard(index: Path) -> tuple[NDArray[np.float16], list[Cached]]:
    """Frames (memory-mapped) and rows of one shard."""
    frames = np.load(index.with_suffix(".npy"), mmap_mode="r")
    return frames, [Cached(**row) for row in json.loads(index.read_text("utf-8"))]


def shard_indexes(folder: Path) -> Iterator[Path]:
    """Indexes of all finished shards, sorted by name."""
    yield from sorted(folder.glob("*.json"))


def total_hours(rows: Iterable[Cached]) -> float:
    """Sound in hours."""
    return sum(row.frames for row in rows) / 360_000

"""One built index: a folder written once, never changed, loaded memory-mapped.

Files: ``manifest.json`` (fingerprint, counts, labels), ``rows.jsonl``, ``dense.faiss`` (inner product over
unit vectors of half precision), ``head.npy`` (one direction a label), four sparse indexes, ``sounds.json`` (what counts
as one sound), ``respelling.json``, ``entries.json``, ``fusion.json``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.boundary import Boundary
from knowledge.entry import Entry, Source
from knowledge.phrasings import Phrasing
from knowledge.retrieval.bags import ChannelBags
from knowledge.retrieval.head import fit_head
from knowledge.retrieval.respelling import Respelling
from knowledge.retrieval.rows import Row
from knowledge.retrieval.sounds import Sounds
from knowledge.retrieval.sparse import SparseIndex
from knowledge.retrieval.terms import Terms, terms_by_channel

Vectors = NDArray[np.float32]
faiss.omp_set_num_threads(1)  # one question needs no team of threads, and waiting for one costs more

Fit = Callable[[Vectors, NDArray[np.int32], Sequence[str]], Vectors]
"""Vectors of rows, their label numbers and the labels in; one unit direction a label out."""


@dataclass(frozen=True)
class Snapshot:
    """Everything a query needs. ``owners[i]`` is the label number of row i; ``terms`` cuts as ``rows`` were cut."""

    labels: tuple[str, ...]
    owners: NDArray[np.int32]
    dense: Any
    head: Vectors
    terms: dict[str, Terms]
    rows: dict[str, SparseIndex]
    topics: dict[str, SparseIndex]
    entries: dict[str, Entry]
    boundaries: dict[str, Boundary]
    fusion: dict[str, Any]
    respelling: Respelling


def write_snapshot(
    folder: Path,
    rows: Sequence[Row],
    vectors: Vectors,
    entries: dict[str, Entry],
    boundaries: dict[str, Boundary],
    fusion: dict[str, Any],
    manifest: dict[str, Any],
    bags: ChannelBags,
    fit: Fit | None = None,
) -> None:
    """Write all files of one index; ``vectors`` are unit length, one a row.

    ``bags`` keep the counts of texts from one writing to the next; ``fit`` takes the place of learning all
    directions anew.
    """
    folder.mkdir(parents=True)
    labels = sorted({row.label for row in rows})
    number = {label: i for i, label in enumerate(labels)}
    owners = np.array([number[row.label] for row in rows], np.int32)
    dense = faiss.IndexScalarQuantizer(
        vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    dense.add(vectors)
    faiss.write_index(dense, str(folder / "dense.faiss"))
    kept = dense.reconstruct_n(0, dense.ntotal)  # as a later build reads them: both learn the same directions
    head = fit(kept, owners, labels) if fit else fit_head(kept, owners, len(labels))
    np.save(folder / "head.npy", head)
    np.save(folder / "owners.npy", owners)
    of_label: list[list[str]] = [[] for _ in labels]
    for row in rows:
        of_label[number[row.label]].append(row.text)
    bags.sounds.save(folder)
    for name, counted in bags.by_channel.items():
        counted.index([[row.text] for row in rows]).save(folder / f"rows-{name}")
        counted.index(of_label).save(folder / f"topics-{name}")
    if fit is None:  # in haste there is none until the exact index follows
        Respelling.of(row.text for row in rows).save(folder)
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(vars(row), ensure_ascii=False) + "\n")
    _write(folder / "entries.json", [asdict(entry) for entry in entries.values()])
    _write(folder / "boundaries.json", [asdict(boundary) for boundary in boundaries.values()])
    _write(folder / "fusion.json", fusion)
    _write(folder / "manifest.json", {**manifest, "labels": labels})


def read_snapshot(folder: Path) -> Snapshot:
    """Load a folder written by ``write_snapshot``. Raises FileNotFoundError when a file is missing."""
    manifest = _read(folder / "manifest.json")
    terms = terms_by_channel(Sounds.load(folder))
    return Snapshot(
        labels=tuple(manifest["labels"]),
        owners=np.load(folder / "owners.npy"),
        dense=_dense(folder),
        head=np.load(folder / "head.npy"),
        terms=terms,
        rows={name: SparseIndex.load(folder / f"rows-{name}") for name in terms},
        topics={name: SparseIndex.load(folder / f"topics-{name}") for name in terms},
        entries={entry.id: entry for entry in map(_entry, _read(folder / "entries.json"))},
        boundaries={b.id: b for b in map(_boundary, _read(folder / "boundaries.json"))},
        fusion=_read(folder / "fusion.json"),
        respelling=Respelling.load(folder),
    )


def read_vectors(folder: Path) -> tuple[list[Row], Vectors]:
    """Rows and vectors of an earlier index, to encode only what is new."""
    lines = (folder / "rows.jsonl").read_text(encoding="utf-8").split("\n")
    dense = _dense(folder)
    return [Row(**json.loads(line)) for line in lines if line], dense.reconstruct_n(0, dense.ntotal)


def read_directions(folder: Path) -> tuple[str, list[Row], dict[str, Vectors]]:
    """Encoder stamp, rows, and the learned direction of every label, of an earlier index."""
    manifest = _read(folder / "manifest.json")
    lines = (folder / "rows.jsonl").read_text(encoding="utf-8").split("\n")
    head = np.load(folder / "head.npy")
    directions = dict(zip(manifest["labels"], head, strict=True))
    return manifest["encoder"], [Row(**json.loads(line)) for line in lines if line], directions


def _dense(folder: Path) -> Any:
    """Mapped: all processes of one machine share its pages. ``IO_FLAG_MMAP`` alone reads such an index whole."""
    return faiss.read_index(str(folder / "dense.faiss"), faiss.IO_FLAG_MMAP_IFC)


def _entry(row: dict[str, Any]) -> Entry:
    dates = {k: date.fromisoformat(row[k]) if row[k] else None for k in ("effective", "expires", "reviewed")}
    sources = tuple(Source(**source) for source in row["sources"])
    sections = {name: tuple(lines) for name, lines in row["sections"].items()}
    return Entry(**{**row, **dates, "sources": sources, "near": tuple(row["near"]), "sections": sections})


def _boundary(row: dict[str, Any]) -> Boundary:
    return Boundary(**{**row, "phrasings": tuple(Phrasing(**line) for line in row["phrasings"])})


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, default=str), encoding="utf-8")


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))

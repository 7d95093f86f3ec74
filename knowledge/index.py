"""Build the index: ``python -m knowledge.index build``. Instant when nothing changed, incremental otherwise.

An index is a folder named by the fingerprint of what it was built from; ``current`` names the one in use and
is replaced atomically, so a running service changes over between two questions.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.progress import Progress

from knowledge.encoder.encode import Encoder, Vectors, index_encoder
from knowledge.encoder.layout import STAMP
from knowledge.lint import lint
from knowledge.paths import encoder_folder, index_folder
from knowledge.retrieval.bags import ChannelBags
from knowledge.retrieval.refit import refit
from knowledge.retrieval.rows import Row, index_rows
from knowledge.retrieval.snapshot import Fit, read_directions, read_vectors, write_snapshot
from knowledge.retrieval.sounds import Sounds
from knowledge.store import KNOWLEDGE, Store, load_store

FORMAT = 5
FUSION = Path(__file__).parent / "retrieval" / "fusion.json"
KEPT_VERSIONS = 3
LIVE = "-live"
"""Ends the name of an index whose directions were learned for the changed labels only."""
MOST_REFITTED = 40


def build(
    root: Path = KNOWLEDGE,
    index_dir: Path | None = None,
    encoder: Encoder | None = None,
    fusion_file: Path = FUSION,
    quiet: bool = False,
    live: bool = False,
    bags: ChannelBags | None = None,
    activate: bool = True,
) -> Path:
    """Build from ``root`` into ``index_dir`` and make it current; returns the index's own folder.

    Broken entries are left out and the rest is built. With ``live``, only the directions of changed labels
    are learned anew where few changed (about a second instead of ten); ``bags`` remember terms between two
    calls, without them sounds are those of the dialect packs; without ``activate``, the index in use stays in
    use. Raises FileNotFoundError when ``root`` or the encoder is missing; the index in use stays untouched then.
    """
    folder = index_dir or index_folder()
    store = load_store(root)
    rows = index_rows(store)
    stamp = _encoder_stamp() if encoder is None else "given"
    fusion = json.loads(fusion_file.read_text(encoding="utf-8"))
    bags = bags or ChannelBags(Sounds.of_packs())
    name = _fingerprint(store, rows, fusion, bags.sounds, stamp)
    exact = (folder / name / "manifest.json").is_file()
    fit = _refitting(folder, rows, stamp) if live and not exact else None
    name += LIVE if fit else ""
    target = folder / name
    if not (target / "manifest.json").is_file():
        staging = folder / f"{name}.{os.getpid()}"  # two builders never share one
        shutil.rmtree(staging, ignore_errors=True)
        encoder = encoder or index_encoder(encoder_folder(), os.cpu_count() or 1)
        vectors = _vectors(rows, encoder, _known(folder, stamp), quiet)
        manifest = {
            "format": FORMAT,
            "encoder": stamp,
            "built": datetime.now(UTC).isoformat(timespec="seconds"),
            "rows": len(rows),
            "entries": len(store.entries),
        }
        entries, boundaries = dict(store.entries), dict(store.boundaries)
        write_snapshot(staging, rows, vectors, entries, boundaries, fusion, manifest, bags, fit)
        _put(staging, target)
    if activate:
        make_current(folder, name)
        _forget_old(folder, name)
    return target


def make_current(folder: Path, name: str) -> None:
    """Point ``current`` at an index that lies in ``folder``; one rename, never half done."""
    pointer = folder / "current"
    if pointer.is_file() and pointer.read_text(encoding="utf-8") == name:
        return
    new = folder / f"current.{os.getpid()}"
    new.write_text(name, encoding="utf-8")
    new.replace(pointer)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m knowledge.index", description=__doc__)
    parser.add_argument("command", choices=["build", "lint"])
    parser.add_argument("--quiet", action="store_true")
    arguments = parser.parse_args()
    if arguments.command == "lint":
        problems = lint(load_store())
        print("\n".join(f"{problem.severity}: {problem}" for problem in problems))
        return 1 if any(problem.severity == "error" for problem in problems) else 0
    print(build(quiet=arguments.quiet))
    return 0


def _vectors(
    rows: Sequence[Row], encoder: Encoder, known: dict[tuple[str, bool], Vectors], quiet: bool
) -> Vectors:
    found = {key: known[key] for key in {(row.text, row.spoken) for row in rows} if key in known}
    missing = sorted({(row.text, row.spoken) for row in rows} - set(found))
    with Progress(disable=quiet) as bar:
        task = bar.add_task("indexing", total=len(missing))
        for spoken in (True, False):
            texts = sorted((text for text, said in missing if said is spoken), key=len)
            for at in range(0, len(texts), 256):
                part = texts[at : at + 256]
                encoded = encoder.queries(part) if spoken else encoder.documents(part)
                found.update(((text, spoken), vector) for text, vector in zip(part, encoded, strict=True))
                bar.advance(task, len(part))
    return np.stack([found[row.text, row.spoken] for row in rows]).astype(np.float32)


def _known(folder: Path, stamp: str) -> dict[tuple[str, bool], Vectors]:
    pointer = folder / "current"
    if not pointer.is_file():
        return {}
    before = folder / pointer.read_text(encoding="utf-8").strip()
    try:
        manifest = json.loads((before / "manifest.json").read_text(encoding="utf-8"))
        if manifest["encoder"] != stamp:
            return {}
        rows, vectors = read_vectors(before)
    except (OSError, ValueError, KeyError) as error:
        print(f"the earlier index cannot be reused: {error}", file=sys.stderr)
        return {}
    return {(row.text, row.spoken): vector for row, vector in zip(rows, vectors, strict=True)}


def _refitting(folder: Path, rows: Sequence[Row], stamp: str) -> Fit | None:
    """How to learn only what changed since the index in use; None where too much did, or nothing is known."""
    try:
        before = folder / (folder / "current").read_text(encoding="utf-8").strip()
        old_stamp, old_rows, directions = read_directions(before)
    except (OSError, ValueError, KeyError):
        return None
    old, new = _texts_by_label(old_rows), _texts_by_label(rows)
    changed = {label for label, texts in new.items() if old.get(label) != texts}
    if old_stamp != stamp or len(changed) > MOST_REFITTED:
        return None
    return lambda vectors, owners, labels: refit(directions, changed, vectors, owners, labels)


def _texts_by_label(rows: Sequence[Row]) -> dict[str, list[tuple[str, bool]]]:
    texts: dict[str, list[tuple[str, bool]]] = {}
    for row in rows:
        texts.setdefault(row.label, []).append((row.text, row.spoken))
    return texts


def _put(staging: Path, target: Path) -> None:
    if (target / "manifest.json").is_file():  # another builder was quicker, with the same content
        shutil.rmtree(staging)
        return
    shutil.rmtree(target, ignore_errors=True)
    staging.rename(target)


def _encoder_stamp() -> str:
    folder = encoder_folder()
    stamp = folder / STAMP
    if stamp.is_file():
        return stamp.read_text(encoding="utf-8").strip()
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise FileNotFoundError(f"{folder}: no encoder, run “python -m knowledge.encoder expand”")
    return hashlib.sha256(weights.read_bytes()).hexdigest()


def _fingerprint(store: Store, rows: list[Row], fusion: object, sounds: Sounds, stamp: str) -> str:
    digest = hashlib.sha256(f"{FORMAT} {stamp} {fusion} {sounds.merged}".encode())
    for row in rows:
        digest.update(repr((row.text, row.label, row.kind)).encode())
    for entry in store.entries.values():
        digest.update(repr(entry).encode())
    for boundary in store.boundaries.values():
        digest.update(repr(boundary).encode())
    return digest.hexdigest()[:16]


def _forget_old(folder: Path, current: str) -> None:
    versions = [p for p in folder.iterdir() if p.is_dir() and (p / "manifest.json").is_file()]
    versions.sort(key=lambda p: (p.name == current, p.stat().st_mtime), reverse=True)
    for old in versions[KEPT_VERSIONS:]:
        shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

"""Drawing batches: one variant of each utterance a pass, changed a little on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from audio.acoustic.corpus import Cached, read_shard, shard_indexes
from audio.acoustic.disturbance import disturb
from audio.acoustic.network import CONTEXT, extend, output_frames

PHONE_SHARE = 0.35  # of the drawn variants come from a telephone channel


@dataclass(frozen=True)
class Batch:
    """``padded`` (n, frames + 60, 40), labels one after another, lengths of outputs and labels."""

    padded: Tensor
    labels: Tensor
    output_lengths: Tensor
    label_lengths: Tensor
    rows: tuple[Cached, ...]


class Pool:
    """All shards of a folder whose names start with one of ``prefixes``, grouped by corpus."""

    def __init__(self, folder: Path, prefixes: tuple[str, ...]) -> None:
        self.frames: list[NDArray[np.float16]] = []
        self.choices: dict[str, list[tuple[int, Cached, bool]]] = {}
        for index in shard_indexes(folder):
            if not index.stem.startswith(prefixes):
                continue
            frames, rows = read_shard(index)
            self.frames.append(frames)
            phone = "-phone" in index.stem
            for row in rows:
                self.choices.setdefault(row.key, []).append((len(self.frames) - 1, row, phone))

    def draw(self, generator: np.random.Generator) -> list[tuple[int, Cached]]:
        """One variant of every utterance."""
        return [self._one(variants, generator) for variants in self.choices.values()]

    def cepstra(self, shard: int, row: Cached) -> NDArray[np.float32]:
        """Frames (frames, 40) of one variant."""
        return self.frames[shard][row.start : row.start + row.frames].astype(np.float32)

    def _one(
        self, variants: list[tuple[int, Cached, bool]], generator: np.random.Generator
    ) -> tuple[int, Cached]:
        phones = [v for v in variants if v[2]]
        others = [v for v in variants if not v[2]]
        group = phones if phones and (not others or generator.random() < PHONE_SHARE) else others
        shard, row, _ = group[int(generator.integers(len(group)))]
        return shard, row


def batches(
    pool: Pool, seconds: float, generator: np.random.Generator | None, change: bool = True
) -> Iterator[Batch]:
    """Batches of about so many seconds of sound, similar lengths together; no generator: fixed order."""
    drawn = pool.draw(generator or np.random.default_rng(0))
    noise = generator.uniform(0.9, 1.1, len(drawn)) if generator is not None else np.ones(len(drawn))
    order = np.argsort([row.frames for _, row in drawn] * noise)
    groups: list[list[tuple[int, Cached]]] = [[]]
    for place in order:
        longest = max([drawn[place][1].frames, *(row.frames for _, row in groups[-1])])
        if groups[-1] and longest * (len(groups[-1]) + 1) > seconds * 100:
            groups.append([])
        groups[-1].append(drawn[place])
    if generator is not None:
        generator.shuffle(groups)
    for group in groups:
        yield _batch(pool, group, generator if change else None)


def _batch(pool: Pool, group: list[tuple[int, Cached]], generator: np.random.Generator | None) -> Batch:
    longest = max(row.frames for _, row in group)
    padded = []
    for shard, row in group:
        cepstra = pool.cepstra(shard, row)
        if generator is not None:
            cepstra = disturb(cepstra, generator, pool.cepstra(*group[int(generator.integers(len(group)))]))
        padded.append(extend(torch.from_numpy(cepstra), longest))
    rows = tuple(row for _, row in group)
    return Batch(
        torch.stack(padded),
        torch.tensor([label for row in rows for label in row.labels]),
        torch.tensor([output_frames(row.frames) for row in rows]),
        torch.tensor([len(row.labels) for row in rows]),
        rows,
    )


assert CONTEXT % 3 == 0

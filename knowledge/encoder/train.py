"""Contrastive training of the encoder on the phrasings: ``python -m knowledge.encoder train``.

One forward pass a sentence and two losses over it: supervised contrast inside the batch, where neighbouring
topics stand together as hard negatives (Khosla et al. 2020), and a softmax over one learned proxy a topic
(Movshovitz-Attias et al. 2017), which contrasts each sentence with all topics. The word table is frozen, so
words no phrasing has keep their place. Same seed and data give the same model on the same machine.
"""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn, track

from knowledge.encoder.examples import Example, batches, spoken_text
from knowledge.encoder.expand import bert
from knowledge.encoder.shipped import Shipped

MAX_TOKENS = 48
CHUNK = 16


@dataclass(frozen=True)
class Recipe:
    """``passes`` over the data; rates are peak rates, warmed up over 5 % and decayed along a cosine."""

    seed: int = 20261125
    passes: float = 4.0
    batch: int = 64
    rate: float = 6e-5
    proxy_rate: float = 2e-3
    temperature: float = 0.05
    frozen_layers: int = 0
    save_every: int = 50


def train(
    base: Shipped, rows: list[Example], near: dict[str, tuple[str, ...]], recipe: Recipe, work: Path
) -> Shipped:
    """Train ``base`` on ``rows``; checkpoints in ``work`` are resumed when their recipe and data agree."""
    torch.manual_seed(recipe.seed)
    labels = sorted({row.label for row in rows})
    steps = max(1, math.ceil(recipe.passes * len(rows) / recipe.batch))
    trainer = _Trainer(base, labels, recipe, steps)
    key = f"{replace(recipe, passes=0)} {hash_rows(rows)}"  # more passes may be added to a run
    step = trainer.resume(work / "checkpoint.pt", key)
    if step == 0:
        trainer.place_proxies(rows)
    stream = _stream(rows, near, recipe, skip=step)
    began = time.monotonic()
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), TimeRemainingColumn()) as bar:
        task = bar.add_task("training", total=steps, completed=step)
        while step < steps:
            batch, rng = next(stream)
            loss, right = trainer.step(batch, step, rng)
            step += 1
            bar.advance(task)
            if step % recipe.save_every == 0 or step == steps:
                trainer.save(work / "checkpoint.pt", key, step)
                minutes = (time.monotonic() - began) / 60
                bar.console.print(f"{step}/{steps} loss {loss:.3f} right {right:.3f} {minutes:.1f} min")
    return trainer.shipped(base)


def hash_rows(rows: list[Example]) -> str:
    """A short digest of the data, so that a checkpoint of other data is not resumed."""
    import hashlib

    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def _trained(name: str, frozen_layers: int) -> bool:
    if name.startswith("encoder.layer"):
        return int(name.split(".")[2]) >= frozen_layers
    if name.startswith(("embeddings.word", "embeddings.token_type", "pooler")):
        return False
    return frozen_layers == 0


def _stream(rows: list[Example], near: dict[str, tuple[str, ...]], recipe: Recipe, skip: int) -> Any:
    number = 0
    for epoch in range(10**6):
        rng = random.Random(recipe.seed + epoch)
        for batch in batches(rows, near, recipe.batch, rng):
            if number >= skip:
                yield batch, random.Random(recipe.seed * 31 + number)
            number += 1


class _Trainer:
    def __init__(self, base: Shipped, labels: list[str], recipe: Recipe, steps: int) -> None:
        self._recipe, self._steps = recipe, steps
        self._index = {label: i for i, label in enumerate(labels)}
        self._model = bert(base)
        self._tokenizer = base.tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        for name, parameter in self._model.named_parameters():
            parameter.requires_grad = _trained(name, recipe.frozen_layers)
        width = int(base.shape["hidden_size"])
        self._proxies = torch.nn.Parameter(torch.zeros(len(labels), width))
        body = [p for p in self._model.parameters() if p.requires_grad]
        self._optimiser = torch.optim.AdamW(
            [
                {"params": body, "peak": recipe.rate, "weight_decay": 0.01},
                {"params": [self._proxies], "peak": recipe.proxy_rate, "weight_decay": 0.0},
            ],
            lr=recipe.rate,
        )

    def step(self, batch: list[Example], number: int, rng: random.Random) -> tuple[float, float]:
        """One update; returns the loss and the share of sentences nearest to their own proxy."""
        self._model.train()
        for group in self._optimiser.param_groups:
            group["lr"] = group["peak"] * self._share(number)
        vectors = self._encode([spoken_text(example, rng) for example in batch])
        target = torch.tensor([self._index[example.label] for example in batch])
        loss, right = self._loss(vectors, target)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimiser.step()
        return float(loss.detach()), right

    def place_proxies(self, rows: list[Example]) -> None:
        """Start each proxy at the mean of (at most twelve of) its own sentences."""
        rng = random.Random(self._recipe.seed)
        self._model.train(False)
        groups: dict[str, list[str]] = {}
        for row in rows:
            groups.setdefault(row.label, []).append(f"query: {row.text}")
        with torch.no_grad():
            for label, texts in track(sorted(groups.items()), "proxies"):
                mean = self._encode(rng.sample(texts, min(12, len(texts)))).mean(0)
                self._proxies[self._index[label]] = torch.nn.functional.normalize(mean, dim=0)

    def save(self, path: Path, key: str, step: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "key": key,
            "step": step,
            "model": self._model.state_dict(),
            "proxies": self._proxies.data,
            "optimiser": self._optimiser.state_dict(),
        }
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def resume(self, path: Path, key: str) -> int:
        if not path.is_file():
            return 0
        state = torch.load(path, weights_only=True)
        if state["key"] != key:
            return 0
        self._model.load_state_dict(state["model"])
        self._proxies.data.copy_(state["proxies"])
        self._optimiser.load_state_dict(state["optimiser"])
        return int(state["step"])

    def shipped(self, base: Shipped) -> Shipped:
        self._tokenizer.no_truncation()
        state = {n: np.asarray(v.detach().numpy(), np.float32) for n, v in self._model.state_dict().items()}
        return Shipped({n: state[n] for n in base.state}, base.shape, base.tokenizer)

    def _encode(self, texts: list[str]) -> torch.Tensor:
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        parts = []
        for at in range(0, len(order), CHUNK):
            rows = [ids[i] for i in order[at : at + CHUNK]]
            longest = max(map(len, rows))
            padded = torch.tensor([row + [1] * (longest - len(row)) for row in rows])
            mask = (torch.arange(longest)[None] < torch.tensor([len(r) for r in rows])[:, None]).long()
            hidden = self._model(input_ids=padded, attention_mask=mask).last_hidden_state
            weight = mask.unsqueeze(-1).to(hidden.dtype)
            parts.append((hidden * weight).sum(1) / weight.sum(1))
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return torch.nn.functional.normalize(torch.cat(parts)[back], dim=1)

    def _loss(self, vectors: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, float]:
        scale = 1.0 / self._recipe.temperature
        to_proxies = scale * vectors @ torch.nn.functional.normalize(self._proxies, dim=1).T
        proxy_loss = torch.nn.functional.cross_entropy(to_proxies, target)
        itself = torch.eye(len(target), dtype=torch.bool)
        alike = (scale * vectors @ vectors.T).masked_fill(itself, -1e9)
        same = (target[:, None] == target[None, :]) & ~itself
        chance = alike - torch.logsumexp(alike, dim=1, keepdim=True)
        paired = same.any(1)
        contrast = -(chance * same).sum(1)[paired] / same.sum(1)[paired]
        loss = proxy_loss + (contrast.mean() if len(contrast) else 0.0)
        return loss, float((to_proxies.argmax(1) == target).float().mean())

    def _share(self, number: int) -> float:
        warm = max(1, int(0.05 * self._steps))
        if number < warm:
            return (number + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * (number - warm) / max(1, self._steps - warm)))

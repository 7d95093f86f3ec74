"""CTC training on one thread: ``python -m audio.acoustic.train --minutes 60``.

AdamW, one-cycle learning rate over the given processor time (so a busy machine or a pause costs no
pass), a checkpoint a pass (``last.pt``; ``best.pt`` by unit error of the held-out speakers over both
channels). ``--from-checkpoint`` starts from other weights; a run that was cut off goes on with
``--resume``. New shards in the folder join at the next pass.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from audio.acoustic import corpus
from audio.acoustic.batches import Batch, Pool, batches
from audio.acoustic.network import Network, Shape
from audio.scores import edits


def main() -> None:
    """Command line; prints one line a pass."""
    arguments = _arguments()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    work = corpus.workplace(arguments.work)
    run = Run(
        work / arguments.name, Network(Shape(width=arguments.width)), arguments.minutes * 60, arguments.rate
    )
    if arguments.resume:
        run.resume()
    elif arguments.from_checkpoint:
        run.network.load_state_dict(torch.load(arguments.from_checkpoint, weights_only=True)["network"])
    else:
        run.measure(Pool(work / "shards", ("people",)))
    generator = np.random.default_rng(arguments.seed + run.passes)
    development = Pool(work / "shards", ("dev",))
    while run.spent < run.budget:
        pool = Pool(work / "shards", tuple(arguments.corpora.split(",")))
        run.one_pass(pool, arguments.batch_seconds, generator)
        run.judge(development)


class Run:
    """State of one training: weights, optimiser, time spent, best held-out error."""

    def __init__(self, folder: Path, network: Network, budget: float, rate: float) -> None:
        self.folder, self.network, self.budget, self.rate = folder, network, budget, rate
        folder.mkdir(parents=True, exist_ok=True)
        self.optimiser = torch.optim.AdamW(
            network.parameters(), lr=rate, weight_decay=0.01, betas=(0.9, 0.98)
        )
        self.loss = nn.CTCLoss(blank=0, reduction="sum", zero_infinity=True)
        self.spent, self.passes, self.best = 0.0, 0, math.inf

    def measure(self, pool: Pool) -> None:
        """Set the network's normalisation from a sample of the frames."""
        sample = np.concatenate([frames[::50].astype(np.float64) for frames in pool.frames])
        self.network.mean.copy_(torch.from_numpy(sample.mean(0)))
        self.network.deviation.copy_(torch.from_numpy(sample.std(0)))

    def one_pass(self, pool: Pool, seconds: float, generator: np.random.Generator) -> None:
        """Every utterance once."""
        self.network.train()
        begun, total, units, sound = time.process_time(), 0.0, 0, 0.0
        already = self.spent
        for batch in batches(pool, seconds, generator):
            for group in self.optimiser.param_groups:
                group["lr"] = self.rate * one_cycle(self.spent / self.budget)
            total += self._step(batch)
            units += int(batch.label_lengths.sum())
            sound += batch.padded.shape[0] * batch.padded.shape[1] / 100
            self.spent = already + time.process_time() - begun
            if self.spent > self.budget * 1.02:
                break
        self.passes += 1
        print(
            f"pass {self.passes} {self.spent / 60:.1f} min, loss a unit {total / max(units, 1):.3f},"
            f" {sound / 3600:.1f} h, rate {self.optimiser.param_groups[0]['lr']:.2e}",
            flush=True,
        )

    def judge(self, development: Pool) -> None:
        """Held-out unit error; keeps ``last.pt`` and, when better than before, ``best.pt``."""
        error = unit_error(self.network, development)
        print(f"  held-out unit error {100 * error:.2f} %", flush=True)
        torch.save(self._state(), self.folder / "last.pt")
        if error < self.best:
            self.best = error
            torch.save(self._state(), self.folder / "best.pt")

    def resume(self) -> None:
        """Continue from ``last.pt``."""
        state = torch.load(self.folder / "last.pt", weights_only=True)
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.spent, self.passes, self.best = state["spent"], state["passes"], state["best"]

    def _step(self, batch: Batch) -> float:
        posterior = self.network(batch.padded).transpose(0, 1)
        loss = self.loss(posterior, batch.labels, batch.output_lengths, batch.label_lengths)
        self.optimiser.zero_grad(set_to_none=True)
        (loss / batch.label_lengths.sum()).backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        return float(loss.detach())

    def _state(self) -> dict[str, Any]:
        return {
            "network": self.network.state_dict(), "optimiser": self.optimiser.state_dict(),
            "width": self.network.shape.width, "spent": self.spent, "passes": self.passes, "best": self.best,
        }  # fmt: skip


def one_cycle(done: float) -> float:
    """Share of the peak rate: up over the first 10 %, then a cosine down to 1/200."""
    if done < 0.1:
        return 0.05 + 0.95 * done / 0.1
    return 0.005 + 0.995 * 0.5 * (1 + math.cos(math.pi * min((done - 0.1) / 0.9, 1.0)))


@torch.no_grad()
def unit_error(network: Network, pool: Pool) -> float:
    """Edits per label of the greedy CTC output."""
    network.eval()
    wrong = length = 0
    for batch in batches(pool, 60.0, None, change=False):
        best = network(batch.padded).argmax(dim=2)
        for path, frames, row in zip(best, batch.output_lengths, batch.rows, strict=True):
            heard = collapse(path[: int(frames)].tolist())
            wrong += edits(heard, row.labels)
            length += len(row.labels)
    return wrong / max(length, 1)


def collapse(path: list[int]) -> list[int]:
    """CTC path to labels: repeats merged, blanks dropped."""
    return [unit for unit, before in zip(path, [0, *path[:-1]], strict=True) if unit and unit != before]


def load_network(checkpoint: Path) -> Network:
    """The network of a checkpoint, ready to evaluate."""
    state = torch.load(checkpoint, weights_only=True)
    network = Network(Shape(width=state["width"]))
    network.load_state_dict(state["network"])
    return network.eval()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", help="folder of caches and checkpoints")
    parser.add_argument("--name", default="run", help="folder of this run's checkpoints")
    parser.add_argument("--minutes", type=float, default=60.0, help="of processor time")
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--batch-seconds", type=float, default=45.0)
    parser.add_argument("--corpora", default="people,synthetic", help="prefixes of the shards' names")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--from-checkpoint")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""A weighted mean of checkpoints of one lineage: ``python -m audio.acoustic.blend OUT A=0.3 B=0.7``.

Runs that began at each other's end lie in one valley, and the mean of their weights errs a little less than either
(Wortsman et al. 2022, model soups). Shares should sum to 1; choose them on the held-out speakers.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

State = dict[str, Any]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("parts", nargs="+", help="CHECKPOINT=SHARE")
    arguments = parser.parse_args()
    pairs = [part.rsplit("=", 1) for part in arguments.parts]
    states = [torch.load(path, weights_only=True) for path, _ in pairs]
    mixed = blend([state["network"] for state in states], [float(share) for _, share in pairs])
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save({**states[-1], "network": mixed}, arguments.out)


def blend(networks: Sequence[State], shares: Sequence[float]) -> State:
    """Floating-point tensors averaged, counters from the last. Raises ValueError for shares that are no mean."""
    if abs(sum(shares) - 1) > 1e-6 or len(shares) != len(networks):
        raise ValueError(f"shares {list(shares)} of {len(networks)} networks do not sum to 1")
    return {
        name: sum(
            (share * network[name] for share, network in zip(shares, networks, strict=True)), torch.zeros(())
        )
        if value.is_floating_point()
        else value
        for name, value in networks[-1].items()
    }


if __name__ == "__main__":
    main()

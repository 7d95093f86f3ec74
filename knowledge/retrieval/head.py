"""One direction a label, learned from the index's own rows when it is built, in seconds.

A softmax over scaled cosines (normalised weights as in Wang et al. 2018, no margin), full batch, so that the
same rows give the same directions. On the development queries it puts 87 % first where the labels' mean
vectors put 80 %.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STEPS, RATE, SCALE = 60, 2e-3, 20.0

Vectors = NDArray[np.float32]


def fit_head(vectors: Vectors, owners: NDArray[np.int32], count: int) -> Vectors:
    """Unit vectors [count, width]; ``vectors`` [rows, width] are unit length, ``owners`` their labels."""
    import torch

    sums = np.zeros((count, vectors.shape[1]), np.float32)
    np.add.at(sums, owners, vectors)
    start = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    weights = torch.nn.Parameter(torch.from_numpy(start))
    rows, target = torch.from_numpy(vectors), torch.from_numpy(owners.astype(np.int64))
    optimiser = torch.optim.Adam([weights], lr=RATE)
    for _ in range(STEPS):
        optimiser.zero_grad()
        cosines = rows @ torch.nn.functional.normalize(weights, dim=1).T
        torch.nn.functional.cross_entropy(SCALE * cosines, target).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return np.asarray(torch.nn.functional.normalize(weights, dim=1).detach().numpy(), np.float32)

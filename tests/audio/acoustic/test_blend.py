"""A blend is the weighted mean of the weights, and nothing else."""

from __future__ import annotations

import pytest
import torch

from audio.acoustic.blend import blend


def test_weights_are_averaged_and_counters_kept() -> None:
    first = {"w": torch.tensor([0.0, 4.0]), "seen": torch.tensor(3)}
    last = {"w": torch.tensor([10.0, 0.0]), "seen": torch.tensor(9)}
    mixed = blend([first, last], [0.25, 0.75])
    assert mixed["w"].tolist() == [7.5, 1.0] and int(mixed["seen"]) == 9


def test_shares_must_be_a_mean() -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        blend([{"w": torch.zeros(1)}] * 2, [0.5, 0.6])

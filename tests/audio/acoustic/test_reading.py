"""The shipped file read back with numpy gives what the network gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from audio.acoustic.export import export
from audio.acoustic.features import mfcc
from audio.acoustic.network import Network, Shape, posteriors
from audio.acoustic.reading import ModelUnreadable, read_model
from audio.graphs.build import ACOUSTIC


def noise(seconds: float) -> np.ndarray:
    return (np.random.default_rng(0).normal(size=int(seconds * 16_000)) * 3000).astype(np.int16)


@pytest.mark.parametrize("seconds", [0.03, 0.7, 2.0])
def test_numpy_gives_the_networks_posteriors(tmp_path: Path, seconds: float) -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    network = Network(Shape(width=24)).eval()
    export(network, tmp_path)
    sound = noise(seconds)
    wanted = posteriors(network, torch.from_numpy(mfcc(sound))).numpy()
    found = read_model(tmp_path / "am" / "final.mdl").posteriors(sound)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, atol=2e-4)


def test_the_shipped_model_can_be_read_and_gives_probabilities() -> None:
    found = read_model(ACOUSTIC / "am" / "final.mdl").posteriors(noise(0.4))
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1.0, atol=1e-4)
    assert read_model(ACOUSTIC / "am" / "final.mdl").posteriors(noise(0.01)).shape == (0, 59)


def test_a_damaged_or_foreign_file_is_refused(tmp_path: Path) -> None:
    whole = (ACOUSTIC / "am" / "final.mdl").read_bytes()
    for name, data in {"cut": whole[: len(whole) // 2], "text": b"not a model", "empty": b""}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ModelUnreadable):
            read_model(tmp_path / name)

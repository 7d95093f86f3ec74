"""The exported bytes mean to Vosk what the network means to PyTorch."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
import vosk
from numpy.typing import NDArray

from audio.acoustic.export import export
from audio.acoustic.features import mfcc
from audio.acoustic.network import Network, Shape, posteriors
from audio.acoustic.train import collapse
from audio.acoustic.units import UNITS

ROOT = Path(__file__).resolve().parents[3]


def random_network() -> Network:
    torch.manual_seed(3)
    network = Network(Shape(width=16))
    network.mean.copy_(torch.randn(40) * 3)
    network.deviation.copy_(torch.rand(40) * 10 + 5)
    for name, value in network.named_buffers():
        if name.endswith("running_mean"):
            value.copy_(torch.randn_like(value) * 0.3)
        elif name.endswith("running_var"):
            value.copy_(torch.rand_like(value) + 0.5)
    network.eval()
    network.output.weight.data *= 150  # decided enough that the beam loses nothing
    assert network.output.bias is not None
    network.output.bias.data -= posteriors(network, torch.from_numpy(mfcc(sound()))).mean(dim=0)
    return network


def sound() -> NDArray[np.int16]:
    """A second of noise whose loudness and colour change."""
    white = np.random.default_rng(5).standard_normal(16_000)
    pieces = np.split(white, 16)
    for number, piece in enumerate(pieces):
        piece *= 200.0 * (1 + number * 7 % 13)
        piece[1:] += 0.9 * (number % 3 - 1) * piece[:-1]
    return np.concatenate(pieces).astype(np.int16)


def test_best_path_and_score_equal_pytorch(tmp_path: Path) -> None:
    network = random_network()
    export(network, tmp_path)
    command = [
        sys.executable,
        str(ROOT / "tests" / "audio" / "acoustic" / "unit_loop.py"),
        str(tmp_path / "graph"),
    ]
    subprocess.run(command, check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    vosk.SetLogLevel(-1)
    model = vosk.Model(str(tmp_path))
    samples = sound()
    recogniser = vosk.KaldiRecognizer(model, 16_000)
    recogniser.SetMaxAlternatives(1)
    recogniser.AcceptWaveform(samples.tobytes())
    best = json.loads(recogniser.FinalResult())["alternatives"][0]

    expected = posteriors(network, torch.from_numpy(mfcc(samples)))
    labels = collapse(expected.argmax(dim=1).tolist())
    assert len(labels) > 10
    assert best["text"].split() == [UNITS[label - 1] for label in labels]
    assert abs(best["confidence"] - float(expected.max(dim=1).values.sum())) < 0.02


def test_am_folder_has_what_vosk_reads(tmp_path: Path) -> None:
    export(random_network(), tmp_path)
    assert (tmp_path / "am" / "final.mdl").read_bytes()[:2] == b"\0B"
    assert "--dither=0" in (tmp_path / "conf" / "mfcc.conf").read_text()
    boundary = (tmp_path / "phones" / "word_boundary.int").read_text().splitlines()
    assert boundary[:3] == ["1 nonword", "2 begin", "3 end"]
    assert len(boundary) == 1 + 4 * len(UNITS)

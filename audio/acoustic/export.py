"""A checkpoint as a Vosk model: ``python -m audio.acoustic.export CHECKPOINT FOLDER``.

Writes ``am/final.mdl``, ``conf/`` and ``phones/`` (tables for people and word boundaries). Batch norm and
the normalisation of the cepstra are folded into the affine layers, so that outputs are unchanged.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from audio.acoustic import kaldi
from audio.acoustic.features import DIMENSION, MFCC_CONF
from audio.acoustic.network import CONTEXT, STRIDE, Layer, Network
from audio.acoustic.train import load_network

# Beams and chunks follow the documented starting point and were not tuned here. Rule 1 ends a turn
# in which nothing was said, 2 one whose sentence may be complete, 3 and 4 any; our own VAD may end earlier.
MODEL_CONF = """--beam=14
--max-active=4000
--min-active=200
--lattice-beam=5
--acoustic-scale=1.0
--frame-subsampling-factor=3
--frames-per-chunk=21
--endpoint.silence-phones=1
--endpoint.rule1.min-trailing-silence=8.0
--endpoint.rule2.min-trailing-silence=1.2
--endpoint.rule3.min-trailing-silence=1.8
--endpoint.rule4.min-trailing-silence=3.0
--endpoint.rule5.min-utterance-length=60
"""


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    export(load_network(arguments.checkpoint), arguments.folder)


def export(network: Network, folder: Path) -> None:
    """Write the parts of a model directory that do not depend on a vocabulary."""
    for part in ("am", "conf", "phones"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "am" / "final.mdl").write_bytes(
        kaldi.model_bytes(affines(network), DIMENSION, (CONTEXT, CONTEXT))
    )
    (folder / "conf" / "mfcc.conf").write_text(MFCC_CONF, "utf-8")
    (folder / "conf" / "model.conf").write_text(MODEL_CONF, "utf-8")
    names = kaldi.phone_names()
    table = "".join(f"{name} {number}\n" for number, name in enumerate(["<eps>", *names]))
    (folder / "phones" / "phones.txt").write_text(table, "utf-8")
    kinds = {"B": "begin", "E": "end", "I": "internal", "S": "singleton"}
    boundary = ["1 nonword", *(f"{n} {kinds[name[-1]]}" for n, name in enumerate(names[1:], start=2))]
    (folder / "phones" / "word_boundary.int").write_text("\n".join(boundary) + "\n", "utf-8")


def affines(network: Network) -> list[kaldi.Affine]:
    """The network as affine layers with descriptors, batch norm and normalisation folded in."""
    layers: list[kaldi.Affine] = []
    before, frames = "input", 1
    for number, module in enumerate(network.layers, start=1):
        assert isinstance(module, Layer)
        weights = module.convolution.weight.detach().double().numpy()  # (out, in, kernel)
        scale, bias = _norm(module)
        if number == 1:
            deviation, mean = network.deviation.double().numpy(), network.mean.double().numpy()
            weights = weights / deviation[None, :, None]
            bias = bias - scale * np.einsum("oik,i->o", weights, mean)
        weights = weights * scale[:, None, None]
        reach = module.convolution.dilation[0] * frames
        flat = weights.transpose(0, 2, 1).reshape(len(weights), -1)
        added = before if module.crop else None
        descriptor = _append(before, weights.shape[2], int(reach))
        layers.append(kaldi.Affine(f"layer{number}", descriptor, flat, bias, relu=True, added=added))
        before, frames = f"layer{number}", frames * (STRIDE if module.convolution.stride[0] == STRIDE else 1)
    last = network.output.weight.detach().double().numpy()[:, :, 0]
    assert network.output.bias is not None
    final_bias = network.output.bias.detach().double().numpy()
    return [*layers, kaldi.Affine("posteriors", before, last, final_bias, relu=False)]


def _norm(module: Layer) -> tuple[kaldi.Matrix, kaldi.Matrix]:
    norm = module.norm
    assert norm.running_var is not None and norm.running_mean is not None
    scale = (norm.weight / (norm.running_var + norm.eps).sqrt()).detach().double().numpy()
    return scale, norm.bias.detach().double().numpy() - scale * norm.running_mean.double().numpy()


def _append(node: str, kernel: int, step: int) -> str:
    offsets = [(tap - kernel // 2) * step for tap in range(kernel)]
    return "Append(" + ", ".join(f"Offset({node}, {o})" if o else node for o in offsets) + ")"


if __name__ == "__main__":
    main()

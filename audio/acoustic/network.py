"""The network: 40 cepstra a 10 ms frame in, 59 log posteriors a 30 ms frame out.

Convolution of kernel 5, one of kernel 3 with stride 3, then residual convolutions of kernel 3 reaching
±1 (three times) and ±2 (three times) output frames: 30 input frames (0.3 s) of context each side. No
padding inside; the input is extended by repeating its first and last frame, as Kaldi does.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from audio.acoustic.features import DIMENSION
from audio.acoustic.units import UNITS

CONTEXT = 30  # input frames on each side
STRIDE = 3
OUTPUTS = len(UNITS) + 1


@dataclass(frozen=True)
class Shape:
    """Width of the hidden layers and the reach (in output frames) of each residual layer."""

    width: int = 320
    reaches: tuple[int, ...] = (1, 1, 1, 2, 2, 2)


class Layer(nn.Module):
    """Convolution, batch norm, ReLU; with ``residual`` the (cropped) input is added."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, reach: int = 1, residual: bool = False
    ):
        super().__init__()
        self.convolution = nn.Conv1d(inputs, outputs, kernel, stride=stride, dilation=reach, bias=False)
        self.norm = nn.BatchNorm1d(outputs, momentum=0.02)
        self.drop = nn.Dropout(0.1)
        self.crop = reach * (kernel - 1) // 2 if residual else 0

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, frames) to (batch, channels, fewer frames)."""
        y: Tensor = self.drop(torch.relu(self.norm(self.convolution(x))))
        return y + x[:, :, self.crop : -self.crop] if self.crop else y


class Network(nn.Module):
    """See the module's text; ``mean`` and ``deviation`` normalise the cepstra and are part of the state."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("mean", torch.zeros(DIMENSION))
        self.register_buffer("deviation", torch.ones(DIMENSION))
        width = shape.width
        self.layers = nn.ModuleList([Layer(DIMENSION, width, 5), Layer(width, width, 3, stride=STRIDE)])
        self.layers.extend(Layer(width, width, 3, reach=reach, residual=True) for reach in shape.reaches)
        self.output = nn.Conv1d(width, OUTPUTS, 1)

    def forward(self, padded: Tensor) -> Tensor:
        """Cepstra (batch, frames + 60, 40), already extended, to log posteriors (batch, frames/3, 59)."""
        x = ((padded - self.mean) / self.deviation).transpose(1, 2)
        for layer in self.layers:
            x = layer(x)
        return torch.log_softmax(self.output(x), dim=1).transpose(1, 2)


def extend(features: Tensor, frames: int | None = None) -> Tensor:
    """Repeat the first frame 30 times in front and the last one behind, up to ``frames`` + 60 in all."""
    behind = CONTEXT + (0 if frames is None else frames - len(features))
    return torch.cat([features[:1].expand(CONTEXT, -1), features, features[-1:].expand(behind, -1)])


def output_frames(frames: int) -> int:
    """Number of outputs for so many input frames: frames 0, 3, 6, …"""
    return (frames + STRIDE - 1) // STRIDE


@torch.no_grad()
def posteriors(network: Network, features: Tensor) -> Tensor:
    """Log posteriors (frames/3, 59) of one utterance's cepstra (frames, 40)."""
    network.eval()
    result: Tensor = network(extend(features)[None])[0]
    return result[: output_frames(len(features))]

"""Reading our own ``final.mdl`` back: log posteriors with numpy alone, no torch, no checkpoint.

Reads what ``kaldi.py`` writes (FixedAffine, RectifiedLinear, LogSoftmax, NoOp; Append, Offset, Sum), whatever
the number and width of layers, so that a clerk's machine can align recordings with the shipped model.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.acoustic.features import mfcc

Array = NDArray[np.float32]
STRIDE = 3
"""Input frames (10 ms) an output frame; Vosk knows no other (reference of the model format)."""


class ModelUnreadable(ValueError):
    """Not a model of ours: cut short, or made by somebody else with components that we do not write."""


@dataclass(frozen=True)
class _Sequence:
    """Values (frames, dimension) of a node; row 0 belongs to input frame `first`."""

    first: int
    values: Array


@dataclass(frozen=True)
class AcousticModel:
    """`posteriors` of samples; `outputs` = units + the blank (0)."""

    nodes: tuple[tuple[str, str, str], ...]  # name, component, descriptor, in order
    components: dict[str, tuple[str, Array | None, Array | None]]
    output: str
    context: int
    outputs: int

    def posteriors(self, samples: NDArray[np.int16]) -> Array:
        """16 kHz samples → natural log posteriors (frames of 30 ms, outputs); no frame for less than 25 ms."""
        features = mfcc(samples)
        if not len(features):
            return np.zeros((0, self.outputs), np.float32)
        padded = np.pad(features, ((self.context, self.context), (0, 0)), mode="edge")
        known = {"input": _Sequence(-self.context, padded)}
        for name, component, descriptor in self.nodes:
            kind, weights, bias = self.components[component]
            given = _described(descriptor, known)
            if kind == "FixedAffineComponent":
                assert weights is not None and bias is not None
                values = given.values @ weights.T + bias
            elif kind == "RectifiedLinearComponent":
                values = np.maximum(given.values, 0.0)
            elif kind == "LogSoftmaxComponent":
                peak = given.values.max(axis=1, keepdims=True)
                values = given.values - peak
                values = values - np.log(np.exp(values).sum(axis=1, keepdims=True))
            else:
                values = given.values
            known[name] = _Sequence(given.first, values.astype(np.float32))
        last = known[self.output]
        result: Array = last.values[-last.first :: STRIDE][: (len(features) + STRIDE - 1) // STRIDE]
        return result


@lru_cache(maxsize=2)
def read_model(path: Path) -> AcousticModel:
    """The network in a ``final.mdl``. Raises ModelUnreadable, OSError."""
    data = path.read_bytes()
    start = data.find(b"<Nnet3> \n")
    if data[:2] != b"\0B" or start < 0:
        raise ModelUnreadable(f"{path}: no network of ours in it")
    try:
        return _network(data, start + len(b"<Nnet3> \n"))
    except (struct.error, IndexError, ValueError) as error:
        raise ModelUnreadable(f"{path}: {error}") from error


def _network(data: bytes, at: int) -> AcousticModel:
    end = data.index(b"\n\n", at)
    lines = data[at:end].decode("ascii").splitlines()
    parts = [re.findall(r"(\w+)=((?:Append|Sum|Offset)\(.*\)|\S+)", line) for line in lines]
    nodes = tuple(
        (found["name"], found["component"], found["input"])
        for found in map(dict, parts)
        if "component" in found
    )
    output = next(
        dict(p)["input"] for line, p in zip(lines, parts, strict=True) if line.startswith("output-node")
    )
    cursor = _Cursor(data, end + 2)
    cursor.expect("<NumComponents>")
    components = dict(cursor.component() for _ in range(cursor.integer()))
    cursor.expect("</Nnet3>")
    cursor.expect("<LeftContext>")
    context = cursor.integer()
    outputs = next(weights.shape[0] for _, weights, _ in reversed(components.values()) if weights is not None)
    return AcousticModel(nodes, components, output, context, outputs)


class _Cursor:
    """Kaldi's binary tokens, from `at` on."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._at = data, at

    def token(self) -> str:
        end = self._data.index(b" ", self._at)
        word, self._at = self._data[self._at : end].decode("ascii"), end + 1
        return word

    def expect(self, word: str) -> None:
        found = self.token()
        if found != word:
            raise ValueError(f"{word} expected, {found} found")

    def integer(self) -> int:
        value: int = struct.unpack_from("<i", self._data, self._at + 1)[0]
        self._at += 5
        return value

    def component(self) -> tuple[str, tuple[str, Array | None, Array | None]]:
        self.expect("<ComponentName>")
        name, kind = self.token(), self.token().strip("<>")
        if kind == "FixedAffineComponent":
            self.expect("<LinearParams>")
            weights = self._floats(matrix=True)
            self.expect("<BiasParams>")
            bias = self._floats(matrix=False)
            self.expect(f"</{kind}>")
            return name, (kind, weights, bias)
        if kind not in ("RectifiedLinearComponent", "LogSoftmaxComponent", "NoOpComponent"):
            raise ValueError(f"component {kind} is not one that we write")
        closing = f"</{kind}> ".encode()
        self._at = self._data.index(closing, self._at) + len(closing)
        return name, (kind, None, None)

    def _floats(self, matrix: bool) -> Array:
        self.expect("FM" if matrix else "FV")
        shape = (self.integer(), self.integer()) if matrix else (self.integer(),)
        count = int(np.prod(shape))
        values = np.frombuffer(self._data, "<f4", count, self._at).reshape(shape)
        self._at += 4 * count
        return values


def _described(descriptor: str, known: dict[str, _Sequence]) -> _Sequence:
    """What a node is given: another node, `Sum(a, b)`, or `Append` of offsets side by side."""
    kind, _, inner = descriptor.partition("(")
    if not inner:
        return known[kind]
    pieces = [_described_piece(piece, known) for piece in re.findall(r"Offset\([^)]*\)|[\w.]+", inner)]
    first = max(piece.first for piece in pieces)
    last = min(piece.first + len(piece.values) for piece in pieces)
    cut = [piece.values[first - piece.first : last - piece.first] for piece in pieces]
    return _Sequence(first, np.concatenate(cut, axis=1) if kind == "Append" else np.sum(cut, axis=0))


def _described_piece(piece: str, known: dict[str, _Sequence]) -> _Sequence:
    shifted = re.fullmatch(r"Offset\(([\w.]+),\s*(-?\d+)\)", piece)
    if not shifted:
        return known[piece]
    node = known[shifted[1]]
    return _Sequence(node.first - int(shifted[2]), node.values)

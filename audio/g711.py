"""ITU-T G.711 A-law and µ-law, the telephone's 8 kHz sound: bytes ↔ int16 by table.

A-law (PCMA, payload 8) is what Chinese networks use; µ-law (PCMU, payload 0) comes from abroad.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

TELEPHONE_RATE = 8_000
Law = Literal["alaw", "ulaw"]
Int16 = NDArray[np.int16]


def decode(data: bytes, law: Law = "alaw") -> Int16:
    """One byte a sample → int16."""
    return _DECODE[law][np.frombuffer(data, dtype=np.uint8)]


def encode(samples: Int16, law: Law = "alaw") -> bytes:
    """int16 → one byte a sample."""
    return _ENCODE[law][samples.astype(np.int32) + 32768].tobytes()


def _decode_alaw() -> Int16:
    """G.711 table 1a: the even bits are inverted on the line (0x55)."""
    code = np.arange(256) ^ 0x55
    segment, step = (code & 0x70) >> 4, code & 0x0F
    magnitude = np.where(segment == 0, (step << 4) + 8, ((step << 4) + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _decode_ulaw() -> Int16:
    """G.711 table 2a: all bits are inverted, bias 33 (132 at 16 bits)."""
    code = ~np.arange(256) & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)
    return np.where(code & 0x80, 0x84 - magnitude, magnitude - 0x84).astype(np.int16)


def _nearest(table: Int16) -> NDArray[np.uint8]:
    """For each int16 value the code whose decoded value is nearest (ties: the smaller magnitude)."""
    order = np.lexsort((np.abs(table.astype(np.int32)), table))
    values = table[order].astype(np.int32)
    wanted = np.arange(-32768, 32768)
    right = np.clip(np.searchsorted(values, wanted), 1, values.size - 1)
    low, high = values[right - 1], values[right]
    take_low = (wanted - low < high - wanted) | ((wanted - low == high - wanted) & (wanted > 0))
    return order[np.where(take_low, right - 1, right)].astype(np.uint8)


_DECODE: dict[Law, Int16] = {"alaw": _decode_alaw(), "ulaw": _decode_ulaw()}
_ENCODE: dict[Law, NDArray[np.uint8]] = {law: _nearest(table) for law, table in _DECODE.items()}

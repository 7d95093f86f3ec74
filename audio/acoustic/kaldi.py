"""Writing Kaldi's binary ``final.mdl`` without Kaldi: transition model, nnet3 network, no priors.

Formats from Kaldi's ``hmm/transition-model.cc``, ``hmm/hmm-topology.cc`` and ``nnet3/nnet-nnet.cc``. The
phones are positional: SIL is phone 1, then four variants (begin, end, internal, singleton) of each unit.
SIL has one state on the blank; every other phone has a state on its unit and one on the blank.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio.acoustic.units import UNITS

Matrix = NDArray[np.floating]
POSITIONS = ("B", "E", "I", "S")
SILENCE = 1


@dataclass(frozen=True)
class Affine:
    """A layer ``name`` = affine of ``descriptor``; weights (out, in), bias (out,); then ReLU or not."""

    name: str
    descriptor: str
    weights: Matrix
    bias: Matrix
    relu: bool
    added: str | None = None  # node whose value is added after the ReLU


def phone_number(unit: int, position: str) -> int:
    """Kaldi phone (2..233) of a unit (1..58) in a position of a word."""
    return 2 + (unit - 1) * len(POSITIONS) + POSITIONS.index(position)


def phone_names() -> list[str]:
    """Names of phones 1, 2, …"""
    return ["SIL", *(f"{unit}_{position}" for unit in UNITS for position in POSITIONS)]


def unit_of_phone(phone: int) -> int:
    """Unit (1..58) of a phone; 0 for SIL."""
    return 0 if phone == SILENCE else (phone - 2) // len(POSITIONS) + 1


@dataclass(frozen=True)
class TransitionIds:
    """Transition ids of a phone other than SIL, as Kaldi numbers them."""

    loop: int  # stay in the unit's state
    to_blank: int  # unit's state to the blank state
    leave: int  # unit's state to the end
    blank_loop: int
    blank_leave: int


def transition_ids(phone: int) -> TransitionIds:
    """SIL owns ids 1 (loop) and 2 (leave); phone k begins at 3 + 5(k - 2)."""
    first = 3 + 5 * (phone - 2)
    return TransitionIds(*range(first, first + 5))


def model_bytes(layers: Sequence[Affine], inputs: int, contexts: tuple[int, int]) -> bytes:
    """The whole ``final.mdl``."""
    parts = [b"\0B", _transition_model(), *_network(layers, inputs)]
    parts += [_token("<LeftContext>"), _int(contexts[0]), _token("<RightContext>"), _int(contexts[1])]
    parts += [_token("<Priors>"), _vector(np.zeros(0))]
    return b"".join(parts)


def _transition_model() -> bytes:
    phones = range(1, len(phone_names()) + 1)
    half, third = 0.5, 1 / 3
    silence = _int(1 + 1) + _state(0, [(0, half), (1, half)]) + _state(-1, [])
    sounding = _int(3) + _state(0, [(0, third), (1, third), (2, third)]) + _state(1, [(1, half), (2, half)])
    entries = silence + sounding + _state(-1, [])
    triples = [(SILENCE, 0, 0)]
    for phone in phones:
        if phone != SILENCE:
            triples += [(phone, 0, unit_of_phone(phone)), (phone, 1, 0)]
    logs = [0.0, np.log(half), np.log(half)] + [*[np.log(third)] * 3, *[np.log(half)] * 2] * (len(phones) - 1)
    return b"".join([
        _token("<TransitionModel>"), _token("<Topology>"), _int_vector(list(phones)),
        _int_vector([-1, *(0 if phone == SILENCE else 1 for phone in phones)]), _int(2), entries,
        _token("</Topology>"), _token("<Triples>"), _int(len(triples)),
        *(_int(value) for triple in triples for value in triple), _token("</Triples>"),
        _token("<LogProbs>"), _vector(np.array(logs)), _token("</LogProbs>"), _token("</TransitionModel>"),
    ])  # fmt: skip


def _state(pdf_class: int, transitions: Iterable[tuple[int, float]]) -> bytes:
    pairs = list(transitions)
    return _int(pdf_class) + _int(len(pairs)) + b"".join(_int(to) + _float(p) for to, p in pairs)


def _network(layers: Sequence[Affine], inputs: int) -> Iterator[bytes]:
    lines = [f"input-node name=input dim={inputs}"]
    components: list[tuple[str, bytes]] = []
    for layer in layers:
        affine, rows = f"{layer.name}.affine", layer.weights.shape[0]
        lines.append(f"component-node name={affine} component={affine} input={layer.descriptor}")
        components.append((affine, _affine(layer)))
        last = affine
        kind = "RectifiedLinearComponent" if layer.relu else "LogSoftmaxComponent"
        name = f"{layer.name}.relu" if layer.relu else f"{layer.name}.logsoftmax"
        components.append((name, _nonlinear(kind, rows)))
        lines.append(f"component-node name={name} component={name} input={last}")
        last = name
        joined = f"Sum({last}, {layer.added})" if layer.added else last
        components.append((layer.name, _no_operation(rows)))
        lines.append(f"component-node name={layer.name} component={layer.name} input={joined}")
    lines.append(f"output-node name=output input={layers[-1].name} objective=linear")
    yield _token("<Nnet3>") + b"\n" + "".join(f"{line}\n" for line in lines).encode() + b"\n"
    yield _token("<NumComponents>") + _int(len(components))
    for name, body in components:
        yield _token("<ComponentName>") + _token(name) + body
    yield _token("</Nnet3>")


def _affine(layer: Affine) -> bytes:
    kind = "FixedAffineComponent"
    body = _token("<LinearParams>") + _matrix(layer.weights) + _token("<BiasParams>") + _vector(layer.bias)
    return _token(f"<{kind}>") + body + _token(f"</{kind}>")


def _nonlinear(kind: str, dimension: int) -> bytes:
    empty = _vector(np.zeros(0))
    zero = b"\x08" + struct.pack("<d", 0.0)
    return b"".join([
        _token(f"<{kind}>"), _token("<Dim>"), _int(dimension), _token("<ValueAvg>"), empty,
        _token("<DerivAvg>"), empty, _token("<Count>"), zero, _token("<OderivRms>"), empty,
        _token("<OderivCount>"), zero, _token("<NumDimsSelfRepaired>"), zero,
        _token("<NumDimsProcessed>"), zero, _token(f"</{kind}>"),
    ])  # fmt: skip


def _no_operation(dimension: int) -> bytes:
    body = _token("<Dim>") + _int(dimension) + _token("<BackpropScale>") + _float(1.0)
    return _token("<NoOpComponent>") + body + _token("</NoOpComponent>")


def _token(text: str) -> bytes:
    return text.encode() + b" "


def _int(value: int) -> bytes:
    return b"\x04" + struct.pack("<i", value)


def _float(value: float) -> bytes:
    return b"\x04" + struct.pack("<f", value)


def _int_vector(values: Sequence[int]) -> bytes:
    return b"\x04" + struct.pack("<i", len(values)) + struct.pack(f"<{len(values)}i", *values)


def _vector(values: Matrix) -> bytes:
    return _token("FV") + _int(len(values)) + values.astype("<f4").tobytes()


def _matrix(values: Matrix) -> bytes:
    rows, columns = values.shape
    return _token("FM") + _int(rows) + _int(columns) + np.ascontiguousarray(values, "<f4").tobytes()

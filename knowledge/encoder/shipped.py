"""The compact folder in git: int8 matrices with one scale a row, the rest float32, and the tokenizer.

``weights.safetensors`` holds for each matrix ``<name>`` (int8, [rows, columns]) and ``<name>.scale``
(float32, [rows]); vectors stay float32. Cosine to the float32 model is 0.9999 or better.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from knowledge.encoder.prune import build_tokenizer
from knowledge.encoder.source import SourceModel

WEIGHTS, SHAPE, TOKENIZER = "weights.safetensors", "shape.json", "tokenizer.json"
MODEL = Path(__file__).parent / "model"

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Shipped:
    """BERT's state (Hugging Face names, float32), its configuration and its tokenizer."""

    state: dict[str, Array]
    shape: dict[str, Any]
    tokenizer: Tokenizer


def from_source(model: SourceModel) -> Shipped:
    """Rename the package's tensors to Hugging Face's ``BertModel`` names."""
    shape = {
        "vocab_size": len(model.pieces),
        "hidden_size": model.hidden,
        "num_hidden_layers": model.layers,
        "num_attention_heads": model.heads,
        "intermediate_size": model.inner,
        "max_position_embeddings": model.positions,
        "type_vocab_size": model.types,
        "layer_norm_eps": model.eps,
        "hidden_act": "gelu",
        "pad_token_id": 1,
    }
    state = {}
    for name, values in model.tensors.items():
        where = _hugging_face_name(name)
        columns = (
            model.inner
            if where.endswith("output.dense.weight") and "attention" not in where
            else model.hidden
        )
        matrix = where.endswith(".weight") and "LayerNorm" not in where
        state[where] = values.reshape(-1, columns) if matrix else values
    return Shipped(state, shape, build_tokenizer(model))


def save(shipped: Shipped, folder: Path) -> None:
    """Write the three files; the same model gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, NDArray[Any]] = {}
    for name, values in shipped.state.items():
        if values.ndim == 1:
            tensors[name] = values.astype(np.float32)
            continue
        scale = np.maximum(np.abs(values).max(axis=1), 1e-12) / 127.0
        tensors[name] = np.round(values / scale[:, None]).astype(np.int8)
        tensors[f"{name}.scale"] = scale.astype(np.float32)
    save_file(tensors, str(folder / WEIGHTS))
    (folder / SHAPE).write_text(json.dumps(shipped.shape, indent=2) + "\n", encoding="utf-8")
    shipped.tokenizer.save(str(folder / TOKENIZER), pretty=False)


def load(folder: Path = MODEL) -> Shipped:
    """Read the folder back as float32. Raises FileNotFoundError when a file is missing."""
    tensors = load_file(str(folder / WEIGHTS))
    state = {}
    for name, values in tensors.items():
        if name.endswith(".scale"):
            continue
        scale = tensors.get(f"{name}.scale")
        wide = values.astype(np.float32)
        state[name] = wide if scale is None else wide * scale[:, None]
    shape = json.loads((folder / SHAPE).read_text(encoding="utf-8"))
    return Shipped(state, shape, Tokenizer.from_file(str(folder / TOKENIZER)))


_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_KINDS = {"w": "weight", "b": "bias"}


def _hugging_face_name(name: str) -> str:
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{int(layer[1:])}.{_PARTS[part]}.{_KINDS[kind]}"

"""Turn sentences into unit vectors: ONNX graphs of ours, sentence-transformers for any other folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder.layout import MAX_TOKENS, ONNX, PROMPTS, QUICK

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """A port with two implementations; both give float32 unit vectors [n, width]."""

    def queries(self, texts: Sequence[str]) -> Vectors: ...

    def documents(self, texts: Sequence[str]) -> Vectors: ...


class OnnxEncoder:
    """onnxruntime over the exported graph, one thread, texts of like length batched together."""

    def __init__(self, folder: Path, graph: Path = ONNX, threads: int = 1) -> None:
        """Raises FileNotFoundError where ``folder`` was expanded without ``graph``."""
        import onnxruntime
        from tokenizers import Tokenizer

        if not (folder / graph).is_file():
            raise FileNotFoundError(folder / graph)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / graph), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode([PROMPTS["query"] + text for text in texts])

    def documents(self, texts: Sequence[str]) -> Vectors:
        return self._encode([PROMPTS["document"] + text for text in texts])

    def _encode(self, texts: list[str], batch: int = 16) -> Vectors:
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        parts = [self._run([ids[i] for i in order[at : at + batch]]) for at in range(0, len(order), batch)]
        vectors = np.concatenate(parts) if parts else np.zeros((0, 384), np.float32)
        restored = np.empty_like(vectors)
        restored[order] = vectors
        return restored

    def _run(self, ids: list[list[int]]) -> Vectors:
        longest = max(map(len, ids))
        padded = np.array([row + [1] * (longest - len(row)) for row in ids], dtype=np.int64)
        mask = np.array([[1] * len(row) + [0] * (longest - len(row)) for row in ids], dtype=np.int64)
        (vectors,) = self._session.run(None, {"input_ids": padded, "attention_mask": mask})
        return np.asarray(vectors, dtype=np.float32)


class SentenceEncoder:
    """sentence-transformers over any folder of its layout: another encoder is a setting, not code."""

    def __init__(self, folder: Path) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": torch.float32}
        )

    def queries(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._model.encode_query(list(texts), normalize_embeddings=True), np.float32)

    def documents(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self._model.encode_document(list(texts), normalize_embeddings=True), np.float32)


def question_encoder(folder: Path) -> Encoder:
    """For questions: int8 products on one thread where the folder has them, else sentence-transformers."""
    return OnnxEncoder(folder, QUICK) if (folder / QUICK).is_file() else SentenceEncoder(folder)


def index_encoder(folder: Path, threads: int) -> Encoder:
    """For rows: float32 on all ``threads`` where the folder has the graph, else sentence-transformers."""
    return OnnxEncoder(folder, ONNX, threads) if (folder / ONNX).is_file() else SentenceEncoder(folder)

"""Names inside an expanded encoder folder, without importing anything heavy."""

from __future__ import annotations

from pathlib import Path

ONNX = Path("onnx") / "sentence.onnx"
QUICK = Path("onnx") / "question.onnx"
STAMP = "shipped.sha256"
PROMPTS = {"query": "query: ", "document": "passage: "}
MAX_TOKENS = 128

"""Expand the shipped int8 folder into a sentence-transformers folder (float32) and an ONNX file beside it.

The folder has the prompts ``query`` and ``document``, and its pooler, which the model does not use, is
zeros, so that the same shipped files always give the same folder. ``onnx/sentence.onnx`` holds the encoder
with mean pooling and normalising inside the graph, for indexing; ``onnx/question.onnx`` the same with int8
products, for questions, where milliseconds count.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from knowledge.encoder.layout import MAX_TOKENS, ONNX, PROMPTS, QUICK, STAMP
from knowledge.encoder.shipped import MODEL, SHAPE, TOKENIZER, WEIGHTS, Shipped, load

FORMAT = 2
"""Counts up when the same shipped files expand to something else."""


def expand(target: Path, shipped_folder: Path = MODEL) -> Path:
    """Write ``target`` unless it already holds exactly what ``shipped_folder`` expands to."""
    stamp = f"{FORMAT} {fingerprint(shipped_folder)}"
    if (target / STAMP).is_file() and (target / STAMP).read_text(encoding="utf-8") == stamp:
        return target
    staging = target.with_name(target.name + ".new")
    shutil.rmtree(staging, ignore_errors=True)
    shipped = load(shipped_folder)
    model = bert(shipped)
    write_sentence_transformer(model, shipped, staging)
    export_onnx(model, staging / ONNX)
    quantise(staging / ONNX, staging / QUICK)
    (staging / STAMP).write_text(stamp, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    staging.rename(target)
    return target


def fingerprint(folder: Path = MODEL) -> str:
    """sha256 over the shipped files."""
    digest = hashlib.sha256()
    for name in (WEIGHTS, SHAPE, TOKENIZER):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def bert(shipped: Shipped) -> BertModel:
    """The network in evaluation mode, float32, pooler zeros."""
    model: BertModel = BertModel._from_config(  # type: ignore[no-untyped-call]
        BertConfig(**shipped.shape), attn_implementation="eager"
    )
    state = {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in shipped.state.items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or any(not name.startswith("pooler") for name in missing):
        raise ValueError(f"the shipped weights do not fit: missing {missing}, unexpected {unexpected}")
    for name, parameter in model.named_parameters():
        if name.startswith("pooler"):
            torch.nn.init.zeros_(parameter)
    model.train(False)
    return model


def write_sentence_transformer(model: BertModel, shipped: Shipped, folder: Path) -> None:
    """The folder ``SentenceTransformer(folder)`` loads, by its documented layout."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=shipped.tokenizer,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=MAX_TOKENS,
    ).save_pretrained(folder)
    width = int(shipped.shape["hidden_size"])
    _write(folder / "modules.json", _modules())
    _write(folder / "sentence_bert_config.json", {"max_seq_length": MAX_TOKENS, "do_lower_case": False})
    _write(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": width, "pooling_mode_mean_tokens": True},
    )
    (folder / "2_Normalize").mkdir(exist_ok=True)
    _write(
        folder / "config_sentence_transformers.json",
        {"prompts": PROMPTS, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )


def export_onnx(model: BertModel, path: Path) -> None:
    """Export ids and mask [batch, length] -> unit vectors [batch, hidden], opset 17."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ids = torch.tensor([[0, 5, 6, 2], [0, 7, 2, 1]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    axes = {0: "batch", 1: "length"}
    torch.onnx.export(
        _Sentence(model).train(False),
        (ids, mask),
        str(path),
        input_names=["input_ids", "attention_mask"],
        output_names=["sentence"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "sentence": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )


def quantise(source: Path, target: Path) -> None:
    """int8 matrix products, one scale a column: twice as fast, cosine 0.98 to float32."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        source, target, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"]
    )


class _Sentence(torch.nn.Module):
    def __init__(self, model: BertModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        return torch.nn.functional.normalize(mean, dim=1)


def _modules() -> list[dict[str, object]]:
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    return [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds)
    ]


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

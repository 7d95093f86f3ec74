"""Prune the vocabulary to Chinese and build the tokenizer over the rows that stay.

Kept are: the specials, pieces made only of Han characters, punctuation and ASCII with at least one Han in
them, single ASCII characters and single punctuation marks, digit groups, short capital abbreviations, and
the pieces of the two prefixes. The rule depends on no corpus, so the same package gives the same rows.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from knowledge.encoder.source import SourceModel

BLANK = "▁"
SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")
MASK = "<mask>"
PREFIXES = ("query: ", "passage: ")
_KEPT_TILDE = "\ue000"  # stands for U+FF5E while NFKC runs: the source model keeps that character


def prune(model: SourceModel) -> SourceModel:
    """The same model with only the Chinese rows of its vocabulary, specials first, ``<mask>`` last."""
    prefixed = {piece for text in PREFIXES for piece in build_tokenizer(model).encode(text).tokens}
    rows = list(range(4))
    rows += [i for i in range(4, len(model.pieces) - 1) if _kept(model.pieces[i], prefixed)]
    rows.append(len(model.pieces) - 1)
    word = model.tensors["emb.word"].reshape(-1, model.hidden)[rows]
    return replace(
        model,
        pieces=tuple(model.pieces[i] for i in rows),
        scores=model.scores[rows],
        tensors={**model.tensors, "emb.word": word.reshape(-1)},
    )


def build_tokenizer(model: SourceModel) -> Tokenizer:
    """Unigram over the pieces; normalisation and template as measured against the package's engine."""
    vocabulary = [(p, float(s)) for p, s in zip(model.pieces, model.scores, strict=True)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(r"[\t\n\r\u200b\u2028\u2029\ufeff\ufffd\u2581]"), " "),
            normalizers.Replace(Regex(r"[\u0000-\u001f\u007f\u0080-\u009f]"), ""),
            normalizers.Replace("\uff5e", _KEPT_TILDE),
            normalizers.NFKC(),
            normalizers.Replace(_KEPT_TILDE, "\uff5e"),
            normalizers.Replace(Regex(r" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=BLANK, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement=BLANK, prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens([*SPECIALS, MASK])
    return tokenizer


def _kept(piece: str, prefixed: set[str]) -> bool:
    bare = piece.replace(BLANK, "")
    if not bare:
        return True
    if len(bare) == 1:
        return _is_han(bare) or _is_ascii(bare) or _is_mark(bare)
    if any(map(_is_han, bare)):
        return all(_is_han(c) or _is_ascii(c) or _is_mark(c) for c in bare)
    digits = len(bare) <= 3 and bare.isascii() and bare.isdigit()
    abbreviation = len(bare) <= 2 and bare.isascii() and bare.isalpha() and bare.isupper()
    return digits or abbreviation or piece in prefixed


def _is_han(char: str) -> bool:
    return (
        "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or ord(char) >= 0x20000 or char == "〇"
    )


def _is_ascii(char: str) -> bool:
    return " " <= char <= "~"


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "P" or char in "￥＋×÷＝～℃"

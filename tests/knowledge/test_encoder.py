"""The shipped encoder: its files, reading the source's blocks, and that both loaders agree."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder.encode import OnnxEncoder, SentenceEncoder
from knowledge.encoder.examples import Example, batches
from knowledge.encoder.expand import expand
from knowledge.encoder.layout import QUICK
from knowledge.encoder.shipped import MODEL, load, save
from knowledge.encoder.source import SourceError, read_source, unpack_q4
from knowledge.noise import mishear
from knowledge.retrieval.sounds import Sounds


@pytest.fixture(scope="session")
def expanded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return expand(tmp_path_factory.mktemp("models") / "encoder")


def test_the_shipped_model_stays_small() -> None:
    assert sum(file.stat().st_size for file in MODEL.iterdir()) <= 31 * 2**20


def test_all_loaders_give_the_same_unit_vectors(expanded: Path) -> None:
    texts = ["我老伴走了，户口本上他那页咋办", "养老金认证", "啥"]
    fast, slow, quick = OnnxEncoder(expanded), SentenceEncoder(expanded), OnnxEncoder(expanded, QUICK)
    for one, other in [(fast.queries, slow.queries), (fast.documents, slow.documents)]:
        assert np.allclose(one(texts), other(texts), atol=1e-4)
        assert np.allclose(np.linalg.norm(one(texts), axis=1), 1, atol=1e-4)
    assert ((fast.queries(texts) * quick.queries(texts)).sum(axis=1) > 0.97).all()
    assert not np.allclose(fast.queries(texts), fast.documents(texts), atol=1e-3)


def test_batching_changes_no_vector(expanded: Path) -> None:
    encoder = OnnxEncoder(expanded)
    texts = ["短", "这一句比前面那一句要长得多", "社保断了"]
    together = encoder.queries(texts)
    assert np.allclose(together, np.concatenate([encoder.queries([t]) for t in texts]), atol=1e-4)
    assert encoder.queries([]).shape == (0, 384)


def test_near_meanings_are_nearer_than_others(expanded: Path) -> None:
    a, b, c = OnnxEncoder(expanded).queries(["身份证不见了怎么补", "身份证丢失补领", "今天猪肉多少钱一斤"])
    assert a @ b > a @ c


def test_expanding_twice_does_nothing(expanded: Path) -> None:
    before = (expanded / "model.safetensors").stat().st_mtime_ns
    expand(expanded)
    assert (expanded / "model.safetensors").stat().st_mtime_ns == before


def test_saving_again_gives_the_same_bytes(tmp_path: Path) -> None:
    save(load(), tmp_path)
    assert (tmp_path / "weights.safetensors").read_bytes() == (MODEL / "weights.safetensors").read_bytes()


def test_q4_blocks_unpack_low_nibbles_first() -> None:
    block = np.float16(0.5).tobytes() + bytes([0x18] + [0x88] * 15)
    weights = unpack_q4(block)
    assert weights.shape == (32,)
    assert weights[0] == 0 and weights[16] == (1 - 8) * 0.5 and not weights[1:16].any()


@pytest.mark.parametrize("data", [b"", b"E5S1", b"GGUF" + bytes(64), b"E5S1" + bytes(200)])
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError):
        read_source(data)


def test_a_batch_holds_neighbours_and_a_pass_holds_everything() -> None:
    rows = [Example(f"{label}{i}", label, True) for label in "abcdef" for i in range(10)]
    near = {"a": ("b",), "b": ("a",)}
    made = list(batches(rows, near, 8, random.Random(1)))
    assert sorted(e.text for batch in made for e in batch) == sorted(e.text for e in rows)
    with_a = [batch for batch in made[:4] if any(e.label == "a" for e in batch)]
    assert all(any(e.label == "b" for e in batch) for batch in with_a)


def test_mishearing_keeps_the_sound_and_the_seed() -> None:
    text, syllables = "社保断了几个月会不会影响看病", Sounds.of_packs().syllables
    heard = mishear(text, 1.0, random.Random(7))
    assert heard != text and len(heard) == len(text)
    assert sum(a == b for a, b in zip(syllables(heard), syllables(text), strict=True)) >= len(text) - 4
    assert heard == mishear(text, 1.0, random.Random(7))

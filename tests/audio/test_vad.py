"""Voice activity on made and on real sound."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from audio.files import read_audio
from audio.resampling import to_int16, to_recogniser
from audio.vad import CHUNK_BYTES, VoiceActivity, speech_spans, trim

SHARED = Path(os.environ.get("XIANGYIN_SHARED", Path(__file__).parents[3] / "shared")) / "speech/eval"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs shared/speech/eval")


def noise(seconds: float, level: float) -> bytes:
    return to_int16(
        np.random.default_rng(3).normal(0, level, int(seconds * 16_000)).astype(np.float32)
    ).tobytes()


@pytest.mark.parametrize("sound", [bytes(64_000), noise(2, 0.001), noise(2, 0.05), b"", bytes(100)])
def test_nobody_speaks(sound: bytes) -> None:
    assert speech_spans(sound) == ()
    assert trim(sound) == b""


def test_pieces_of_any_length_give_the_same_chunks() -> None:
    sound = noise(1, 0.1)
    whole = list(VoiceActivity().feed(sound))
    voice, pieces = VoiceActivity(), []
    for at in range(0, len(sound), 642):
        pieces += list(voice.feed(sound[at : at + 642]))
    assert pieces == whole and len(whole) == len(sound) // CHUNK_BYTES
    assert all(len(chunk.pcm) == CHUNK_BYTES for chunk in pieces)


def test_reset_forgets() -> None:
    voice, sound = VoiceActivity(), noise(1, 0.1)
    first = [chunk.speech for chunk in voice.feed(sound)]
    voice.feed(b"\0\0")
    voice.reset()
    assert [chunk.speech for chunk in voice.feed(sound)] == first


@pytest.mark.shared
@needs_shared
def test_people_are_found_and_trimmed() -> None:
    rows = [json.loads(line) for line in (SHARED / "manifest.jsonl").open(encoding="utf-8")][::40]
    for row in rows:
        pcm = to_recogniser(*read_audio(SHARED / row["path"]))
        spans = speech_spans(pcm)
        assert spans, row["path"]
        assert all(span.start < span.end for span in spans)
        surrounded = bytes(64_000) + pcm + bytes(64_000)
        assert 0 < len(trim(surrounded)) <= len(pcm) + 2 * 12_800 + CHUNK_BYTES

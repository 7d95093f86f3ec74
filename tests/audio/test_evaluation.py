"""Errors of hearing are counted as the manifest says."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio import evaluation
from audio.hearing import Heard


def heard(text: str) -> Heard:
    return Heard(text, 0.9, (), (), 1.0, 0.1, "test", "end_of_sound")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    tone = (np.sin(np.arange(16_000) / 20) * 0.3).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", tone, 16_000)
    (tmp_path / "b.wav").write_bytes(b"not sound")
    rows = [
        {"path": "a.wav", "text": "我要交医保", "dialect": "mandarin", "topic": "resident-medical-enrolment"},
        {"path": "b.wav", "text": "你好", "dialect": "sichuan"},
    ]
    path = tmp_path / "manifest.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_rows_and_totals(manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "hear", lambda *_: heard("我要叫医保"))
    turn = {"topic": "resident-medical-enrolment", "service": None, "status": "answered"}
    first, second, totals = evaluation.evaluate_speech(manifest, "8k-alaw", lambda _: turn)
    assert {"path", "heard", "normalised", "topic", "service", "status", "seconds", "ms"} <= first.keys()
    assert (first["heard"], first["status"]) == ("我要叫医保", "answered")
    assert (second["status"], second["problem"]) == ("unheard", "not_audio")
    assert totals["recordings"] == 2 and totals["unheard"] == 1
    assert totals["character_error"] == pytest.approx(3 / 7, abs=1e-4)
    assert totals["syllable_error"] == pytest.approx(2 / 7, abs=1e-4)
    assert totals["topic_accuracy"] == 1.0 and totals["service_accuracy"] is None
    assert set(totals["dialects"]) == {"mandarin", "sichuan"}


def test_the_telephone_has_eight_kilohertz_and_noise_keeps_the_length() -> None:
    tone = (np.sin(np.arange(16_000) / 20) * 0.3).astype(np.float32)
    narrow, rate = evaluation.through("8k-alaw", tone, 16_000)
    assert (narrow.size, rate) == (8000, 8000)
    noisy, rate = evaluation.through("noise", tone, 16_000)
    assert noisy.size == tone.size and rate == 16_000 and not np.array_equal(noisy, tone)


def test_marks_and_blanks_do_not_count() -> None:
    assert evaluation.characters("我要，交 医保！") == list("我要交医保")


def test_a_manifest_without_text_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "manifest.jsonl"
    path.write_text('{"path": "a.wav"}\n', "utf-8")
    with pytest.raises(ValueError, match="line 1"):
        list(evaluation.evaluate_speech(path))

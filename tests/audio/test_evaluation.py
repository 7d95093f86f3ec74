"""Errors of hearing are counted as the manifest says."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio import evaluation, scores
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


def test_what_is_too_long_for_one_turn_costs_a_row(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "long.wav", np.full(8_000 * 61, 0.3, np.float32), 8_000)
    (tmp_path / "m.jsonl").write_text(json.dumps({"path": "long.wav", "text": "你好"}), "utf-8")
    row, totals = evaluation.evaluate_speech(tmp_path / "m.jsonl")
    assert (row["problem"], row["status"], totals["unreadable"]) == ("too_long", "unheard", 1)


def test_rows_and_totals(manifest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "hear", lambda *_: heard("我要叫医保"))
    turn = {"topic": "resident-medical-enrolment", "service": None, "status": "answered"}
    first, second, totals = evaluation.evaluate_speech(manifest, ["8k-alaw"], lambda *_: turn)
    assert {"path", "heard", "normalised", "topic", "service", "status", "seconds", "ms"} <= first.keys()
    assert (first["heard"], first["status"]) == ("我要叫医保", "answered")
    assert (second["status"], second["problem"]) == ("unheard", "not_audio")
    assert totals["recordings"] == 2 and totals["unheard"] == 1
    assert totals["character_error"] == pytest.approx(3 / 7, abs=1e-4)
    assert totals["syllable_error"] == pytest.approx(2 / 7, abs=1e-4)
    assert totals["topic_accuracy"] == 1.0 and totals["service_accuracy"] is None
    assert set(totals["dialects"]) == {"mandarin", "sichuan"}


@pytest.mark.parametrize(
    ("reply", "right", "wrong"),
    [
        ({"topic": "resident-medical-enrolment", "status": "answered"}, 1.0, 0.0),
        ({"topic": "birth-registration", "status": "answered"}, 0.0, 1.0),
        ({"topic": "birth-registration", "status": "clarifying"}, 0.0, 0.0),
    ],
)
def test_a_question_back_is_no_wrong_answer(manifest: Path, monkeypatch, reply, right, wrong) -> None:
    monkeypatch.setattr(evaluation, "hear", lambda *_: heard("我要交医保"))
    *_, totals = evaluation.evaluate_speech(manifest, ["16k"], lambda *_: reply)
    assert (totals["topic_accuracy"], totals["topic_answered_wrongly"]) == (right, wrong)


def test_the_kind_of_question_chooses_the_graph_and_groups_the_totals(manifest: Path, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(evaluation, "hear", lambda *a: asked.append(a[3].kind) or heard("一二"))
    rows = [
        {"path": "a.wav", "text": "一二", "kind": "digits"},
        {"path": "a.wav", "text": "是", "question": "yes_no"},
    ]
    manifest.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    *_, totals = evaluation.evaluate_speech(manifest)
    assert asked == ["digits", "yes_no"]
    assert {name: part["sentence_accuracy"] for name, part in totals["questions"].items()} == {
        "digits": 1.0,
        "yes_no": 0.0,
    }


def test_the_telephone_has_eight_kilohertz_and_noise_keeps_the_length() -> None:
    tone = (np.sin(np.arange(16_000) / 20) * 0.3).astype(np.float32)
    narrow, rate = evaluation.through("8k-alaw", tone, 16_000)
    assert (narrow.size, rate) == (8000, 8000)
    noisy, rate = evaluation.through("noise", tone, 16_000)
    assert noisy.size == tone.size and rate == 16_000 and not np.array_equal(noisy, tone)


def test_marks_and_blanks_do_not_count() -> None:
    assert scores.characters("我要，交 医保！") == list("我要交医保")


def test_a_manifest_without_text_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "manifest.jsonl"
    path.write_text('{"path": "a.wav"}\n', "utf-8")
    with pytest.raises(ValueError, match="line 1"):
        list(evaluation.evaluate_speech(path))


def test_a_bad_line_costs_a_line_and_channels_are_told_apart(manifest: Path, monkeypatch) -> None:
    monkeypatch.setattr(evaluation, "hear", lambda *_: heard("我要交医保"))
    with manifest.open("a", encoding="utf-8") as file:
        file.write("{broken\n[]\n" + json.dumps({"path": "a.wav", "text": "好", "age": "sixties"}) + "\n")
    *rows, totals = evaluation.evaluate_speech(manifest, ["16k", "8k-alaw"])
    assert [row.get("problem") for row in rows[::2]] == [None, "not_audio", "bad_line", "bad_line", None]
    assert totals["unreadable"] == 6 and totals["recordings"] == 6
    assert set(totals["channels"]) == {"16k", "8k-alaw"} and totals["ages"]["sixties"]["recordings"] == 2
    assert totals["streams_per_core"] > 0


def test_a_sample_is_spread_over_the_manifest(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(evaluation, "hear", lambda *_: heard("好"))
    lines = [json.dumps({"path": f"{number}.wav", "text": "好"}) for number in range(10)]
    (tmp_path / "m.jsonl").write_text("\n".join(lines), "utf-8")
    *rows, _ = evaluation.evaluate_speech(tmp_path / "m.jsonl", sample=3)
    assert [row["path"] for row in rows] == ["0.wav", "3.wav", "6.wav"]


def test_an_offered_topic_is_no_right_one_but_counted(manifest: Path, monkeypatch) -> None:
    monkeypatch.setattr(evaluation, "hear", lambda *_: heard("医保"))
    reply = {"topic": None, "status": "clarifying", "candidates": [{"topic": "resident-medical-enrolment"}]}
    *_, totals = evaluation.evaluate_speech(manifest, turn=lambda *_: reply)
    assert (totals["topic_accuracy"], totals["topic_right_or_offered"]) == (0.0, 1.0)


def test_a_turn_that_breaks_costs_a_line(manifest: Path, monkeypatch) -> None:
    monkeypatch.setattr(evaluation, "hear", lambda *_: heard("医保"))

    def broken(*_: object) -> dict:
        raise RuntimeError("engine gone")

    *rows, totals = evaluation.evaluate_speech(manifest, turn=broken)
    assert rows[0]["status"] == "failed" and totals["topic_accuracy"] == 0.0

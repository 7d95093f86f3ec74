"""Spoken journeys: real sound in, heard by our own model, done by the real stack."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from assistant.assembly import prepare
from assistant.turn import Reply, Utterance
from audio.files import read_speech
from audio.resampling import resample
from tests.journeys.caller import ENDED, Caller
from tests.journeys.spoken import in_groups, recording, telephone
from tests.journeys.talk import Talk, spoken_digits

pytestmark = pytest.mark.process
Command = Callable[..., "CompletedProcess[str]"]
Protocol = Callable[[Iterable[str]], None]
OPENING = "我要办养老金资格认证"


def shown(what: str, reply: dict[str, Any]) -> list[str]:
    """Lines of a protocol about one reply."""
    marks = "，".join(f"{name} {ms:.0f} ms" for name, ms in (reply.get("marks") or {}).items())
    return [
        f"录音：{what}",
        f"听成：{reply['heard']}",
        f"乡音（{reply['status']}）：{reply['speech']}",
        f"用时：{reply['ms']:.0f} ms（{marks}）",
    ]


@pytest.mark.parametrize("line", ["16 kHz", "8 kHz A-law"])
def test_asking_by_recording_opens_the_service(
    command: Command, tmp_path: Path, line: str, protocol: Protocol
) -> None:
    wav = recording(OPENING, tmp_path / "said.wav")
    out = tmp_path / "reply.wav"
    wav = wav if line == "16 kHz" else telephone(wav)
    result = command("ask", "--wav", str(wav), "-o", str(out), "--json")
    assert result.returncode == 0, result.stderr
    reply = json.loads(result.stdout)
    assert reply["service"] == "pension-certification" and reply["status"] == "collecting", reply["heard"]
    assert soundfile.info(out).duration > 1.0
    protocol(shown(line, reply))


def test_recordings_of_people_are_answered_without_a_crash(
    command: Command, shared: Path, protocol: Protocol
) -> None:
    manifest = shared / "speech" / "eval" / "manifest.jsonl"
    rows = [json.loads(text) for text in manifest.read_text("utf-8").splitlines()][:3]
    lines: list[str] = []
    for row in rows:
        result = command("ask", "--wav", str(manifest.parent / row["path"]), "--json")
        reply = json.loads(result.stdout)
        assert reply["heard"] and reply["status"] and "Traceback" not in result.stderr
        lines += shown(f"{row['path']} ({row['text']})", reply)
    protocol(lines)


def test_a_spoken_certification_to_its_receipt(
    talk: Talk, residents: list[dict[str, Any]], tmp_path: Path, protocol: Protocol
) -> None:
    person = next(r for r in residents if r["name"] == "杨雪")
    caller = Caller(person, "pension-certification")

    def said(text: str) -> Reply:
        """Everything by voice; a telephone number that was misheard twice on the keys, as the prompt offers."""
        if text == spoken_digits(person["phone"]):
            numbers.append(text)
            if len(numbers) > 2:
                return talk.say(person["phone"])
        samples: NDArray[np.int16] = read_speech(recording(in_groups(text), tmp_path / "turn.wav", 0.8))
        utterance = Utterance(talk.conversation, samples=samples, channel="test")
        return talk.runner.run(talk.assistant.take_turn(utterance))

    prepare()  # a turn's deadline is no measure of cold models
    numbers: list[str] = []
    reply = said(OPENING)
    lines = [f"居民：{OPENING}", f"乡音：{reply.speech}"]
    for _ in range(24):
        if reply.status in ENDED:
            break
        answer = caller.answer(reply)
        reply = said(answer)
        lines += [f"居民：{answer}（听成：{reply.heard}）", f"乡音：{reply.speech}"]
    protocol(lines)
    assert reply.status == "done", "\n".join(lines)


@pytest.mark.parametrize("kind", ["empty", "silent", "not audio", "truncated"])
def test_what_cannot_be_heard_is_said_so(command: Command, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "bad.wav"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "silent":
        soundfile.write(path, np.zeros(16000), 16000)
    elif kind == "not audio":
        path.write_bytes(b"this is no sound at all" * 50)
    else:
        path.write_bytes(recording(OPENING, tmp_path / "whole.wav").read_bytes()[:30])
    result = command("hear", str(path), "--json")
    assert result.returncode == 1 and "Traceback" not in result.stderr
    assert json.loads(result.stdout)["error"]


@pytest.mark.parametrize(
    ("rate", "channels", "kind"), [(8000, 1, "WAV"), (44100, 2, "FLAC"), (96000, 1, "WAV"), (48000, 1, "OGG")]
)
def test_any_rate_channels_and_format_are_heard(
    command: Command, tmp_path: Path, rate: int, channels: int, kind: str
) -> None:
    sound, original = soundfile.read(recording(OPENING, tmp_path / "whole.wav"), dtype="float32")
    changed = resample(sound, original, rate)
    path = tmp_path / f"said.{kind.lower()}"
    soundfile.write(path, np.stack([changed] * channels, axis=1), rate, format=kind)
    result = command("hear", str(path), "--json")
    assert result.returncode == 0 and "养老金" in json.loads(result.stdout)["text"]

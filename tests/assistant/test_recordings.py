"""Recordings at the command line: an overdriven one is heard and told, one over a minute is refused."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from assistant.cli import sounding, turning
from assistant.cli.__main__ import app
from assistant.conversation import Assistant
from assistant.records import Records
from audio.files import CLIPPED, SENTENCES, AudioFileError
from audio.hearing import Heard

pytestmark = pytest.mark.unit


class Engine:
    async def turn(self, *_: Any) -> list[dict[str, Any]]:
        return [{"status": "answered", "sentence": "out_of_scope", "params": {}}]


def heard(*_: Any) -> Heard:
    return Heard("我要认证", 0.9, (), (), 1.0, 0.1, "m", "silence")


@pytest.fixture(autouse=True)
def hears_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = Assistant(Engine(), Records(f"sqlite:///{tmp_path}/x.db"), heard)  # type: ignore[arg-type]
    monkeypatch.setattr(sounding, "hear_samples", heard)
    monkeypatch.setattr(turning, "running_stack", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(turning, "assistant_for", lambda _: assistant)


@pytest.fixture
def recordings(tmp_path: Path) -> dict[str, str]:
    waves = {"loud": (1.0, 4.0), "long": (61.0, 0.3), "good": (1.0, 0.3)}
    for name, (seconds, level) in waves.items():
        tone = np.clip(np.sin(np.arange(int(seconds * 8000)) / 5) * level, -1, 1)
        soundfile.write(tmp_path / f"{name}.wav", tone, 8000)
    return {name: str(tmp_path / f"{name}.wav") for name in waves}


def test_hear_gives_each_file_a_row(recordings: dict[str, str]) -> None:
    result = CliRunner().invoke(app, ["hear", "--json", *recordings.values()])
    loud, long, good = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 1
    assert loud["text"] == "我要认证" and loud["warning"] == CLIPPED
    assert long == {"path": recordings["long"], "error": SENTENCES["too_long"], "code": "too_long"}
    assert good["text"] == "我要认证" and good["warning"] is None
    assert "".join(result.stderr.split()).count(CLIPPED) == 1


def test_ask_answers_and_tells(recordings: dict[str, str]) -> None:
    result = CliRunner().invoke(app, ["ask", "--json", "--wav", recordings["loud"]])
    reply = json.loads(result.stdout)
    assert result.exit_code == 0 and reply["heard"] == "我要认证" and reply["warning"] == CLIPPED
    assert CLIPPED in "".join(result.stderr.split())


def test_ask_refuses_what_is_too_long(recordings: dict[str, str]) -> None:
    result = CliRunner().invoke(app, ["ask", "--json", "--wav", recordings["long"]])
    assert isinstance(result.exception, AudioFileError) and result.exception.code == "too_long"

"""Fixtures of the terminal's test: the virtual sound card of tests/audio, and somebody who speaks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sound_card import sound_card  # noqa: F401

SHARED = Path(os.environ.get("XIANGYIN_SHARED", Path(__file__).parents[3] / "shared")) / "speech" / "eval"


@pytest.fixture
def speech_file() -> Callable[[Path], Path]:
    """Makes a 16 kHz WAV of a real person where the recordings are there, else of espeak-ng."""

    def make(folder: Path) -> Path:
        target = folder / "question.wav"
        if (SHARED / "manifest.jsonl").is_file():
            from audio.files import read_speech
            from audio.speaking import as_wav

            with (SHARED / "manifest.jsonl").open(encoding="utf-8") as lines:
                row = next(r for r in map(json.loads, lines) if 3.0 < r["seconds"] < 5.0)
            target.write_bytes(as_wav(read_speech(SHARED / row["path"]).tobytes(), 16_000))
            return target
        if shutil.which("espeak-ng") is None:
            pytest.skip("needs shared/speech/eval or espeak-ng")
        words = "wo3 de5 she4 bao3 ka3 diu1 le5 zen3 me5 ban4"
        subprocess.run(["espeak-ng", "-v", "cmn-latn-pinyin", "-w", str(target), words], check=True)
        return target

    return make

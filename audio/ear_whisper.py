"""faster-whisper as a second ear: any CTranslate2 folder of Whisper, e.g. `faster-whisper-base` (148 MB, MIT).

`xiangyin models get faster-whisper-base` fetches that one. Library: `pip install faster-whisper`. Whisper writes
homophones (羊老金 for 养老金) and loops on noise, so its tokens are counted and nothing it says is taken alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from audio.ear_sherpa import plain
from audio.hearing import BYTES_A_SECOND

LIBRARY = "faster_whisper"
PROMPT = "以下是普通话的句子，用简体字写。"
NO_SPEECH = 0.6  # probability of “nobody spoke” above which the text is thrown away
TOKENS_A_SECOND = 12  # nobody speaks faster; what is longer is a loop


def takes(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ("model.bin", "config.json", "tokenizer.json"))


class WhisperEar:
    """One network, loaded at first use, on one thread, greedy."""

    def __init__(self, folder: Path) -> None:
        self.name, self._folder = folder.name, folder
        self._model: Any = None

    def transcribe(self, pcm16k_int16: bytes, dialect: str) -> str:
        """The text in simplified characters without marks; empty where nobody seems to speak."""
        if self._model is None:
            from faster_whisper import WhisperModel

            self._model = WhisperModel(str(self._folder), device="cpu", compute_type="int8", cpu_threads=1)
        samples = np.frombuffer(pcm16k_int16, dtype="<i2").astype(np.float32) / 32768.0
        segments, _ = self._model.transcribe(
            samples,
            language="zh",
            initial_prompt=PROMPT,
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
            max_new_tokens=16 + int(TOKENS_A_SECOND * len(pcm16k_int16) / BYTES_A_SECOND),
        )
        return plain("".join(s.text for s in segments if s.no_speech_prob < NO_SPEECH))

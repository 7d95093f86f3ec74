"""sherpa-onnx as a second ear: the SenseVoice and Paraformer folders as their publisher unpacks them.

`sherpa-onnx-sense-voice-zh-en-ja-ko-yue-2024-07-17` knows Mandarin and Cantonese, the `paraformer-zh` ones
Mandarin and several of its dialects. Put the folder into var/models. Library: `pip install sherpa-onnx`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from audio.hearing import SAMPLE_RATE

LIBRARY = "sherpa_onnx"
NETWORKS = ("model.int8.onnx", "model.onnx")
_TAG = re.compile(r"<\|[^|]*\|>")


def takes(folder: Path) -> bool:
    """A folder of SenseVoice or Paraformer, told by its name, with a network and its tokens."""
    named = "sense-voice" in folder.name or "paraformer" in folder.name
    return named and (folder / "tokens.txt").is_file() and _network(folder) is not None


class SherpaEar:
    """One network, loaded at first use, on one thread."""

    def __init__(self, folder: Path) -> None:
        self.name, self._folder = folder.name, folder
        self._recognisers: dict[str, Any] = {}

    def transcribe(self, pcm16k_int16: bytes, dialect: str) -> str:
        """The text without marks or tags; empty for silence."""
        recogniser = self._recogniser("yue" if dialect == "cantonese" else "zh")
        stream = recogniser.create_stream()
        samples = np.frombuffer(pcm16k_int16, dtype="<i2").astype(np.float32) / 32768.0
        stream.accept_waveform(SAMPLE_RATE, samples)
        recogniser.decode_stream(stream)
        return plain(str(stream.result.text))

    def _recogniser(self, language: str) -> Any:
        import sherpa_onnx

        if "paraformer" in self._folder.name:
            language = ""
        if language not in self._recognisers:
            network, tokens = str(_network(self._folder)), str(self._folder / "tokens.txt")
            self._recognisers[language] = (
                sherpa_onnx.OfflineRecognizer.from_sense_voice(
                    model=network, tokens=tokens, num_threads=1, language=language, use_itn=False
                )
                if language
                else sherpa_onnx.OfflineRecognizer.from_paraformer(
                    paraformer=network, tokens=tokens, num_threads=1
                )
            )
        return self._recognisers[language]


def plain(text: str) -> str:
    """Text as Vosk gives it: no tags, no marks, no blanks beside Chinese characters."""
    text = re.sub(r"[^\w\s]", "", _TAG.sub("", text))
    return re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", text).strip()


def _network(folder: Path) -> Path | None:
    return next((folder / name for name in NETWORKS if (folder / name).is_file()), None)

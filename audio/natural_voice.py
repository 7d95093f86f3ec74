"""The natural voice: Kokoro-82M (Apache-2.0) through onnxruntime, one thread, an extra that is used when there.

`xiangyin models get voice` fetches it. It speaks Mandarin only; a dialect with a voice of its own keeps that.
Making a sentence takes about as long as saying it where the machine is busy, so callers that cannot wait
ask `expected` first and give `render_within` a limit (audio.voice does both).
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio import kokoro_phonemes
from audio.espeak_voice import MANDARIN, voice_of
from audio.models import search_folders
from audio.pinyin import words
from audio.resampling import resample, to_int16
from audio.speakable import speakable
from audio.speaking import RATE_HZ, VoiceUnavailable, as_wav

FOLDER = "voice"  # in a models folder
NETWORK = "kokoro-v1.0.int8.onnx"
STYLES = ("zf_xiaoni", "zm_yunyang")
"""The first is the usual one; `XIANGYIN_VOICE` names another, or `espeak` to do without this voice."""
SPEED = 0.85
"""The network's speed at rate 1.0, for 3.5 to 4 syllables a second (measured in tests/audio/test_kokoro.py)."""
LEVEL = 0.13  # root mean square of the spoken parts, full scale 1; espeak-ng has 0.13 to 0.15
LONGEST = 509  # tokens; the style table has no more rows
_NETWORK_HZ = 24_000
_LEAD, _TAIL = 0.03, 0.15  # seconds of near-silence left before and after
_QUIET = 0.01
_GUESS, _WARM_UP = 0.15, 3.0  # seconds a syllable and for loading, before anything was measured
_NEWEST = 0.3  # weight of the last measurement
_FORGIVE = 0.97  # a voice found too slow is tried again after a while

Float32 = NDArray[np.float32]


class NaturalVoice:
    """One network, shared by all callers of this process; it makes one sentence at a time."""

    def __init__(self, folder: Path, style: str = STYLES[0]) -> None:
        self.name = f"kokoro {style}"
        self._folder, self._style = folder, style
        self._network: Any = None
        self._loading = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="natural-voice")
        self._a_syllable, self._waiting = _GUESS, 0.0
        self._styles: Float32 | None = None

    def speaks(self, dialect: str) -> bool:
        return voice_of(dialect) == MANDARIN

    def key(self, sentence: str, dialect: str, rate: float) -> str:
        pinyin = _said(sentence)
        job = f"{self.name} {SPEED} {LEVEL} {rate:.3f} {pinyin}"
        return hashlib.sha256(job.encode()).hexdigest() if _syllables(pinyin) else ""

    def render(self, sentence: str, dialect: str, rate: float) -> bytes:
        """22 050 Hz WAV, however long it takes. Raises VoiceUnavailable."""
        return _wav(self._speak(sentence, rate))

    def expected(self, sentence: str) -> float:
        """Seconds until this sentence would be ready, by what earlier ones took and what waits before it."""
        loading = 0.0 if self._network is not None else _WARM_UP
        return loading + self._waiting + self._a_syllable * _syllables(_said(sentence))

    def too_slow(self) -> None:
        """Not used this time; remember a little less of why."""
        self._a_syllable *= _FORGIVE

    def render_within(self, sentence: str, rate: float, limit: float) -> bytes:
        """The same within `limit` seconds. Raises VoiceUnavailable; what was begun is given up."""
        share = self._a_syllable * _syllables(_said(sentence))
        self._waiting += share
        task: Future[bytes] = self._worker.submit(self._timed, sentence, rate)
        task.add_done_callback(lambda _: self._done(share))
        try:
            return task.result(limit)
        except TooLate as error:
            task.cancel()
            raise VoiceUnavailable(f"{self.name} took more than {limit:.1f} s") from error

    def load(self) -> None:
        """Ready the network; called at the first sentence, or before. Raises VoiceUnavailable."""
        with self._loading:
            if self._network is not None:
                return
            try:
                import onnxruntime

                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = options.inter_op_num_threads = 1
                network = onnxruntime.InferenceSession(
                    str(self._folder / NETWORK), options, providers=["CPUExecutionProvider"]
                )
                styles = np.fromfile(self._folder / f"{self._style}.bin", np.float32).reshape(-1, 256)
            except (ImportError, OSError, ValueError, RuntimeError) as error:
                raise VoiceUnavailable(f"{self.name} cannot be loaded: {error}") from error
            except Exception as error:  # onnxruntime's own exceptions derive from Exception only
                raise VoiceUnavailable(f"{self.name} is damaged: {error}") from error
            self._styles, self._network = styles, network

    def _done(self, share: float) -> None:
        self._waiting = max(0.0, self._waiting - share)

    def _timed(self, sentence: str, rate: float) -> bytes:
        self.load()
        began = time.monotonic()
        sound = self.render(sentence, "mandarin", rate)
        took = (time.monotonic() - began) / max(1, _syllables(_said(sentence)))
        self._a_syllable += _NEWEST * (took - self._a_syllable)
        return sound

    def _speak(self, sentence: str, rate: float) -> Float32:
        self.load()
        assert self._styles is not None
        try:
            tokens = kokoro_phonemes.tokens(words(speakable(sentence)))
        except (ValueError, KeyError) as error:
            raise VoiceUnavailable(f"{self.name} cannot say {sentence!r}: {error}") from error
        if len(tokens) - 2 > LONGEST:
            raise VoiceUnavailable(f"{self.name}: {len(tokens)} tokens are too many")
        feeds = {
            "tokens": np.array([tokens], np.int64),
            "style": self._styles[min(len(tokens) - 2, len(self._styles) - 1)].reshape(1, 256),
            "speed": np.array([SPEED * rate], np.float32),
        }
        try:
            (sound,) = self._network.run(None, feeds)
        except Exception as error:
            raise VoiceUnavailable(f"{self.name} failed: {error}") from error
        return np.asarray(sound, np.float32).reshape(-1)


def natural_voice() -> NaturalVoice | None:
    """The voice where it is installed and wanted, one for the process."""
    wanted = os.environ.get("XIANGYIN_VOICE", "")
    if wanted == "espeak":
        return None
    for base in search_folders():
        folder = base / FOLDER
        styles = [style for style in (wanted, *STYLES) if style and (folder / f"{style}.bin").is_file()]
        if styles and (folder / NETWORK).is_file():
            return _voice(folder, styles[0])
    return None


@lru_cache(maxsize=4)
def _voice(folder: Path, style: str) -> NaturalVoice:
    return NaturalVoice(folder, style)


@lru_cache(maxsize=256)
def _said(sentence: str) -> str:
    return " ".join(" ".join(word) for word in words(speakable(sentence)))


def _syllables(pinyin: str) -> int:
    return sum(1 for syllable in pinyin.split() if syllable[-1].isdigit())


def _wav(sound: Float32) -> bytes:
    """The network's sound → ours: silence trimmed, at our usual level and rate."""
    loud = np.flatnonzero(np.abs(sound) > _QUIET)
    if loud.size == 0:
        raise VoiceUnavailable("kokoro made no sound")
    start = max(0, int(loud[0]) - int(_LEAD * _NETWORK_HZ))
    spoken = sound[start : int(loud[-1]) + int(_TAIL * _NETWORK_HZ)]
    level = float(np.sqrt(np.mean(spoken[np.abs(spoken) > _QUIET] ** 2)))
    gain = min(LEVEL / level, 0.98 / float(np.abs(spoken).max()))
    return as_wav(to_int16(resample(spoken * np.float32(gain), _NETWORK_HZ, RATE_HZ)).tobytes())

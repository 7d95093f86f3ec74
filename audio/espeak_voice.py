"""The voice that is always there: espeak-ng through pyttsx3, a child process for each sentence.

A child takes 0.16 s (stack.md §3). One that hangs is killed and tried once more.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from audio.speakable import phonetic
from audio.speaking import VoiceUnavailable
from dialects.packs import PackError, load_pack

WORDS_A_MINUTE = 165  # of espeak-ng at rate 1.0; the speed it gives is measured in tests/audio/test_voice.py
MANDARIN, CANTONESE = "cmn-latn-pinyin", "yue"
TRIES = 2
TIME_LIMIT = 12.0  # seconds for one sentence, start of the process included
CHILD = (sys.executable, str(Path(__file__).with_name("voice_child.py")))


class EspeakVoice:
    """Speaks every dialect: Cantonese with espeak's own Cantonese voice, the others with its Mandarin one."""

    name = "espeak-ng"

    def __init__(self, command: tuple[str, ...] = CHILD, time_limit: float = TIME_LIMIT) -> None:
        self._command, self._time_limit = command, time_limit

    def speaks(self, dialect: str) -> bool:
        return True

    def key(self, sentence: str, dialect: str, rate: float) -> str:
        job = _job(sentence, dialect, rate)
        if not re.search(r"\w", str(job["text"])):
            return ""
        return hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()

    def render(self, sentence: str, dialect: str, rate: float) -> bytes:
        """22 050 Hz WAV, made in a child process. Raises VoiceUnavailable."""
        reasons = []
        for _ in range(TRIES):
            with tempfile.TemporaryDirectory(prefix="xiangyin-voice-") as folder:
                file = Path(folder) / "speech.wav"
                try:
                    done = subprocess.run(
                        self._command,
                        input=json.dumps({**_job(sentence, dialect, rate), "file": str(file)}).encode(),
                        capture_output=True,
                        timeout=self._time_limit,
                        check=False,
                    )
                except subprocess.TimeoutExpired:  # subprocess.run has killed the child
                    reasons.append(f"killed after {self._time_limit} s")
                    continue
                except OSError as error:
                    raise VoiceUnavailable(f"cannot start: {error}") from error
                if done.returncode == 0 and file.is_file():
                    return file.read_bytes()
                reasons.append(f"exit {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
        raise VoiceUnavailable("; ".join(reasons))


def voice_of(dialect: str) -> str:
    """espeak-ng's voice for a dialect, by its pack."""
    try:
        voice = load_pack(dialect).voice
    except PackError:
        voice = ""
    return voice if voice in (MANDARIN, CANTONESE) else CANTONESE if dialect == "cantonese" else MANDARIN


def _job(sentence: str, dialect: str, rate: float) -> dict[str, object]:
    voice = voice_of(dialect)
    text = phonetic(sentence, "cantonese" if voice == CANTONESE else "mandarin")
    return {"text": text, "voice": voice, "rate": round(WORDS_A_MINUTE * rate), "volume": 1.0}

"""Speaking: text in, WAV bytes out (22 050 Hz, mono, int16), sentence by sentence.

pyttsx3 runs in a child process for each sentence (0.16 s a child, stack.md §3). A child that hangs is killed
and tried once more; then the person gets a sentence on the screen instead of a sound.
Prompts may be kept on disk (`keep`), replies never: they hold what people told us.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterable, Iterator
from pathlib import Path

from audio.models import variable_folder
from audio.speakable import phonetic
from dialects.packs import PackError, load_pack

RATE_HZ = 22_050
WORDS_A_MINUTE = 165  # of espeak-ng at rate 1.0; the speed it gives is measured in tests/audio/test_voice.py
SLOWEST, FASTEST = 0.5, 2.0
LOUDEST = 1.5
PAUSE = 0.25  # seconds between sentences
LONGEST = 60  # characters of one piece
MANDARIN, CANTONESE = "cmn-latn-pinyin", "yue"
TRIES = 2
TIME_LIMIT = 12.0  # seconds for one sentence, start of the process included
CACHE_BYTES = 64 * 1024 * 1024
_CHILD = Path(__file__).with_name("voice_child.py")


class VoiceUnavailable(Exception):
    """`str(error)` is a Chinese sentence for the screen, `detail` is for the operator's log."""

    def __init__(self, detail: str) -> None:
        super().__init__("现在放不出声音，请看屏幕上的字。")
        self.detail = detail


def speak(
    text: str,
    dialect: str = "mandarin",
    *,
    rate: float = 1.0,
    volume: float = 1.0,
    keep: bool = False,
    command: tuple[str, ...] | None = None,
    time_limit: float = TIME_LIMIT,
) -> bytes:
    """One WAV for the whole text; nothing speakable gives a WAV of silence.

    `rate` 1.0 is the usual speed, 0.8 slower; `volume` 1.0 is normal. `keep`: a prompt of ours without
    personal data, to be kept on disk. `command` starts another child than ours (tests).
    Raises VoiceUnavailable.
    """
    pieces = [
        _render(sentence, dialect, rate, volume, keep, command, time_limit) for sentence in sentences_of(text)
    ]
    return pieces[0] if len(pieces) == 1 else join(pieces)


def speak_sentences(
    text: str, dialect: str = "mandarin", *, rate: float = 1.0, volume: float = 1.0, keep: bool = False
) -> Iterator[tuple[str, bytes]]:
    """(sentence, WAV) one after the other: the first can be heard while the next is made."""
    for sentence in sentences_of(text):
        yield sentence, speak(sentence, dialect, rate=rate, volume=volume, keep=keep)


def save_speech(text: str, path: Path | None, *, dialect: str = "mandarin", rate: float = 1.0) -> bytes:
    """The WAV bytes, also written to `path` when one is given."""
    sound = speak(text, dialect, rate=rate)
    if path is not None:
        path.write_bytes(sound)
    return sound


def prepare(prompts: Iterable[str], dialect: str = "mandarin", *, rate: float = 1.0) -> int:
    """Render fixed prompts ahead into the cache; returns how many sentences there are now."""
    sentences = [sentence for prompt in prompts for sentence in sentences_of(prompt)]
    for sentence in sentences:
        speak(sentence, dialect, rate=rate, keep=True)
    return len(sentences)


def sentences_of(text: str) -> list[str]:
    """Cut after 。！？； and line ends; a sentence over LONGEST characters also after a comma."""
    sentences = [part.strip() for part in re.findall(r"[^。！？!?；;\n]+[。！？!?；;]*", text)]
    return [piece for sentence in sentences if re.search(r"\w", sentence) for piece in _shorter(sentence)]


def join(wavs: Iterable[bytes], pause: float = PAUSE) -> bytes:
    """Several WAVs of ours into one, with a pause between."""
    silence = bytes(2 * int(pause * RATE_HZ))
    return as_wav(silence.join(frames_of(wav) for wav in wavs) or bytes(2 * int(0.05 * RATE_HZ)))


def as_wav(frames: bytes, rate: int = RATE_HZ) -> bytes:
    """int16 mono frames → WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(frames)
    return out.getvalue()


def frames_of(wav: bytes) -> bytes:
    """The int16 frames of a WAV of ours."""
    with wave.open(io.BytesIO(wav)) as file:
        return bytes(file.readframes(file.getnframes()))


def _shorter(sentence: str) -> Iterator[str]:
    rest = sentence
    while len(rest) > LONGEST:
        cut = max(rest.rfind(mark, LONGEST // 3, LONGEST) for mark in "，、：,") + 1 or LONGEST
        yield rest[:cut]
        rest = rest[cut:]
    yield rest


def _render(
    sentence: str,
    dialect: str,
    rate: float,
    volume: float,
    keep: bool,
    command: tuple[str, ...] | None,
    time_limit: float,
) -> bytes:
    voice = _voice(dialect)
    job = {
        "text": phonetic(sentence, "cantonese" if voice == CANTONESE else "mandarin"),
        "voice": voice,
        "rate": round(WORDS_A_MINUTE * min(FASTEST, max(SLOWEST, rate))),
        "volume": min(LOUDEST, max(0.0, volume)),
    }
    if not re.search(r"\w", str(job["text"])):
        return join([])
    key = hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()
    kept = _cache() / f"{key}.wav"
    if kept.is_file():
        return kept.read_bytes()
    sound = _in_child(job, command or (sys.executable, str(_CHILD)), time_limit)
    if keep:
        _store(kept, sound)
    return sound


def _voice(dialect: str) -> str:
    try:
        voice = load_pack(dialect).voice
    except PackError:
        voice = ""
    return voice if voice in (MANDARIN, CANTONESE) else CANTONESE if dialect == "cantonese" else MANDARIN


def _in_child(job: dict[str, object], command: tuple[str, ...], time_limit: float) -> bytes:
    reasons = []
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory(prefix="xiangyin-voice-") as folder:
            file = Path(folder) / "speech.wav"
            try:
                done = subprocess.run(
                    command,
                    input=json.dumps({**job, "file": str(file)}).encode(),
                    capture_output=True,
                    timeout=time_limit,
                    check=False,
                )
            except subprocess.TimeoutExpired:  # subprocess.run has killed the child
                reasons.append(f"killed after {time_limit} s")
                continue
            except OSError as error:
                raise VoiceUnavailable(f"cannot start: {error}") from error
            if done.returncode == 0 and file.is_file():
                return file.read_bytes()
            reasons.append(f"exit {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
    raise VoiceUnavailable("; ".join(reasons))


def _cache() -> Path:
    return variable_folder() / "voice"


def _store(file: Path, sound: bytes) -> None:
    """Write in one step; the oldest go when the cache is full. A full disk costs the cache, not the voice."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(f".{id(sound):x}")
        draft.write_bytes(sound)
        draft.replace(file)
        kept = sorted(file.parent.glob("*.wav"), key=lambda one: one.stat().st_mtime)
        total = sum(one.stat().st_size for one in kept)
        while total > CACHE_BYTES and len(kept) > 1:
            oldest = kept.pop(0)
            total -= oldest.stat().st_size
            oldest.unlink(missing_ok=True)
    except OSError as error:
        print(f"voice cache not written: {error}", file=sys.stderr)

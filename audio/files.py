"""Recordings from files: WAV, FLAC, Ogg (Vorbis, Opus), MP3, at any rate and with any number of channels.

A file is a stranger's: reads are bounded, and everything that can be wrong with it has a name and a
sentence that can be said to the person who sent it.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

from audio.hearing import TURN_SECONDS
from audio.resampling import resample, to_int16

Float32 = NDArray[np.float32]
Problem = Literal["missing", "empty", "not_audio", "truncated", "too_long", "silent"]

MAX_SECONDS = 600.0
MAX_BYTES = 256 * 1024 * 1024
SILENT_PEAK = 16 / 32768  # below -66 dB of full scale nothing can be understood
CLIPPED_SHARE = 0.005  # of all samples, in runs of at least three at the same extreme
TOLERATED_LOSS = 0.2  # seconds of declared sound that may be missing at the end

SENTENCES: dict[Problem, str] = {
    "missing": "没有找到这个录音文件，请检查文件名，或者再录一次。",
    "empty": "这个录音文件是空的，里面没有声音，请再录一次。",
    "not_audio": "这个文件不是能识别的录音，请用 WAV、FLAC、OGG 或 MP3 格式。",
    "truncated": "这段录音没有传完整，后面的话丢了，请再录一次。",
    "too_long": "这段录音太长了，一段最多一分钟，请分成几段，一段只说一件事。",
    "silent": "这段录音里没有声音，请检查麦克风，靠近一点再说一次。",
}
CLIPPED = "这段录音声音太大，爆音了，可能听不准。下次离话筒远一点再说。"


class AudioFileError(Exception):
    """`code` is one of Problem, `str(error)` the Chinese sentence, `detail` is for the operator's log."""

    def __init__(self, code: Problem, detail: str = "") -> None:
        super().__init__(SENTENCES[code])
        self.code: Problem = code
        self.detail = detail


@dataclass(frozen=True)
class Recording:
    """Mono float32 samples in [-1, 1]. `clipped`: overdriven, worth trying but worth saying too."""

    samples: Float32
    rate: int
    channels: int
    clipped: bool

    @property
    def seconds(self) -> float:
        return self.samples.size / self.rate


def read_audio(path: Path | str, *, max_seconds: float = MAX_SECONDS) -> tuple[Float32, int]:
    """File → (mono float32 samples in [-1, 1], sample rate in Hz).

    Raises AudioFileError. A clipped recording is read all the same; `read_recording` says that it is.
    """
    recording = read_recording(path, max_seconds=max_seconds)
    return recording.samples, recording.rate


def read_speech(path: Path | str, *, max_seconds: float = MAX_SECONDS) -> NDArray[np.int16]:
    """File → 16 kHz mono int16 samples, as recognisers take them. Raises AudioFileError."""
    return to_int16(resample(*read_audio(path, max_seconds=max_seconds)))


def read_turn(path: Path | str) -> tuple[NDArray[np.int16], str | None]:
    """A recording of one turn → 16 kHz mono int16 samples, and CLIPPED where the sender must be told so, else None.

    Raises AudioFileError; beyond TURN_SECONDS it is `too_long`, since a recogniser would hear only its beginning.
    """
    recording = read_recording(path, max_seconds=TURN_SECONDS)
    return to_int16(resample(recording.samples, recording.rate)), CLIPPED if recording.clipped else None


def read_recording(path: Path | str, *, max_seconds: float = MAX_SECONDS) -> Recording:
    """Like `read_audio`, with the number of channels and whether the sound is clipped."""
    path = Path(path)
    if not path.is_file():
        raise AudioFileError("missing", str(path))
    if path.stat().st_size == 0:
        raise AudioFileError("empty", "no bytes")
    if path.stat().st_size > MAX_BYTES:
        raise AudioFileError("too_long", f"{path.stat().st_size} bytes")
    with path.open("rb") as file:
        return _decode(_with_length(file), path.stat().st_size, max_seconds)


def _decode(file: BinaryIO, size: int, max_seconds: float) -> Recording:
    missing = _missing_seconds(file, size)
    try:
        with soundfile.SoundFile(file) as sound:
            rate, channels = int(sound.samplerate), int(sound.channels)
            if not 4_000 <= rate <= 384_000:
                raise AudioFileError("not_audio", f"sample rate {rate}")
            declared = 0 if missing is None else int(sound.frames)
            if declared > max_seconds * rate:
                raise AudioFileError("too_long", f"{declared / rate:.1f} s")
            samples = _read_mono(sound, int(max_seconds * rate))
    except soundfile.LibsndfileError as error:
        raise AudioFileError("truncated" if _begins_like_audio(file) else "not_audio", str(error)) from error
    if missing is not None and (missing > TOLERATED_LOSS or declared - samples.size > TOLERATED_LOSS * rate):
        raise AudioFileError("truncated", f"{samples.size} of {declared} samples, {missing:.2f} s missing")
    if samples.size == 0:
        raise AudioFileError("empty", "a header, but no samples")
    peak = float(np.abs(samples).max())
    if peak < SILENT_PEAK:
        raise AudioFileError("silent", f"peak {peak:.6f}")
    return Recording(samples, rate, channels, is_clipped(samples))


def _read_mono(sound: soundfile.SoundFile, most: int) -> Float32:
    """At most `most` frames, averaged over channels, block by block: a decoder bomb stays small."""
    blocks: list[Float32] = []
    total = 0
    while True:
        block = sound.read(65_536, dtype="float32", always_2d=True)
        if block.shape[0] == 0:
            break
        total += block.shape[0]
        if total > most:
            raise AudioFileError("too_long", f"more than {most} samples")
        blocks.append(np.nan_to_num(block.mean(axis=1), nan=0.0, posinf=1.0, neginf=-1.0))
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.float32)


def is_clipped(samples: Float32) -> bool:
    """Whether more than CLIPPED_SHARE of the samples stand in runs of three at a flat top."""
    peak = float(np.abs(samples).max(initial=0.0))
    if peak < 0.5:
        return False
    top = np.abs(samples) >= max(0.98 * min(peak, 1.0), 0.5)
    runs = top[:-2] & top[1:-1] & top[2:]
    flat = runs & (np.abs(samples[1:-1] - samples[:-2]) < 1e-4) & (np.abs(samples[2:] - samples[1:-1]) < 1e-4)
    return bool(flat.mean() > CLIPPED_SHARE) if flat.size else False


def _with_length(file: BinaryIO) -> BinaryIO:
    """A WAV whose recorder died before it wrote the length (0, then sound) gets an unknown length."""
    head = file.read(4096)
    at = head.find(b"data")
    dead = head[:4] == b"RIFF" and at > 0 and head[at + 4 : at + 8] == bytes(4) and len(head) > at + 8
    file.seek(0)
    return BytesIO(head[: at + 4] + b"\xff" * 4 + head[at + 8 :] + file.read()[4096:]) if dead else file


def _begins_like_audio(file: BinaryIO) -> bool:
    file.seek(0)
    head = file.read(12)
    return head[:4] in (b"RIFF", b"fLaC", b"OggS") or head[:3] == b"ID3"


def _missing_seconds(file: BinaryIO, size: int) -> float | None:
    """Seconds of sound that the container promises beyond the end of the file.

    None where it promises nothing (a streamed WAV with length 0 or 2^32 - 1). Leaves the file at its start.
    """
    head = file.read(12)
    missing: float | None = 0.0
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        missing = _missing_in_wav(file, size)
    elif head[:4] == b"OggS":
        missing = 0.0 if _ogg_is_closed(file, size) else TOLERATED_LOSS * 2
    file.seek(0)
    return missing


def _missing_in_wav(file: BinaryIO, size: int) -> float | None:
    position, bytes_a_second = 12, 0
    for _ in range(64):
        file.seek(position)
        header = file.read(8)
        if len(header) < 8:
            return 0.0
        length = int.from_bytes(header[4:8], "little")
        if header[:4] == b"fmt ":
            bytes_a_second = int.from_bytes(file.read(12)[8:12], "little")
        if header[:4] == b"data":
            if length in (0, 0xFFFFFFFF, 0x7FFFFFFF) or length > MAX_BYTES * 8 or bytes_a_second == 0:
                return None
            return max(0.0, (position + 8 + length - size) / bytes_a_second)
        position += 8 + length + (length & 1)
    return 0.0


def _ogg_is_closed(file: BinaryIO, size: int) -> bool:
    """Whether the last page that begins in the last 64 kB is whole and carries the end-of-stream bit."""
    file.seek(max(0, size - 65_536))
    tail = file.read(65_536)
    at = tail.rfind(b"OggS")
    if at < 0 or at + 27 > len(tail):
        return False
    segments = tail[at + 26]
    body = sum(tail[at + 27 : at + 27 + segments])
    return bool(tail[at + 5] & 0x04) and at + 27 + segments + body <= len(tail)

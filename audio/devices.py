"""Microphone and loudspeaker through PortAudio (sounddevice): the only file that touches sound hardware.

The microphone gives 20 ms frames of 16 kHz mono int16. The loudspeaker plays WAVs of ours and can be lowered,
paused and stopped within one block (20 ms). Without a library, a server or a card there is a sentence, not a
crash; a device or a sound server gone while in use is noticed within LOST_AFTER seconds.
"""

from __future__ import annotations

import io
import queue
import threading
import wave
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from types import ModuleType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from audio.hearing import SAMPLE_RATE
from audio.resampling import StreamResampler

FRAME_SECONDS = 0.02
FRAME_SAMPLES = int(SAMPLE_RATE * FRAME_SECONDS)
LOST_AFTER = 2.0  # seconds in which no frame came or no block was taken: the device is gone
WAITING_FRAMES = 500  # 10 s of sound nobody has read; older frames are dropped, never memory grown
DRIFT = 0.03  # seconds between counted and said stream time that are mended
DUCKED = 0.2  # loudness while a barge-in is being weighed

Code = Literal["no_library", "no_microphone", "no_speaker", "lost", "speaker_lost"]
SENTENCES: dict[Code, str] = {
    "no_library": "这台机器没有装声音部件，请运行 make setup，或者打字。",
    "no_microphone": "没有找到麦克风，请插好再试，或者打字。",
    "no_speaker": "没有找到喇叭，请插好再试，请先看屏幕上的字。",
    "lost": "麦克风断了，请检查插头，或者打字。",
    "speaker_lost": "喇叭断了，请检查插头，请先看屏幕上的字。",
}


class DeviceError(Exception):
    """`str(error)` is a Chinese sentence, `code` one of Code, `detail` for the operator's log."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(SENTENCES[code])
        self.code: Code = code
        self.detail = detail


@dataclass(frozen=True)
class Device:
    """`inputs` and `outputs` are numbers of channels; 0 where the device cannot do it."""

    index: int
    name: str
    inputs: int
    outputs: int


def list_devices(*, again: bool = False) -> tuple[Device, ...]:
    """What is plugged in; empty when there is nothing. PortAudio's list is frozen until asked `again`.

    Raises DeviceError(no_library). Do not ask again while a stream is open: that ends it.
    """
    portaudio = _portaudio()
    if again:
        portaudio._terminate()
        portaudio._initialize()
    return tuple(
        Device(index, str(one["name"]), int(one["max_input_channels"]), int(one["max_output_channels"]))
        for index, one in enumerate(portaudio.query_devices())
    )


class StreamClock:
    """Stream time of consecutive blocks: counted, so that it does not jitter, and mended when it has drifted."""

    def __init__(self) -> None:
        self._next: float | None = None

    def time(self, seconds: float, said: float) -> float:
        """When the block of so many seconds begins; `said` is what PortAudio says, 0 where it does not know."""
        now = said or monotonic()
        at = now if self._next is None or abs(now - self._next) > DRIFT else self._next
        self._next = at + seconds
        return at


class Microphone:
    """Frames from a device; use as a context manager, `read` one frame at a time."""

    listens_while_speaking = True  # by itself it takes nothing away and leaves it to the words (audio.bargein)

    def __init__(self, device: str | int | None = None) -> None:
        portaudio = _portaudio()
        self._frames: queue.Queue[tuple[bytes, float]] = queue.Queue(maxsize=WAITING_FRAMES)
        self._clock = StreamClock()
        self.dropped = 0
        self.read_at = 0.0  # stream time of the first sample of the frame read last
        chosen = _choose(device, "inputs", "no_microphone")
        try:
            self._stream = portaudio.RawInputStream(
                samplerate=SAMPLE_RATE,
                blocksize=FRAME_SAMPLES,
                device=chosen,
                channels=1,
                dtype="int16",
                callback=self._arrived,
            )
            self._stream.start()
        except portaudio.PortAudioError as error:
            raise DeviceError("no_microphone", str(error)) from error

    def __enter__(self) -> Microphone:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self) -> bytes:
        """The next 20 ms, waiting for it. Raises DeviceError(lost) when none comes."""
        try:
            frame, self.read_at = self._frames.get(timeout=LOST_AFTER)
            return frame
        except queue.Empty as error:
            raise DeviceError("lost", f"no frame for {LOST_AFTER} s") from error

    def flush(self) -> None:
        """Forget the sound that nobody has read."""
        while not self._frames.empty():
            self._frames.get_nowait()

    def close(self) -> None:
        self._stream.abort()
        self._stream.close()

    def _arrived(self, data: Any, frames: int, time: Any, status: Any) -> None:
        if self._frames.full():
            self._frames.get_nowait()
            self.dropped += 1
        self._frames.put_nowait((bytes(data), self._clock.time(frames / SAMPLE_RATE, time.inputBufferAdcTime)))


Played = Callable[[NDArray[np.int16], float], None]
"""Called with every block at the speaker's rate, silence too, and the stream time at which it is heard."""


class Speaker:
    """Plays one WAV at a time without blocking; the output stream stays open between them."""

    def __init__(
        self, device: str | int | None = None, rate: int = 22_050, played: Played | None = None
    ) -> None:
        portaudio = _portaudio()
        self.rate = rate
        self._lock = threading.Lock()
        self._sound = np.zeros(0, dtype=np.int16)
        self._at = 0
        self._gain = 1.0
        self._played, self._clock = played, StreamClock()
        self._taken_at = 0.0  # monotonic
        self._idle = threading.Event()
        self._idle.set()
        chosen = _choose(device, "outputs", "no_speaker")
        try:
            self._stream = portaudio.RawOutputStream(
                samplerate=rate,
                blocksize=int(rate * FRAME_SECONDS),
                device=chosen,
                channels=1,
                dtype="int16",
                callback=self._wanted,
            )
            self._stream.start()
        except portaudio.PortAudioError as error:
            raise DeviceError("no_speaker", str(error)) from error

    def __enter__(self) -> Speaker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def playing(self) -> bool:
        """Raises DeviceError(speaker_lost) when the rest is not going to be heard."""
        if self._idle.is_set():
            return False
        waited = monotonic() - self._taken_at
        if not self._stream.active or waited > LOST_AFTER:
            raise DeviceError("speaker_lost", f"nothing taken for {waited:.1f} s")
        return True

    def play(self, wav: bytes) -> None:
        """Begin to play a mono int16 WAV of any rate; what was playing is replaced."""
        sound = _samples(wav, self.rate)
        with self._lock:
            self._sound, self._at, self._gain = sound, 0, 1.0
            self._taken_at = monotonic()
            self._idle.clear() if sound.size else self._idle.set()

    def duck(self) -> None:
        """Go on, but softly: somebody may be speaking."""
        self._gain = DUCKED

    def resume(self) -> None:
        """Normal loudness again."""
        self._gain = 1.0

    def stop(self) -> None:
        """Silence from the next block on."""
        with self._lock:
            self._at = self._sound.size
            self._idle.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Until the sound has been handed to the device; False at the time limit."""
        return self._idle.wait(timeout)

    def drain(self) -> None:
        """Wait until everything has been heard, the blocks on their way too; nothing can be played after.

        Raises DeviceError(speaker_lost).
        """
        while self.playing:
            self._idle.wait(FRAME_SECONDS)
        self._stream.stop()

    def close(self) -> None:
        self._stream.abort()
        self._stream.close()

    def _wanted(self, out: Any, frames: int, time: Any, status: Any) -> None:
        with self._lock:
            piece = self._sound[self._at : self._at + frames]
            self._at += piece.size
            self._taken_at = monotonic()
            if self._at >= self._sound.size:
                self._idle.set()
        scaled = (piece * self._gain).astype(np.int16) if self._gain != 1.0 else piece
        block = np.concatenate([scaled, np.zeros(frames - piece.size, np.int16)])
        out[:] = block.tobytes()
        if self._played is not None:
            self._played(block, self._clock.time(frames / self.rate, time.outputBufferDacTime))


def play(wav: bytes, device: str | int | None = None) -> None:
    """Play a WAV to its end. Raises DeviceError."""
    with Speaker(device) as speaker:
        speaker.play(wav)
        speaker.drain()


def _portaudio() -> ModuleType:
    try:
        import sounddevice
    except OSError as error:  # the shared library is missing
        raise DeviceError("no_library", str(error)) from error
    module: ModuleType = sounddevice
    return module


def _choose(device: str | int | None, direction: Literal["inputs", "outputs"], code: Code) -> int:
    """The device asked for by index or by a part of its name; else `pulse`, `default`, or the first able one."""
    able = [one for one in list_devices() if getattr(one, direction) > 0]
    if isinstance(device, int):
        able = [one for one in able if one.index == device]
    elif device:
        able = [one for one in able if device.lower() in one.name.lower()]
    if not able:
        raise DeviceError(code, f"wanted {device!r}")
    for name in ("pulse", "default"):
        for one in able:
            if one.name == name:
                return one.index
    return able[0].index


def _samples(wav: bytes, rate: int) -> NDArray[np.int16]:
    with wave.open(io.BytesIO(wav)) as file:
        if file.getnchannels() != 1 or file.getsampwidth() != 2:
            raise ValueError("only mono int16 is played")
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
        return (
            sound if file.getframerate() == rate else StreamResampler(file.getframerate(), rate).feed(sound)
        )

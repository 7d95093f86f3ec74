"""Which way our own voice is kept out of the microphone, and a microphone that does it.

`system`: PulseAudio or PipeWire has an echo-cancelling source (module-echo-cancel); we use it.
`own`: `audio.echo` works on every frame, fed with what the loudspeaker really played.
`half_duplex`: we do not listen while we speak; the button interrupts.
`XIANGYIN_ECHO` chooses one; without it the first that is there. An own canceller that turns out to take nothing
away (a second loudspeaker, a device with unknown delay) is given up: half duplex from then on.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from audio.devices import FRAME_SAMPLES, FRAME_SECONDS, Microphone
from audio.echo import PARTITIONS, EchoCanceller
from audio.hearing import SAMPLE_RATE
from audio.resampling import StreamResampler, to_float

EchoMode = Literal["system", "own", "half_duplex"]
EARLY = 0.04  # seconds that the reference runs ahead of the microphone: stream times are not exact
KEPT = 4 * SAMPLE_RATE  # samples of what was played that are remembered
Int16 = NDArray[np.int16]


def echo_mode(wanted: str | None = None, sources: Sequence[str] | None = None) -> EchoMode:
    """The mode for this machine; `wanted` overrides $XIANGYIN_ECHO, `sources` what pactl lists (tests)."""
    wanted = wanted or os.environ.get("XIANGYIN_ECHO")
    for mode in get_args(EchoMode):
        if wanted == mode:
            chosen: EchoMode = mode
            return chosen
    return "system" if cancelled_source(sources) else "own"


def use_system_canceller() -> None:
    """Make PortAudio's pulse device record from the echo-cancelling source and play into its sink."""
    source = cancelled_source(None)
    if source:
        os.environ.setdefault("PULSE_SOURCE", source)
        sink = cancelled_source(_pactl("sinks"))
        if sink:
            os.environ.setdefault("PULSE_SINK", sink)


def cancelled_source(sources: Sequence[str] | None) -> str | None:
    """The name of an echo-cancelling source among pactl's lines; no monitor of a sink."""
    lines = _pactl("sources") if sources is None else sources
    names = [line.split("\t")[1] for line in lines if line.count("\t") >= 1]
    return next(
        (name for name in names if "echo" in name.lower() and "cancel" in name.lower() and "monitor" not in name),
        None,
    )


class PlayedSound:
    """What the loudspeaker played, at 16 kHz and by stream time; written by its callback, read by the microphone."""

    def __init__(self, rate: int) -> None:
        self._resample = StreamResampler(rate, SAMPLE_RATE)
        self._sound = np.zeros(KEPT, np.float32)
        self._end = 0.0  # stream time at which the newest sample is heard
        self._lock = threading.Lock()

    def add(self, block: Int16, at: float) -> None:
        """A block at the speaker's rate and the time at which it begins to be heard."""
        narrow = to_float(np.asarray(self._resample.feed(block), np.int16))
        with self._lock:
            expected = self._end
            self._sound = np.concatenate([self._sound, narrow])[-KEPT:]
            self._end = expected + narrow.size / SAMPLE_RATE
            begins = self._end - narrow.size / SAMPLE_RATE
            if abs(begins - at) > 0.05:  # the stream stood still: start again from what the device says
                self._end = at + narrow.size / SAMPLE_RATE

    def piece(self, at: float, samples: int) -> NDArray[np.float32]:
        """So many samples that were heard from `at` on; silence where nothing is known."""
        with self._lock:
            first = self._sound.size - round((self._end - at) * SAMPLE_RATE)
            found = np.zeros(samples, np.float32)
            low, high = max(0, first), min(self._sound.size, first + samples)
            if low < high:
                found[low - first : high - first] = self._sound[low:high]
            return found


class EchoFreeMicrophone:
    """A microphone without our own voice; `listens_while_speaking` is False in half duplex."""

    def __init__(self, microphone: Microphone, played: PlayedSound, mode: EchoMode) -> None:
        self._microphone, self._played, self._mode = microphone, played, mode
        self._canceller = EchoCanceller()
        self._next = 0.0

    @property
    def listens_while_speaking(self) -> bool:
        return self._mode == "system" or (self._mode == "own" and self._canceller.effective)

    def read(self) -> bytes:
        """The next 20 ms. Raises DeviceError(lost)."""
        frame = self._microphone.read()
        if self._mode != "own" or len(frame) != 2 * FRAME_SAMPLES:
            return frame
        at = self._microphone.read_at + EARLY
        missed = min(PARTITIONS, max(0, round((at - self._next) / FRAME_SECONDS)))
        for back in range(missed, 0, -1):
            self._canceller.skip(self._played.piece(at - back * FRAME_SECONDS, FRAME_SAMPLES))
        self._next = at + FRAME_SECONDS
        reference = self._played.piece(at, FRAME_SAMPLES)
        cleaned = self._canceller.process(to_float(np.frombuffer(frame, np.int16)), reference)
        return (cleaned.clip(-1, 1) * 32767).astype(np.int16).tobytes()

    def flush(self) -> None:
        self._microphone.flush()


def _pactl(what: str) -> list[str]:
    """Lines of `pactl list short …`; none where there is no such program or no server."""
    try:
        done = subprocess.run(
            ["pactl", "list", "short", what], capture_output=True, text=True, timeout=3, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []

"""Frames and clocks of the line. Pure: bytes, samples and seconds in, samples out."""

from __future__ import annotations

import numpy as np

from assistant.channels.phone.transport import FRAME_BYTES, RATE, Int16

LATE_SECONDS = 0.2
"""How far the sound may lag behind the clock before silence is put in its place (RFC 3550 jitter is far below)."""
EMPTY: Int16 = np.zeros(0, dtype=np.int16)


class Framer:
    """Cuts a byte stream of any piece length into whole 20 ms frames; what is left over waits."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, pcm: bytes) -> Int16:
        """Little-endian int16 bytes → samples of all frames that are complete now (perhaps none)."""
        data = self._rest + pcm
        whole = len(data) - len(data) % FRAME_BYTES
        self._rest = data[whole:]
        return np.frombuffer(data[:whole], dtype="<i2").astype(np.int16)

    def reset(self) -> None:
        """Forget the rest: the streams were replaced, so it belongs to no frame any more."""
        self._rest = b""


class LineClock:
    """Lets time pass when the line is silent in the strict sense: a far end that stops sending (comfort noise,
    lost packets) must not stop the endpointer. Missing sound becomes silence; no sample that came is dropped,
    so a sender whose clock runs fast adds no delay: its samples are used as they come.
    """

    def __init__(self, late: float = LATE_SECONDS) -> None:
        self._late = round(late * RATE)
        self._owed = 0.0  # samples by which the sound lags behind the clock

    def fill(self, seconds: float, samples: Int16) -> Int16:
        """The samples, preceded by the silence that is missing up to now."""
        self._owed += seconds * RATE - samples.size
        if self._owed < 0.0:
            self._owed = 0.0  # a burst after a gap, or a fast clock
        if self._owed <= self._late:
            return samples
        missing = int(self._owed)
        self._owed -= missing
        return np.concatenate([np.zeros(missing, dtype=np.int16), samples])

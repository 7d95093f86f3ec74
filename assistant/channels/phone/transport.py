"""What a call needs of a telephone line, whatever stack carries it: the `AudioTransport` port.

Sound is 8 kHz mono int16 in frames of 20 ms. All time in a call comes from the events of its transport, so a
scripted transport runs a call in virtual time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Int16 = NDArray[np.int16]
RATE = 8_000
FRAME_SAMPLES = 160
FRAME_BYTES = FRAME_SAMPLES * 2
FRAME_SECONDS = FRAME_SAMPLES / RATE


@dataclass(frozen=True)
class Sound:
    """`seconds` of the call have passed; `samples` (8 kHz, whole frames, perhaps none) came in during them."""

    samples: Int16
    seconds: float


@dataclass(frozen=True)
class Key:
    """A DTMF key 0-9, *, # or A-D, with the seconds of the call at which it was reported."""

    digit: str
    at: float


@dataclass(frozen=True)
class Gone:
    """The call is over; nothing comes after it."""

    reason: str


Event = Sound | Key | Gone


class AudioTransport(Protocol):
    """One answered call."""

    @property
    def held(self) -> bool:
        """The far end has put us on hold: nobody hears us."""

    async def next(self) -> Event:
        """The next event; at least one `Sound` every 100 ms, also when no sound arrives. `Gone` for ever after."""

    def play(self, samples: Int16) -> None:
        """Queue samples for the far end. Never blocks; after the end of the call they are dropped."""

    def backlog(self) -> int:
        """Samples that were played and have not left yet."""

    def flush(self) -> int:
        """Drop what has not left yet; how many samples that was."""

    async def transfer(self, target: str) -> bool:
        """Hand the caller to a SIP address. True when the far end reports success: the call is over then."""

    async def hangup(self) -> None:
        """End the call. Does nothing on a call that is over."""

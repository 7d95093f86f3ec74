"""What the terminal needs from outside, as ports: a turn, ears, a mouth, a voice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from audio.hearing import Heard


class TurnReply(Protocol):
    """The parts of a reply that a terminal needs (assistant.turn.Reply has them)."""

    @property
    def speech(self) -> str: ...
    @property
    def display(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def expecting(self) -> Mapping[str, Any] | None: ...
    @property
    def dialect(self) -> str: ...
    @property
    def rate(self) -> float: ...
    @property
    def volume(self) -> float: ...


TakeTurn = Callable[[str, str | None, Heard | None], TurnReply]
"""(conversation, typed text or None, what was heard or None) → the reply."""


class Ears(Protocol):
    @property
    def listens_while_speaking(self) -> bool:
        """False: our own voice comes back and is not taken away, so only the button interrupts."""

    def read(self) -> bytes: ...
    def flush(self) -> None: ...


class Mouth(Protocol):
    @property
    def playing(self) -> bool:
        """Raises audio.devices.DeviceError when the loudspeaker is gone."""

    def play(self, wav: bytes) -> None: ...
    def duck(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> None: ...


Voice = Callable[[str, str, float, float], Iterator[tuple[str, bytes]]]

"""How long one speaker pauses inside sentences, learnt within one conversation. Pure: seconds in, seconds out."""

from __future__ import annotations

from collections import deque

RESUMED = 2.0  # seconds after our end of a turn within which new speech means that it was no end


LONG = 0.8  # seconds of a pause that says by itself that this speaker takes time


class Pace:
    """The pauses of one speaker within one conversation; a new conversation starts a new one."""

    def __init__(self) -> None:
        self._pauses: deque[float] = deque(maxlen=24)
        self._cut_off = self._waited = 0.0

    def paused(self, seconds: float) -> None:
        """A pause inside a turn: silence after which the same speaker went on."""
        if seconds >= 0.15:
            self._pauses.append(seconds)

    def ended(self, waited: float) -> None:
        """A turn of this speaker was ended after so many seconds of silence."""
        self._waited = waited

    def resumed(self, seconds: float) -> None:
        """The speaker took the word back so many seconds after that end: if soon, we had cut them off."""
        if self._waited and seconds <= RESUMED:
            self.was_cut_off(self._waited + seconds)
        self._waited = 0.0

    def was_cut_off(self, seconds: float) -> None:
        """We ended a turn, and the speaker went on after `seconds` of silence."""
        self._cut_off = max(self._cut_off, seconds)
        self._pauses.append(seconds)

    @property
    def cut_off(self) -> bool:
        """We have ended a turn of this speaker too early before."""
        return self._cut_off > 0.0

    def delay(self) -> float:
        """What this speaker needs: the 9th decile of the pauses and a margin; before three, a long one and a margin."""
        longest = self._cut_off + 0.3 if self._cut_off else 0.0
        if len(self._pauses) < 3:
            slow = [pause for pause in self._pauses if pause >= LONG]
            return max([longest, *(pause + 0.3 for pause in slow)])
        ordered = sorted(self._pauses)
        return max(longest, ordered[int(0.9 * (len(ordered) - 1))] + 0.3)

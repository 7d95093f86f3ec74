"""The keys of the telephone: digits as typed text, 0 for a person, * for once more. Pure, in the call's seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

DOUBLED = 0.06  # the same key within 60 ms came twice: in-band tone and RFC 4733 event (peers.md #57)
TYPING = 2.5  # a pause this long ends a number
ZERO = 1.0  # a lone 0 may still be the beginning of a number this long
ID_LENGTH = 18
LONGEST = 32
_ORDINALS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Pressed:
    """What the caller wants by keys: `digits` typed, a `person`, `again`, or `end` of their spoken turn."""

    kind: Literal["digits", "person", "again", "end"]
    digits: str = ""


class KeyPad:
    """Collects the keys of one call. `digits_asked`: the open question wants a number, so 0 is only a digit."""

    def __init__(self) -> None:
        self._typed = ""
        self._at = 0.0
        self._last = ("", -1.0)
        self._digits_asked = False

    @property
    def typing(self) -> bool:
        return bool(self._typed)

    def press(self, digit: str, at: float, *, digits_asked: bool = False) -> Pressed | None:
        """A key at `at` seconds; what it completes, if anything."""
        key, when = self._last
        self._last = (digit, at)
        if key == digit and at - when < DOUBLED:
            return None
        self._at, self._digits_asked = at, digits_asked
        if digit == "#":
            return self._finish() if self._typed else Pressed("end")
        if digit == "*":
            return self._star()
        if digit.isdigit():
            self._typed = (self._typed + digit)[-LONGEST:]
            if digits_asked and len(self._typed) == ID_LENGTH:
                return self._finish()
        return None

    def step(self, now: float) -> Pressed | None:
        """Time has passed up to `now`."""
        if not self._typed:
            return None
        lone_zero = not self._digits_asked and not self._typed.strip("0")
        return self._finish() if now - self._at >= (ZERO if lone_zero else TYPING) - 1e-9 else None

    def _star(self) -> Pressed:
        """Once more; after 17 digits of an ID number it is the X at its end, as on other hotlines."""
        if self._digits_asked and len(self._typed) == ID_LENGTH - 1:
            self._typed += "X"
            return self._finish()
        self._typed = ""
        return Pressed("again")

    def _finish(self) -> Pressed:
        typed, self._typed = self._typed, ""
        if not self._digits_asked and not typed.strip("0"):
            return Pressed("person")
        return Pressed("digits", typed)


def typed_text(digits: str, expecting: Mapping[str, Any] | None) -> str:
    """Typed digits as the text of a turn: one digit at a choice is “第二个”."""
    if (expecting or {}).get("kind") == "choice" and len(digits) == 1 and digits != "0":
        return f"第{_ORDINALS[int(digits)]}个"
    return digits

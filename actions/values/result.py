"""What a value parser answers: a value, a piece of one, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Value:
    """A whole value in its stored form (ISO date, ID, digits, yuan) and the words it came from."""

    value: str
    said: str = ""


@dataclass(frozen=True)
class Partial:
    """First digits of a number that is said in groups; say on."""

    digits: str


@dataclass(frozen=True)
class Wrong:
    """Nothing usable: the sentence that says why, with its parameters."""

    sentence: str
    params: Mapping[str, Any] = field(default_factory=dict)


Result = Value | Partial | Wrong

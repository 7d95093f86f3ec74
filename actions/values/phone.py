"""Telephone numbers: mobile 1[3-9] and nine digits; landline with its area code, 10–12 digits."""

from __future__ import annotations

import re

from actions.values.digits import runs
from actions.values.result import Partial, Result, Value, Wrong

_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d\d)[2-8]\d{6,7}")
_AGAIN = re.compile(r"从头|重新|重来|再念一遍|不对|错了|说错|念错|不是")
_SAID_86 = re.compile(r"^86(?=1[3-9])")


def valid(number: str) -> bool:
    """Whether digits are a mobile number or a landline with its area code."""
    return bool(_MOBILE.fullmatch(number) or _LANDLINE.fullmatch(number))


def parse(text: str, *, so_far: str = "") -> Result:
    """An answer to “电话？”. A mobile number said in groups is collected like an ID number."""
    ends = [match.end() for match in _AGAIN.finditer(text)]
    tail = text[ends[-1] :] if ends else text
    if ends:
        so_far = "" if runs(tail) or not runs(text) else so_far
    if found := find(tail):
        return Value(found[0], found[0])
    said = _SAID_86.sub("", "".join(run.digits for run in runs(tail)))
    if not said:
        return Wrong("wrong_phone", {"count": 0})
    whole = said if so_far and said.startswith(so_far) else so_far + said
    if valid(whole):
        return Value(whole, whole)
    if len(whole) < 11 and re.match(r"1[3-9]?|0", whole) and not valid(whole):
        return Partial(whole)
    return Wrong("wrong_phone", {"count": len(whole)})


def find(text: str) -> tuple[str, tuple[int, int]] | None:
    """A whole number anywhere in a sentence and its place in it; never part of a longer group."""
    for run in runs(text, tens=False):
        for digits, start, stop in run.windows():
            if valid(number := _SAID_86.sub("", digits)):
                return number, run.part(start, stop)
    return None

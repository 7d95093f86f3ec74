"""Citizen ID numbers by GB 11643-1999: 17 digits and a check character, said in groups or at once.

Weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, sum mod 11 → 1 0 X 9 8 7 6 5 4 3 2; digits 7–14 are a birth
date that exists and does not lie ahead. The division code is not checked against today's
list (old codes stay valid). Nothing is repaired: a number that does not check is asked for again.
"""

from __future__ import annotations

import re
from datetime import date

from actions.values.digits import runs, spaced
from actions.values.result import Partial, Result, Value, Wrong

LENGTH = 18
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_AGAIN = re.compile(r"从头|重新|重来|再念一遍|不对|错了|说错|念错|不是")
_NO_MORE = re.compile(r"完了|没了|就这些|念完|说完|没有了")
_ENDS_IN_TEN = re.compile(r"十\W*$")
_LAST_IS_X = re.compile(r"(?:最后|尾|末)[一位号个的字数是]*\s*(?:叉|艾克斯|埃克斯|[Xx])")


def check_character(first17: str) -> str:
    """The 18th character for 17 digits."""
    return _CHECK[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def birth_date(number: str) -> date | None:
    """The birth date in digits 7–14, or None where there is no such day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def valid(number: str, today: date) -> bool:
    """Whether 18 characters are an ID number: check character and a birth date from 1900 up to `today`."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", number) or check_character(number[:17]) != number[17]:
        return False
    born = birth_date(number)
    return born is not None and date(1900, 1, 1) <= born <= today


def parse(text: str, *, today: date, so_far: str = "") -> Result:
    """An answer to “身份证号？”: the digits of `text` after those already said (`so_far`)."""
    tail = text[_last_again(text) :]
    if (tail != text and runs(tail, cross=True)) or (_AGAIN.search(text) and not runs(text, cross=True)):
        so_far = ""
    said = _digits(tail)
    whole = _joined(so_far, said)
    if _ENDS_IN_TEN.search(tail) and not valid(whole, today):
        crossed = _joined(so_far, _digits(_ENDS_IN_TEN.sub("X", tail)))
        whole = crossed if valid(crossed, today) else whole
    if len(whole) == LENGTH:
        return _checked(whole, today)
    if len(whole) > LENGTH or "X" in whole:
        return Wrong("wrong_id_length", {"count": len(whole)})
    if not said or _NO_MORE.search(text):
        return Wrong("wrong_id_length", {"count": len(whole)})
    return Partial(whole)


def find(text: str, *, today: date) -> tuple[str, tuple[int, int]] | None:
    """A whole valid ID number anywhere in a sentence and its place in the folded text, or None."""
    for run in runs(text, cross=True):
        for digits, start, stop in run.windows():
            if valid(digits, today):
                return digits, run.part(start, stop)
        for start in {0, len(run.digits) - LENGTH} if len(run.digits) > LENGTH else set():
            if valid(number := run.digits[start : start + LENGTH], today):
                return number, run.part(start, start + LENGTH)
    return None


def _digits(text: str) -> str:
    return "".join(run.digits for run in runs(_LAST_IS_X.sub("X", text), cross=True))


def _joined(so_far: str, said: str) -> str:
    if not so_far or len(said) == LENGTH:
        return said
    if len(said) >= 6 and said.startswith(so_far[:6]) and len(so_far) >= 6:
        return said
    return so_far + said


def _checked(whole: str, today: date) -> Result:
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", whole) or check_character(whole[:17]) != whole[17]:
        return Wrong("wrong_id_check", {"digits": spaced(whole)})
    if not valid(whole, today):
        return Wrong("wrong_id_date")
    return Value(whole, whole)


def _last_again(text: str) -> int:
    ends = [match.end() for match in _AGAIN.finditer(text)]
    return ends[-1] if ends else 0

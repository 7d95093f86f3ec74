"""Spoken digits: 幺 两 〇 洞 拐 勾, full-width, pauses and fillers, “三个八”, “二十一” inside a number.

`runs` finds every stretch of digits in a sentence and keeps its groups, so that a phone and an ID number
said in one breath can be told apart. Nothing is guessed: a character that is not a digit word ends a run.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

DIGITS = {
    **{c: "0" for c in "0零〇洞○"},
    **{c: "1" for c in "1一幺么妖夭吆壹"},
    **{c: "2" for c in "2二两贰"},
    **{c: "3" for c in "3三叁"},
    **{c: "4" for c in "4四肆"},
    **{c: "5" for c in "5五伍"},
    **{c: "6" for c in "6六陆"},
    **{c: "7" for c in "7七柒拐"},
    **{c: "8" for c in "8八捌"},
    **{c: "9" for c in "9九玖勾"},
}
_PAUSE = re.compile(r"[\s,，、;；.。…·\-—_]+|嗯+|呃+|啊+|哦+|额+|那个|然后|接着|后面|再就是|就是")
_TIMES = {"两": 2, "俩": 2, "双": 2, "二": 2, "三": 3, "四": 4, "五": 5, "2": 2, "3": 3, "4": 4, "5": 5}
_REPEAT = re.compile(r"([两二三四五2345])个([0-9零〇洞○一幺二两三四五六七八九])")
_PAIR = re.compile(r"[俩双]([0-9零〇洞○一幺二三四五六七八九])")
_TENS = re.compile(r"([一二三四五六七八九])?十([一二三四五六七八九])?")
_NO_NUMBER = re.compile(
    r"一(?:下|会儿?|遍|样|起|直|定|些|点儿?(?![零〇一二两三四五六七八九十\d])|切|共|般|边)|万一|统一"
)
_CROSS = re.compile(r"艾克斯|埃克斯|叉叉?|[Xx×✕＊*]")


@dataclass(frozen=True)
class Run:
    """Digits said in one stretch: pieces between pauses, and for each digit its place in the folded text."""

    groups: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    @property
    def digits(self) -> str:
        """All digits of the run."""
        return "".join(self.groups)

    def part(self, start: int, stop: int) -> tuple[int, int]:
        """Where digits `start` to `stop` (not included) stand in the folded text."""
        return self.spans[start][0], self.spans[stop - 1][1]

    def windows(self) -> Iterator[tuple[str, int, int]]:
        """Every series of whole groups: digits, first digit's index, index after the last; longest first."""
        edges = [0]
        for group in self.groups:
            edges.append(edges[-1] + len(group))
        pairs = [(a, b) for a in edges for b in edges if a < b]
        for a, b in sorted(pairs, key=lambda pair: pair[0] - pair[1]):
            yield self.digits[a:b], a, b


def fold(text: str) -> str:
    """Full-width to half-width, traditional forms of width only; length may change, meaning never."""
    return unicodedata.normalize("NFKC", text)


def runs(text: str, *, cross: bool = False, tens: bool = True) -> tuple[Run, ...]:
    """Every stretch of digits in `text` (folded first). With `cross`, X and its names count as a digit `X`.

    With `tens`, 二十一 is 21 and 十 is 10 (as in a birth date said inside an ID number).
    """
    found: list[Run] = []
    groups: list[str] = []
    spans: list[tuple[int, int]] = []
    gap = True
    for piece, kind, at, stop in _pieces(fold(text), cross=cross, tens=tens):
        if kind == "digits":
            if gap:
                groups.append("")
            groups[-1] += piece
            spans += [(at, stop)] * len(piece)
            gap = False
        elif kind == "pause":
            gap = True
        elif groups:
            found.append(Run(tuple(groups), tuple(spans)))
            groups, spans, gap = [], [], True
    return (*found, Run(tuple(groups), tuple(spans))) if groups else tuple(found)


def all_digits(text: str, *, cross: bool = False) -> str:
    """Every digit of `text` in order, whatever stands between."""
    return "".join(run.digits for run in runs(text, cross=cross))


def spaced(digits: str) -> str:
    """`110105` → `1 1 0 1 0 5`, to be read one by one."""
    return " ".join(digits)


def _pieces(text: str, *, cross: bool, tens: bool) -> Iterator[tuple[str, str, int, int]]:
    at = 0
    while at < len(text):
        if match := _REPEAT.match(text, at):
            yield DIGITS[match[2]] * _TIMES[match[1]], "digits", at, match.end()
        elif match := _PAIR.match(text, at):
            yield DIGITS[match[1]] * 2, "digits", at, match.end()
        elif tens and (match := _TENS.match(text, at)) and _is_tens(text, match):
            yield f"{DIGITS[match[1] or '一']}{DIGITS[match[2] or '零']}", "digits", at, match.end()
        elif match := _NO_NUMBER.match(text, at):
            yield match[0], "other", at, match.end()
        elif text[at] in DIGITS:
            yield DIGITS[text[at]], "digits", at, at + 1
            at += 1
            continue
        elif cross and (match := _CROSS.match(text, at)):
            yield "X", "digits", at, match.end()
        elif match := _PAUSE.match(text, at):
            yield match[0], "pause", at, match.end()
        else:
            yield text[at], "other", at, at + 1
            at += 1
            continue
        at = match.end()


def _is_tens(text: str, match: re.Match[str]) -> bool:
    """十 is a number of two digits only where it does not stand in a longer word or after 个."""
    return "十" in match[0] and text[match.end() : match.end() + 1] not in {"百", "千", "万"}

"""Takes personal data out of what people said before it is kept: numbers, plates, addresses of mail, names.

By rule, not by model, so that it can be read and tested. A name is masked where a word before it announces one
(“我叫…”), where a title follows (“…大爷”), and where a frequent family name stands before two characters that
are hardly anything but given names. Names of one given character in running text and bare “老王” stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

NAMES = Path(__file__).with_name("names.yml")
ORDINARY = Path(__file__).with_name("ordinary.txt")
NUMBER, NAME, PLATE, MAIL = "（号码）", "（姓名）", "（车牌）", "（邮箱）"
MASKS = (NUMBER, NAME, PLATE, MAIL)

_DIGIT = "[0-9０-９零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖xXＸ]"
_PAUSE = r"(?:[\s,，、.。…·_\-—－]|嗯|呃|啊|哦|那个|然后|再)"
_NUMBERS = re.compile(f"{_DIGIT}(?:{_PAUSE}{{0,8}}{_DIGIT}){{5,}}")
"""Six digits or more, spoken or written, with pauses between: ID and phone numbers, cards, accounts, codes."""
_PLATES = re.compile(
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][·.]?[A-Za-z0-9]{5,6}"
)
_MAILS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PUBLIC = re.compile(r"11\d|12[0-2]|12\d{3}|9[56]\d{3}|9[56]")
_SPOKEN = str.maketrans("０１２３４５６７８９零〇○幺一二两三四五六七八九", "012345678900011223456789")
_HAN = "[一-龥]"


def masked(text: str) -> str:
    """The text with numbers of six digits and more, plates, mail addresses and names replaced.

    >>> masked("我叫王秀英，电话一三八零零一二三四五六，老年证咋办")
    '我叫（姓名），电话（号码），老年证咋办'
    """
    text = _MAILS.sub(MAIL, text)
    text = _PLATES.sub(PLATE, text)
    text = _NUMBERS.sub(_number, text)
    words = _words()
    text = words.shown.sub(_shown, words.told.sub(_announced, text))
    text = words.about.sub(_shown, text)
    text = words.titled.sub(rf"\g<before>{NAME}\g<title>", text)
    return words.bare.sub(_bare, text)


def without_masks(text: str) -> str:
    """The text with the masks left out, for wordings that are learned from."""
    for mask in MASKS:
        text = text.replace(mask, "")
    return text


@dataclass(frozen=True)
class _Words:
    told: re.Pattern[str]
    shown: re.Pattern[str]
    about: re.Pattern[str]
    titled: re.Pattern[str]
    bare: re.Pattern[str]
    families: frozenset[str]
    given: frozenset[str]
    not_names: re.Pattern[str]
    endings: frozenset[str]
    ordinary: frozenset[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    content = yaml.safe_load(NAMES.read_text(encoding="utf-8"))
    frequent, rare, strong, everyday = (
        "".join(content[key].split()) for key in ("frequent", "rare", "given", "everyday")
    )
    double = "|".join(content["double"])
    family = f"(?:{double}|[{frequent}{rare}])"
    told, shown, titles = (_any_of(content[key]) for key in ("told", "shown", "titles"))
    ordinary = ORDINARY.read_text(encoding="utf-8").split() if ORDINARY.is_file() else []
    return _Words(
        told=re.compile(f"(?P<cue>(?:{told})(?:[是:：做作]|\\s)*)(?P<rest>{_HAN}(?:{_HAN}|·)*)"),
        shown=re.compile(
            f"(?P<cue>{shown})(?:{family}[{strong}{everyday}]{{2}}|{family}{_HAN}{{1,2}}(?!{_HAN}))"
        ),
        about=re.compile(
            f"(?P<cue>{_any_of(content['about'])})(?:(?:{double}|[{frequent}])[{strong}{everyday}]{{2}}"
            f"|[{frequent}][{strong}](?={_any_of(content['after'])}|[，,。！？!?\\s]|$))"
        ),
        titled=re.compile(
            f"(?P<before>(?<!{_HAN})|[找给帮替和跟与同叫是为问请喊让被由])"
            f"(?:(?:{double}|[{frequent}])[{strong}{everyday}]{{0,2}}|[{rare}][{strong}{everyday}]{{1,2}})(?P<title>{titles})"
        ),
        bare=re.compile(f"(?:{double}|[{frequent}])[{strong}]{{2}}"),
        families=frozenset([*content["double"], *frequent, *rare]),
        given=frozenset(strong + everyday),
        not_names=re.compile("|".join(map(re.escape, content["not_names"]))),
        endings=frozenset("".join(content["endings"].split())),
        ordinary=frozenset(ordinary),
    )


def _any_of(words: list[str]) -> str:
    return "|".join(map(re.escape, sorted(map(str, words), key=len, reverse=True)))


def _announced(match: re.Match[str]) -> str:
    """After “我叫”: a foreign name whole, a family name with one or two more, or a short word standing alone."""
    words, rest = _words(), match["rest"]
    if words.not_names.match(rest):
        return match[0]
    if "·" in rest:
        length = len(rest)
    elif rest[:2] in words.families or rest[0] in words.families:
        length = 3 if rest[:2] in words.families else 2
        if len(rest) > length and (rest[length] in words.given or len(rest) == length + 1):
            length += 1
    elif 2 <= len(rest) <= 4:
        length = len(rest)
    else:
        return match[0]
    return match["cue"] + NAME + rest[length:]


def _shown(match: re.Match[str]) -> str:
    """After “我是”: a family name and two given characters, or one or two more before a pause."""
    words, name = _words(), match[0].removeprefix(match["cue"])
    family = 2 if name[:2] in words.families else 1
    known = all(character in words.given for character in name[family:])
    other = name in words.ordinary or words.not_names.match(name)
    kept = other or (not known and name[-1] in words.endings)
    return match[0] if kept else match["cue"] + NAME


def _number(match: re.Match[str]) -> str:
    """Several public numbers in a row (“打110、120”) are no one's number."""
    pieces = [piece.translate(_SPOKEN) for piece in re.split(f"{_PAUSE}+", match[0])]
    return match[0] if all(map(_PUBLIC.fullmatch, pieces)) else NUMBER


def _bare(match: re.Match[str]) -> str:
    return match[0] if match[0] in _words().ordinary else NAME

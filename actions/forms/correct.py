"""Corrections: 电话错了，是139…; 名字不对; 不是李秀英是李秀音. Which value is meant, and the new words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.definitions import Definition, Input
from actions.forms.state import State, filled
from actions.forms.wording import said
from actions.values.digits import fold

_FALSE_FRIENDS = re.compile(r"没错|不错|冇错|弗错")
_ERROR = re.compile(
    r"不对|不是|错|改成|改为|改|换成|更正|纠正|有误|搞混|弄混|说成|听成|写成|记成|唔对|唔系|勿对|弗对|毋对|重新[说报念]"
)
_VALUE_AFTER = re.compile(
    r"(?:应该是|应当是|改成|改为|换成|就是|正确的是|是|系|为|：|:|叫|喊|，|,|。|\s)+(?!不对|错)(?P<value>.+)$"
)
_ALSO = {
    "person-name": ("名字", "姓名", "名", "姓"),
    "id-number": ("身份证号码", "身份证号", "身份证", "证号"),
    "phone": ("电话号码", "手机号码", "电话号", "手机号", "电话", "手机"),
    "date": ("日期", "日子", "时间", "哪天"),
    "money": ("金额", "钱数", "钱", "多少钱"),
    "place": ("地方", "地址", "地点", "住址", "哪里"),
    "plate": ("车牌号", "车牌", "牌照"),
    "case-number": ("收件号", "单号", "编号", "代码"),
    "text": (),
    "choice": (),
}


@dataclass(frozen=True)
class Correction:
    """The input whose value is wrong and the words that may hold the right one (or nothing)."""

    input: Input
    rest: str


def find(definition: Definition, state: State, text: str, intent: str | None) -> Correction | None:
    """What the sentence corrects, or None: a word of error (or the intent) and the name of a value."""
    plain = _FALSE_FRIENDS.sub("", fold(text))
    if not (_ERROR.search(plain) or intent == "correct_value"):
        return None
    if target := _by_label(definition, state, plain):
        return Correction(target[0], _rest(plain, target[1]))
    return _by_old_value(definition, state, plain)


def _by_label(definition: Definition, state: State, text: str) -> tuple[Input, int] | None:
    """The input whose name stands nearest before or after the error word; longest name first."""
    best: tuple[int, int, Input, int] | None = None
    known = {i.id for i in filled(definition, state)}
    for input in definition.inputs:
        if input.id not in known:
            continue
        for rank, name in enumerate(dict.fromkeys((input.label, *_ALSO[input.type]))):
            at = text.find(name)
            if at < 0:
                continue
            candidate = (-len(name), rank, input, at + len(name))
            if best is None or candidate[:2] < best[:2]:
                best = candidate
    return (best[2], best[3]) if best else None


def _by_old_value(definition: Definition, state: State, text: str) -> Correction | None:
    """不是李秀英，是李秀音: the old value itself says which one is meant."""
    for input in filled(definition, state):
        old = state.values[input.id]
        for shown in {old, said(input, old)}:
            match = re.search(rf"不是{re.escape(shown)}\W*(?:应该)?(?:是|系|叫)?(.*)$", text)
            if len(shown) > 1 and match:
                return Correction(input, match[1].strip())
    return None


def _rest(text: str, after: int) -> str:
    tail = text[after:]
    error = _ERROR.search(tail)
    value = _VALUE_AFTER.search(tail[error.end() :] if error else tail)
    if value:
        return value["value"].strip()
    return tail[error.end() :].strip(" ，,。的了") if error else tail.strip(" ，,。的了")

"""Places and free text: an answer without the words around it, never a question and never “不知道”."""

from __future__ import annotations

import re

from actions.values.digits import all_digits, fold
from actions.values.result import Result, Value, Wrong

LONGEST_PLACE = 60
LONGEST_TEXT = 200
_LEAD = re.compile(
    r"^(?:嗯+|呃+|啊+|哦+|额+|那个|这个|就是说?|好的?|哎|诶|喂|我说|你听着?|您听着?|[，,、。\s])+"
)
_PLACE_LEAD = re.compile(
    r"^(?:我们?家?|咱们?|他们?|她|俺们?)?(?:是|现在|目前)?(?:住在|住|在|去|就在|户口在|户口是|我是|就去|到|是)+(?:的)?"
)
_TAIL = re.compile(
    r"(?:[，,。！!、\s]|啊|呀|哈|嘛|呢|吧|噻|哦|喔|看的病|看的|报的名|报名|的人|那边|那里|这里)+$"
)
_NOTHING = re.compile(
    r"不(?:知道|晓得|清楚|记得)|没有?了?|记不(?:得|清|住)|忘了|忘记了?|随便|都行|无所谓|你说呢|算了|不想说"
)
_EMPTY = re.compile(
    r"12345|一二三四五|有个事|有件事|有点事|反映|投诉|举报|登记|诉求|意见|建议|情况|问题|事情|政府|领导|办事|我们|你们|一下|一个|一件|"
    r"[我俺想要找跟给向和对您提说讲问聊个点些下事的了啊吧嘛哈，,]"
)
_ASKS = re.compile(r"[?？]|吗$|什么|怎么|咋[个样]?|为啥|为什么|多少|哪里办|能不能|可不可以|要不要")
_CHINESE = re.compile(r"[一-龥]")


def place(text: str) -> Result:
    """The place said, as said: 2–60 characters with at least two Chinese ones."""
    plain = _PLACE_LEAD.sub("", _LEAD.sub("", fold(text).strip()))
    plain = _TAIL.sub("", plain)
    if len(_CHINESE.findall(plain)) < 2 or len(plain) > LONGEST_PLACE:
        return Wrong("wrong_place")
    if _NOTHING.fullmatch(plain) or _ASKS.search(plain):
        return Wrong("wrong_place")
    return Value(plain, plain)


def free(text: str, *, digits: int | None = None) -> Result:
    """Free text of 2–200 characters; with `digits`, exactly so many digits (银行卡后四位)."""
    if digits is not None:
        said = all_digits(text)
        return Value(said, said) if len(said) == digits else Wrong("wrong_card_tail", {"count": len(said)})
    plain = _LEAD.sub("", "".join(c for c in fold(text) if c.isprintable())).strip("，,。 \t")
    if _NOTHING.fullmatch(plain) or not re.search(r"[一-龥A-Za-z0-9]{2}", _EMPTY.sub("", plain)):
        return Wrong("wrong_text")
    return Value(plain[:LONGEST_TEXT], plain)

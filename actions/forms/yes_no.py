"""Yes and no in a few words, Mandarin and dialect; Rasa's intent counts where the words do not decide."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[\s，,。.！!？?、~…]+")
_FILL = r"(?:嗯|呃|啊|哦|噢|那|就|都|我|您|你|这|个|是说|应该)*"
_YES = re.compile(
    rf"{_FILL}(?:对|是|好|行|可以|要得|没错|冇错|不错|正确|确定|确认|同意|愿意|没问题|没得问题|中|得|系|成|要|办吧?|交|取|嗯|欧?ok|yes|是滴|对头|"
    r"弗错|着|诺|可|照办|办理|就这样|没毛病|妥|得嘞|好嘞|好咧|继续)+(?:的|滴|啊|呀|哈|嘛|吧|了|头|噻|喔|哦|咯|呢|哩|你说的|您说的|办|交|要|谢谢)*",
    re.IGNORECASE,
)
_NO = re.compile(
    rf"{_FILL}(?:不对|不是|不要|不行|不好|不可以|不同意|不办|不交|不取|不确定|不愿意|不用|不|没有|错了?|有错|搞错|弄错|说错|no|莫|莫得|"
    r"唔系|唔对|唔好|唔得|唔使|毋是|勿是|勿对|弗对|弗是|毋着|毋对|不中|不得行|不成|不得|先不|等等|暂时不)+"
    r"(?:的|滴|啊|呀|哈|嘛|吧|了|头|噻|喔|哦|咯|呢|办|交|要|谢谢|对|行|是)*",
    re.IGNORECASE,
)
_DOUBT = re.compile(r"不|错|莫|别|改|唔|勿|毋|弗")
_LONGEST = 10


def yes_or_no(text: str, intent: str | None = None) -> bool | None:
    """True, False, or None. More than ten characters are no bare yes or no: then the intent."""
    plain = _PLAIN.sub("", text)
    if len(plain) > _LONGEST:
        return _by_intent(plain, intent)
    if plain in ("1", "一"):
        return True
    if plain in ("2", "二"):
        return False
    if _NO.fullmatch(plain):
        return False
    if _YES.fullmatch(plain):
        return True
    return _by_intent(plain, intent)


def _by_intent(plain: str, intent: str | None) -> bool | None:
    if intent == "affirm" and not _DOUBT.search(plain):
        return True
    return False if intent == "deny" else None

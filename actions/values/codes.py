"""Number plates, case numbers and unified social credit codes: letters and digits, spoken or typed.

Credit codes: GB 32100-2015, 18 characters without I O Z S V, weights 3^(i−1) mod 31,
check 31 − (sum mod 31), 31 → 0.
Plates: province character, letter, five characters, six for new-energy cars (GA 36); I and O are not used.
"""

from __future__ import annotations

import re

from actions.values.digits import DIGITS, fold
from actions.values.result import Partial, Result, Value, Wrong

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTERS = {
    "艾克斯": "X",
    "埃克斯": "X",
    "达不溜": "W",
    "达布溜": "W",
    "艾弗": "F",
    "艾福": "F",
    "爱去": "H",
    "艾去": "H",
    "艾勒": "L",
    "艾姆": "M",
    "艾丝": "S",
    "艾斯": "S",
    "诶": "A",
    "欸": "A",
    "比": "B",
    "必": "B",
    "西": "C",
    "塞": "C",
    "迪": "D",
    "弟": "D",
    "伊": "E",
    "杰": "J",
    "开": "K",
    "恩": "N",
    "皮": "P",
    "酷": "Q",
    "提": "T",
    "梯": "T",
    "优": "U",
    "威": "V",
    "歪": "Y",
    "贼": "Z",
}
_PAUSE = re.compile(r"[\s,，、。·.\-—]|嗯|呃|啊|那个")
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_NONE = re.compile(r"没有|没得|没带|不知道|不晓得|找不到|丢了|不记得|记不得|忘了|冇")


def plate(text: str) -> Result:
    """The number plate in an answer: 鄂A12345."""
    for start, char in enumerate(folded := fold(text).upper()):
        if char in PROVINCES:
            tail = _letters_and_digits(folded[start + 1 :])
            if match := re.match(r"[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5,6}(?![A-Z0-9])", tail):
                return Value(char + match[0], folded[start:])
    return Wrong("wrong_plate")


def case_number(text: str, *, so_far: str = "") -> Result:
    """A receipt or case number: 4–32 letters and digits, with at least three digits."""
    code = so_far + _letters_and_digits(_after_cue(fold(text).upper()))
    if not 4 <= len(code) <= 32 or sum(c.isdigit() for c in code) < 3:
        return Wrong("wrong_case_number")
    return Value(code, code)


def has_none(text: str) -> bool:
    """Whether the answer says that there is no such number."""
    return bool(_NONE.search(text)) and not re.search(r"\d{4}", text)


def credit_code(text: str, *, so_far: str = "") -> Result:
    """A unified social credit code, said in groups if need be."""
    said = _letters_and_digits(_after_cue(fold(text).upper()))
    whole = said if len(said) == 18 else so_far + said
    if credit_code_valid(whole):
        return Value(whole, whole)
    if said and len(whole) < 18 and all(c in _CREDIT for c in whole):
        return Partial(whole)
    return Wrong("wrong_credit_code")


def credit_code_valid(code: str) -> bool:
    """Whether the check character of GB 32100 fits."""
    if len(code) != 18 or any(c not in _CREDIT for c in code):
        return False
    return credit_check_character(code[:17]) == code[17]


def credit_check_character(first17: str) -> str:
    """The 18th character for the first 17."""
    total = sum(_CREDIT.index(c) * pow(3, i, 31) for i, c in enumerate(first17))
    return _CREDIT[(31 - total % 31) % 31]


def _after_cue(text: str) -> str:
    return re.split(r"号码?[是为：:]|代码[是为：:]|上面是|写的是", text)[-1]


def _letters_and_digits(text: str) -> str:
    out = ""
    at = 0
    while at < len(text):
        name = next((n for n in _LETTERS if text.startswith(n, at)), None)
        if name:
            out, at = out + _LETTERS[name], at + len(name)
            continue
        char = text[at]
        at += 1
        if char.isascii() and char.isalnum():
            out += char
        elif char in DIGITS:
            out += DIGITS[char]
        elif out and not _PAUSE.match(char):
            break
    return out

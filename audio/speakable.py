"""Written Chinese → what a voice should say, in characters only: numbers, dates, money, 文号, telephones, …

`speakable` gives characters (for every voice), `phonetic` tone-numbered pinyin for the voice
cmn-latn-pinyin, because espeak-ng reads characters in English and polyphones wrongly (stack.md §0).
The rules run from the most to the least specific; each replaces what it understands by characters, so a
later rule sees only digits that nobody has claimed. Cantonese says 一, not 幺, and keeps its characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import partial

from audio import spoken_symbols
from audio.pinyin import tone_numbered
from audio.spoken_numbers import cardinal, decimal, digit_by_digit, money

Match = re.Match[str]
Rule = tuple[re.Pattern[str], Callable[[Match, str], str]]  # the second argument is the word for 1 in digits

_N = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_CANTONESE = {"朝阳": "潮阳", "朝早": "招早"}
"""What the Cantonese voice reads wrongly → other characters that sound right (朝 is ciu4 in 朝阳 and ziu1 in 朝早)."""
_DASH = r"\s?(?:[-－—–~～至]|——)\s?"
_NOT_AFTER, _NOT_BEFORE = r"(?<![\d.A-Za-z])", r"(?![\d])(?!\.\d)"
_MEASURES = (
    "个|位|张|年|天|次|份|人|名|口|种|项|条|套|块|元|角|分钟|小时|刻钟|周|星期|季|遍|岁|倍|万|千|亿|户|家|本|页|"
    "颗|只|件|辆|台|部|间|处|步|句|点|米|公里|公斤|斤|吨|克|升|毫升|亩|寸|平方|立方|层|栋|代|门|门课|孩|孩子|老人"
)
_NUMBERED = (
    "验证码|校验码|取件码|编号|号码|号是|受理号|单号|回执号|回执|流水号|密码|邮编|邮政编码|房间|账号|账户|卡号|证号|"
    "尾号|后四位|后六位|工号|学号|车次|热线|拨打|拨|致电|电话|手机|来电|打"
)


def speakable(text: str, dialect: str = "mandarin") -> str:
    """Characters and plain punctuation（，。！？、：；）only; no digits, no Latin letters, no symbols."""
    one = "一" if dialect == "cantonese" else "幺"
    spoken = _plain_width(text)
    for pattern, say in _RULES:
        spoken = pattern.sub(partial(_said, say=say, one=one), spoken)
    spoken = spoken_symbols.letters_and_signs(spoken)
    return spoken_symbols.tidy(spoken)


def phonetic(text: str, dialect: str = "mandarin") -> str:
    """What the espeak-ng voice of the dialect is given: pinyin with tone digits, or Cantonese characters."""
    spoken = speakable(text, dialect)
    if dialect != "cantonese":
        return tone_numbered(spoken)
    for written, respelt in _CANTONESE.items():
        spoken = spoken.replace(written, respelt)
    return spoken


def _said(match: Match, say: Callable[[Match, str], str], one: str) -> str:
    return say(match, one)


def _plain_width(text: str) -> str:
    """Full-width digits, letters and signs made narrow; Chinese punctuation stays."""
    keep = "，。！？：；（）、～①②③④⑤⑥⑦⑧⑨⑩…㎡℃"
    return "".join(
        c if c in keep else unicodedata.normalize("NFKC", c) if c not in "①②③④⑤⑥⑦⑧⑨⑩…㎡" else c for c in text
    )


def _two(following: str) -> str:
    """两 before a measure word, 二 in ordinals and digits."""
    return "两" if re.match(rf"(?:多|来|几)?(?:{_MEASURES})", following) and not _ordinal(following) else "二"


def _ordinal(following: str) -> bool:
    return bool(re.match(r"(?:年级|年前班|月(?!份起)|日|号|楼|级|类|等|期|路|班|线|条(?=规定))", following))


def _amount(number: str, match: Match) -> str:
    before, following = match.string[: match.start()], match.string[match.end() :]
    return decimal(number, two="二" if before.endswith(("第", "星期", "周", "初")) else _two(following))


def _year(year: str) -> str:
    return digit_by_digit(year, "一")


def _date(match: Match, one: str) -> str:
    year, month, day = match["y"], match["m"], match["d"]
    spoken = f"{_year(year)}年{cardinal(int(month))}月"
    return spoken + (f"{cardinal(int(day))}日" if day else "")


def _clock(match: Match, one: str) -> str:
    hour, minute, second = int(match["h"]), int(match["m"]), match["s"]
    spoken = f"{cardinal(hour, two='两')}点"
    if minute or second:
        spoken += f"{'零' if minute < 10 else ''}{cardinal(minute)}分" if minute else "零分"
    return spoken + (f"{cardinal(int(second))}秒" if second else "")


def _groups(digits: str, sizes: tuple[int, ...], one: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(digit_by_digit(digits[at : at + size], one))
        at += size
    return "，".join(part for part in parts if part)


def _long_number(match: Match, one: str) -> str:
    digits = re.sub(r"[\s-]", "", match.group())
    return _groups(digits, (4,) * (len(digits) // 4 + 1), one)


def _landline(match: Match, one: str) -> str:
    area, number = match["area"], re.sub(r"[-\s]", "", match["number"])
    parts = [digit_by_digit(area, one), _groups(number, (len(number) - 4, 4), one)]
    if match["ext"]:
        parts.append("转" + digit_by_digit(match["ext"], one))
    return "，".join(parts)


def _identity(match: Match, one: str) -> str:
    return _groups(match.group().upper(), (6, 4, 4, 4), one).replace("X", "艾克斯")


def _numbered(match: Match, one: str) -> str:
    digits = match[3]
    return (
        match[1]
        + match[2]
        + (digit_by_digit(digits, one) if len(digits) < 7 else _groups(digits, (4,) * 6, one))
    )


def _digits(match: Match, one: str) -> str:
    return digit_by_digit(match.group(), one)


def _web(match: Match, one: str) -> str:
    return spoken_symbols.web_address(match.group())


def _mail(match: Match, one: str) -> str:
    return spoken_symbols.mail_address(match.group())


def _range(match: Match, one: str) -> str:
    low, high, following = match["a"], match["b"], match.string[match.end() :]
    two = "二" if match.string[: match.start()].endswith("第") else _two(following)
    return f"{decimal(low, two=two)}到{decimal(high, two=two)}"


def _percent(number: str, sign: str) -> str:
    return ("百分之" if sign == "%" else "千分之") + decimal(number)


def _per_unit(match: Match, one: str) -> str:
    return "".join(f"每{part}" for part in re.split(r"[/·]", match.group()) if part)


_SERVICE_NUMBERS = "110|112|114|119|120|122|10000|10010|10086|11185|123\\d\\d|9[56]\\d{3}|100\\d\\d"

_RULES: list[Rule] = [
    (re.compile(r"(?:https?://|www\.)[\w./?=&%#:~+-]+", re.ASCII), _web),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII), _mail),
    (re.compile(r"(?m)^\s*[(（]?(\d{1,2})(?:[)）]|[.．](?!\d))\s*"),
     lambda m, one: f"第{cardinal(int(m[1]))}，"),
    (re.compile(r"[〔\[【（(](?P<y>(?:19|20)\d\d)[〕\]】）)]\s*(?:第)?(?P<n>\d+)\s*号"),
     lambda m, one: f"{_year(m['y'])}年{cardinal(int(m['n']))}号"),
    (re.compile(rf"{_NOT_AFTER}(?P<y>(?:19|20)\d\d)(?P<s>[-/.])(?P<m>0?[1-9]|1[0-2])(?P=s)"
                rf"(?P<d>3[01]|[12]\d|0?[1-9])(?=[T\s]\d\d?:|{_NOT_BEFORE}(?![A-Za-z-]))T?"), _date),
    (re.compile(rf"{_NOT_AFTER}(?P<y>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])(?P<d>){_NOT_BEFORE}(?![-A-Za-z])"),
     _date),
    (re.compile(rf"{_NOT_AFTER}((?:19|20)\d\d){_DASH}((?:19|20)\d\d)(?=年|学年)"),
     lambda m, one: f"{_year(m[1])}到{_year(m[2])}"),
    (re.compile(rf"{_NOT_AFTER}((?:1[89]|20)\d\d)(?=\s?年(?!以上|以下|限|期))"), lambda m, one: _year(m[1])),
    (re.compile(rf"{_NOT_AFTER}\d{{4}}(?:\s\d{{4}}){{2,3}}(?:\s\d{{1,3}})?{_NOT_BEFORE}"), _long_number),
    (re.compile(rf"(?<=[:：][0-5]\d){_DASH}(?=\d{{1,2}}[:：]\d\d)"), lambda m, one: "到"),
    (re.compile(rf"(?<![\d\w])[-−](?={_N}\s?(?:℃|°C|度|摄氏度))"), lambda m, one: "零下"),
    (re.compile(rf"{_NOT_AFTER}(?P<h>[01]?\d|2[0-4])[:：](?P<m>[0-5]\d)(?:[:：](?P<s>[0-5]\d))?{_NOT_BEFORE}"),
     _clock),
    (re.compile(rf"{_NOT_AFTER}\d{{6}}(?:19|20)\d{{2}}(?:0[1-9]|1[0-2])[0-3]\d\d{{3}}[\dXx](?![\dA-Za-z])"),
     _identity),
    (re.compile(rf"{_NOT_AFTER}(?:\+?86[-\s]?)?(1[3-9]\d)[-\s]?(\d{{4}})[-\s]?(\d{{4}}){_NOT_BEFORE}"),
     lambda m, one: "，".join(digit_by_digit(part, one) for part in m.groups())),
    (re.compile(rf"{_NOT_AFTER}[(（]?(?P<area>0\d{{2,3}})[)）]?[-\s]?(?P<number>\d{{3,4}}[-\s]?\d{{4}})"
                rf"(?:\s?(?:-|转)\s?(?P<ext>\d{{1,5}}))?{_NOT_BEFORE}"), _landline),
    (re.compile(rf"{_NOT_AFTER}([48]00)[-\s]?(\d{{3}})[-\s]?(\d{{4}}){_NOT_BEFORE}"),
     lambda m, one: "，".join(digit_by_digit(part, one) for part in m.groups())),
    (re.compile(r"(?<![A-Za-z\d])(?=[A-Z\d-]*[A-Z])(?=[A-Z\d-]*\d)[A-Z\d][A-Z\d-]{3,}(?![A-Za-z\d])"),
     lambda m, one: spoken_symbols.code(m.group(), one)),
    (re.compile(rf"[¥￥]\s?({_N})(万|亿)?元?"),
     lambda m, one: decimal(m[1], two="两") + m[2] + "元" if m[2] else money(m[1])),
    (re.compile(rf"{_NOT_AFTER}({_N})\s?(%|‰){_DASH}({_N})\s?(?:%|‰)"),
     lambda m, one: f"{_percent(m[1], m[2])}到{_percent(m[3], m[2])}"),
    (re.compile(rf"{_NOT_AFTER}({_N}){_DASH}({_N})\s?(%|‰)"),
     lambda m, one: f"{_percent(m[1], m[3])}到{_percent(m[2], m[3])}"),
    (re.compile(rf"({_N})\s?(%|‰)"), lambda m, one: _percent(m[1], m[2])),
    (re.compile(rf"({_NUMBERED})(\s?(?:为|是|号|:|：)?\s?)(\d{{3,}}){_NOT_BEFORE}(?!\s?(?:{_MEASURES}|多|余))"),
     _numbered),
    (re.compile(rf"{_NOT_AFTER}(?:{_SERVICE_NUMBERS}){_NOT_BEFORE}(?!\s?(?:{_MEASURES}|多|余|到|/|,|{_DASH}\d|×))"),
     _digits),
    (re.compile(rf"{_NOT_AFTER}\d{{3,4}}(?=室|房(?!子|屋)|号房|号病房|包间)"), _digits),
    (re.compile(rf"{_NOT_AFTER}\d{{8,}}{_NOT_BEFORE}(?!\s?(?:{_MEASURES}))"), _long_number),
    (re.compile(rf"{_NOT_AFTER}({_N})\s?(km/h|kWh|m²|m2|m³|m3|㎡|km²|[kK]g|[kK]m|cm|mm|m|mg|g|t|ml|mL|L|h|min|s|℃|°C|GB|MB|"
                r"KB)(?![A-Za-z])"),
     lambda m, one: decimal(m[1], two="两") + spoken_symbols.UNITS[m[2]]),
    (re.compile(rf"{_NOT_AFTER}(\d{{1,2}})/(\d{{1,3}}){_NOT_BEFORE}(?!/|年|月)"),
     lambda m, one: f"{cardinal(int(m[2]))}分之{cardinal(int(m[1]))}"),
    (re.compile(rf"{_NOT_AFTER}(?P<a>{_N}){_DASH}(?P<b>{_N}){_NOT_BEFORE}(?!-)"), _range),
    (re.compile(rf"{_NOT_AFTER}(\d+(?:,\d{{3}})*\.\d{{1,2}})(元|块)(?!钱)"),
     lambda m, one: money(m[1], m[2])),
    (re.compile(r"(?<=[元角分次个人份月年天米])(?:[/·](?:人|月|年|天|日|次|户|份|亩|平方米|度|"
                r"小时|公里|学期|学年|件|张|本))+"),
     _per_unit),
    (re.compile(rf"(?<![\d\w])[-−]({_N})"), lambda m, one: "负" + decimal(m[1])),
    (re.compile(r"(?<![\d.])(\d{1,3})[:：](\d{1,3})(?!\d)"),
     lambda m, one: f"{cardinal(int(m[1]))}比{cardinal(int(m[2]))}"),
    (re.compile(_N), lambda m, one: _amount(m.group(), m)),
]  # fmt: skip

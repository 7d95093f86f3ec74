"""Letters, units, signs, addresses on the web: said in characters, so that a Chinese voice can say them."""

from __future__ import annotations

import re

from audio.spoken_numbers import digit_by_digit

UNITS = {
    "km/h": "公里每小时", "kWh": "度", "m²": "平方米", "m2": "平方米", "㎡": "平方米",
    "m³": "立方米", "m3": "立方米",
    "km²": "平方公里", "kg": "公斤", "Kg": "公斤", "km": "公里", "Km": "公里", "cm": "厘米",
    "mm": "毫米", "m": "米",
    "mg": "毫克", "g": "克", "t": "吨", "ml": "毫升", "mL": "毫升", "L": "升", "h": "小时",
    "min": "分钟", "s": "秒",
    "℃": "摄氏度", "°C": "摄氏度", "GB": "吉字节", "MB": "兆字节", "KB": "千字节",
}  # fmt: skip

_NAMES = "诶 必 西 迪 伊 艾弗 吉 艾尺 艾 杰 开 艾勒 艾姆 恩 欧 批 丘 阿尔 艾丝 提 优 维 达不溜 艾克斯 歪 贼德"
LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _NAMES.split(), strict=True))

_SIGNS = {
    "㎡": "平方米", "℃": "摄氏度", "°": "度", "%": "百分号", "+": "加", "=": "等于",
    "≥": "大于等于", "≤": "小于等于",
    ">": "大于", "<": "小于", "≈": "约", "×": "乘", "÷": "除以", "&": "和", "@": "艾特",
    "#": "井号", "*": "星号", "→": "，",
    "①": "第一，", "②": "第二，", "③": "第三，", "④": "第四，", "⑤": "第五，", "⑥": "第六，",
    "⑦": "第七，", "⑧": "第八，",
    "⑨": "第九，", "⑩": "第十，", "/": "或", "¥": "元", "￥": "元", "$": "美元",
}  # fmt: skip

_WORDS = {
    "wifi": "无线网",
    "wi-fi": "无线网",
    "ok": "好",
    "no.": "编号",
    "e-mail": "电子邮件",
    "email": "电子邮件",
}

_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af〇"


def spell(letters: str) -> str:
    """ETC → 伊提西."""
    return "".join(LETTERS.get(letter.upper(), letter) for letter in letters)


def code(written: str, one: str) -> str:
    """A receipt or plate number: XY2026-07 → each letter and digit by itself, a pause for each hyphen."""
    return "，".join(spell(digit_by_digit(part, one)) for part in written.split("-") if part)


def web_address(address: str) -> str:
    """Only the host is said: https://www.gov.cn/zhengce/x.htm → 网址，吉欧维点西恩."""
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", address.lower()).split("/")[0].split("?")[0].split(":")[0]
    return f"网址，{_dotted(host)}"


def mail_address(address: str) -> str:
    name, _, host = address.partition("@")
    return f"{_dotted(name)}艾特{_dotted(host)}"


def letters_and_signs(text: str) -> str:
    """What is left of Latin letters and signs, after the numbers have been said."""
    text = re.sub(r"(?i)wi-?fi|\bok\b|\bno\.|e-?mail", lambda m: _WORDS[m.group().lower()], text)
    text = re.sub(r"[A-Za-z]+", lambda m: spell(m.group()), text)
    return "".join(_SIGNS.get(character, character) for character in text)


def tidy(text: str) -> str:
    """Brackets and quotes become pauses or nothing; only characters and ，。！？、：； remain."""
    text = re.sub(r"[\"'“”‘’「」『』《》〈〉·•_`|\\^{}]", "", text)
    text = re.sub(r"[(（\[【〔]", "，", text)
    text = re.sub(r"[)）\]】〕]", "，", text)
    text = re.sub(r"…+|—+|–|\.{2,}|-{2,}|\n+", "，", text)
    text = text.translate({ord(","): "，", ord(";"): "；", ord("!"): "！", ord("?"): "？", ord(":"): "："})
    text = re.sub(rf"(?<=[{_HAN}])\.(?=\s|$)", "。", text)
    text = re.sub(rf"[^{_HAN}，。！？、：；]", "", text)
    text = re.sub(r"[，、：；]+(?=[，、。！？；])", "", text)
    text = re.sub(r"，{2,}", "，", text)
    text = re.sub(r"(?<=[。！？])[，、；：]+", "", text)
    return text.strip("，、；：")


def _dotted(host: str) -> str:
    return "点".join(
        spell(digit_by_digit(re.sub(r"[^0-9a-zA-Z]", "", part), "一")) for part in host.split(".") if part
    )

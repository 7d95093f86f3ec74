"""Names of people: what is left of an answer without the words around it; no character is exchanged.

A name is 2–6 Chinese characters, with `·` up to 24, or a Latin name. 王洲 stays 王洲 however it sounds (other
characters of the same sound are the department's to compare, and the caller's to decide).
"""

from __future__ import annotations

import re

from actions.values.digits import fold
from actions.values.result import Result, Value, Wrong

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞"
    "颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁"
    "蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋"
    "商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜"
    "海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭"
    "况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
_DOUBLE = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "司徒",
    "东方",
    "令狐",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "夏侯",
    "端木",
    "淳于",
)
_SPELT = re.compile(r"([一-龥])[，,、\s]*(?:是)?[一-龥]{1,6}的([一-龥])")
_PARTED = re.compile(r"姓([一-龥]{1,2})[，,、\s]*(?:名字?|叫|名叫|单名一个)+[是叫]?([一-龥]{1,3})")
_CUE = re.compile(
    r"(?:名字|姓名|名)(?:叫做|叫作|叫|是|为|：|:|应该是|改成|改为)?|(?:我|他|她|人|本人|孩子|娃儿?|孙子|孙女|儿子|女儿|闺女|老伴|"
    r"老公|老婆|爸爸|妈妈|我爸|我妈|爸|妈|奶奶|爷爷|车主|老板)(?:的名字)?(?:叫做|叫作|叫|是|喊)|叫做|叫作|叫|应该是|姓名|就是|是"
)
_NOISE = re.compile(
    r"^(?:嗯+|呃+|啊+|哦+|额+|那个|这个|就是|好的?|那|哎|诶|喂|您好|你好|请|麻烦|要|想|给|帮|替|为|查|办|我|他|她|的|说|叫|是|对|爸爸?|"
    r"妈妈?|爷爷|奶奶|孙子|孙女|儿子|女儿|闺女|老伴|老公|老婆)+"
)
_TAIL = re.compile(r"(?:的|啊|呀|哈|嘛|呢|吧|噻|哦|喔|先生|女士|同志|本人|这个人|这个名字|查|办)+$")
_NEVER = re.compile(
    r"[吗呢啥咋谁的]|第[一二三四五六七八九十]|[一二两三四五六七八九十几哪那这]个|什么|怎么|为何|多少|几个|哪[里个天]|没有|不[要是知对行会能]|要不|可以|知道|晓得|想[要问办查]|电话|身份|号码|"
    r"名字|姓名|人工|认证|社保|医保|证件|今天|明天|以后|东西|你好|您好|好的|谢谢|再见|对[啊吧]|就是|这个|那个|我们|你们|他们|"
    r"自己|居民|职工|养老|办[理事证]|查询|申请|等一|再说|刚才|记得|错了|忘了"
)
LONGEST_UNKNOWN = 3  # a surname not in the list is believed only in an answer no longer than a name
_LATIN = re.compile(r"[A-Za-z][A-Za-z .'-]{1,40}")


def parse(text: str) -> Result:
    """The name in an answer to “叫什么名字？”, or Wrong."""
    text = fold(text).strip()
    if match := _PARTED.search(text):
        return Value(match[1] + match[2], match[0])
    plain = _unspelt(text)
    plain = re.sub(r"不是[^，,。]+[，,。]?\s*(?=是)", "", plain)
    cues = [m.end() for m in _CUE.finditer(plain) if m.end() < len(plain)]
    for start in [*reversed(cues), 0]:
        for piece in re.split(r"[，,。；;！!？?、\s]+", plain[start:]):
            if name := _name(piece):
                return Value(name, name)
    if match := _LATIN.fullmatch(text):
        return Value(match[0].strip(), match[0])
    return Wrong("wrong_name")


def find(text: str, cues: tuple[str, ...]) -> tuple[str, str] | None:
    """A name that follows one of `cues` (我叫, 给 …) and begins with a known surname, or None."""
    for cue in cues:
        for match in re.finditer(re.escape(cue), fold(text)):
            rest = re.match(r"[一-龥·]+", fold(text)[match.end() :])
            if rest and (name := _leading_name(rest[0])):
                return name, cue + name
    return None


def looks_like(name: str) -> bool:
    """Whether a string could be a name at all (shape only)."""
    if "·" in name:
        return bool(re.fullmatch(r"[一-龥]{1,12}(?:·[一-龥]{1,12})+", name))
    return bool(re.fullmatch(r"[一-龥]{2,6}", name)) and not _NEVER.search(name)


def _name(piece: str) -> str | None:
    piece = _TAIL.sub("", piece)
    bare = _NOISE.sub("", piece)
    known = [n for n in (piece, bare) if looks_like(n) and (n[0] in SURNAMES or "·" in n)]
    if known:
        return known[0]
    return bare if looks_like(bare) and len(bare) <= LONGEST_UNKNOWN else None


def _leading_name(text: str) -> str | None:
    """The name at the very start of running text: surname and one or two more characters."""
    surname = 2 if text.startswith(_DOUBLE) else 1
    if surname == 1 and text[:1] not in SURNAMES:
        return None
    rest = re.split(r"的|办|查|交|申请|预约|约|取|认|要|想|身份|电话|手机|，", text[surname:], maxsplit=1)[0]
    name = text[:surname] + rest
    if re.search(r"[我你您他她它家里儿]", name):
        return None
    return name if 1 <= len(rest) <= 2 and looks_like(name) else None


def _unspelt(text: str) -> str:
    """Takes out spelling aids: 王洲，三点水的洲 → 王洲."""
    while match := _SPELT.search(text):
        if match[1] != match[2] and match[2] not in text[: match.start() + 1]:
            return text
        text = text[: match.start() + 1] + text[match.end() :]
    return text

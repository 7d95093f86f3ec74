"""What may be said after each kind of question, as word acceptors.

Every kind also takes the commands (人工, 再说一遍, …) and the empty sentence. Closed kinds let other speech
stand before and after, heard as ``[unk]`` at a price a syllable, so that they can refuse.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pynini import Fst

from audio.graphs import machines
from audio.graphs.build import BACKGROUND_WORDS
from audio.graphs.lexicon import Lexicon, frequencies, frequent_words, segment, speakable
from audio.graphs.phrases import read_list
from audio.graphs.word_pairs import word_pairs
from audio.spoken_numbers import cardinal

GENERAL_SHARE = 0.64  # all pairs of words in other people's text together, beside those in phrases of ours
DIALECT_WORD = 5_000  # a dialect word counts as often as the 1 500th word of jieba's list or so
COMMAND_SHARE = 0.15  # of the probability in questions with an answer of their own
FILLER_COSTS = (5.0, 5.5)  # entering, each syllable; chosen on held-out training speakers, see README.md
DIGIT_WORDS = tuple("零一二三四五六七八九")
_DIGITS = (*DIGIT_WORDS, "幺", "两")
_PROVINCES = tuple("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼")


BONUS = 2.2
"""Taken off the cost of each digit and of each character of a given name: the posteriors are not divided by
priors, so short units would otherwise be swallowed. Must stay below log of the number of digits: a cycle of
negative cost has no shortest path."""


@dataclass(frozen=True)
class Grammar:
    """A word acceptor and whether other speech may stand around it."""

    machine: Fst
    filler: tuple[float, float] | None = FILLER_COSTS


def grammar(
    kind: str, lexicon: Lexicon, phrases: Sequence[str], background: int = BACKGROUND_WORDS
) -> Grammar:
    """The grammar of a kind. ``phrases``: sentences of `open`, or the list of `choice`; else unused.

    ``background``: number of frequent words behind the back-off of `open`. The lexicon's accent adds what its
    speakers say: words and sentences to `open`, answers and commands everywhere.
    """
    makers: dict[str, Callable[[], Grammar]] = {
        "open": lambda: Grammar(_open(lexicon, phrases, background), None),
        "yes_no": lambda: Grammar(_closed(lexicon, _answers(lexicon))),
        "choice": lambda: Grammar(_closed(lexicon, [*phrases, *_answers(lexicon)])),
        "digits": lambda: Grammar(_with_commands(lexicon, _digits(lexicon))),
        "name": lambda: Grammar(_with_commands(lexicon, _name(lexicon))),
        "date": lambda: Grammar(_with_commands(lexicon, _date(lexicon))),
        "money": lambda: Grammar(_with_commands(lexicon, _money(lexicon))),
        "place": lambda: Grammar(_place(lexicon), None),
        "plate": lambda: Grammar(_with_commands(lexicon, _plate(lexicon))),
    }
    return makers[kind]()


def _open(lexicon: Lexicon, phrases: Sequence[str], background_words: int) -> Fst:
    sentences: Counter[tuple[str, ...]] = Counter()
    for phrase in (*phrases, *lexicon.accent.phrases):
        sentences[tuple(lexicon.segment(phrase))] += 1
    for command in (*_command_list(lexicon), *_answers(lexicon)):
        sentences[tuple(lexicon.segment(command))] += 4
    sentences.pop((), None)
    background = dict(frequent_words(background_words))
    for word in lexicon.accent.words:
        if speakable(word):
            background[word] = max(background.get(word, 0), DIALECT_WORD)
    for word in read_list("surnames"):
        background[word] = max(background.get(word, 0), 20_000)
    for word in _DIGITS:
        background[word] = max(background.get(word, 0), 400_000)
    return machines.bigram(lexicon, sentences, background, _general(sentences))


def _general(sentences: Mapping[tuple[str, ...], float]) -> dict[tuple[str, str], float]:
    """Pairs of words of other people's text, scaled to the sentences that they stand behind."""
    ours = sum(len(words) * count for words, count in sentences.items())
    scale = GENERAL_SHARE * ours / sum(word_pairs().values())
    return {pair: scale * count for pair, count in word_pairs().items()}


def _closed(lexicon: Lexicon, phrases: Sequence[str]) -> Fst:
    cut = lexicon.segment
    known = [words for phrase in dict.fromkeys(phrases) if "".join(words := cut(phrase)) == phrase]
    own = machines.listed(lexicon, [[], *known], [2.0, *[math.log(len(known) + 1)] * len(known)])
    return machines.choice(own, _commands(lexicon))


def _answers(lexicon: Lexicon) -> list[str]:
    return list(dict.fromkeys([*read_list("yes_no"), *lexicon.accent.answers]))


def _command_list(lexicon: Lexicon) -> list[str]:
    return list(dict.fromkeys([*read_list("commands"), *lexicon.accent.commands]))


def _commands(lexicon: Lexicon) -> Fst:
    sentences = [lexicon.segment(command) for command in _command_list(lexicon)]
    cost = math.log(len(sentences)) - math.log(COMMAND_SHARE)
    return machines.listed(lexicon, [[], *sentences], [2.0, *[cost] * len(sentences)])


def _with_commands(lexicon: Lexicon, machine: Fst) -> Fst:
    return machines.choice(machine, _commands(lexicon))


def _spread(lexicon: Lexicon, words: Sequence[str], cost: float = 0.0) -> Fst:
    return machines.words(lexicon, words, math.log(len(words)) + cost)


def _intro(lexicon: Lexicon, phrases: Sequence[str]) -> Fst:
    return machines.option(machines.listed(lexicon, [segment(p) for p in phrases], [2.0] * len(phrases)))


def _digits(lexicon: Lexicon) -> Fst:
    digit = _spread(lexicon, _DIGITS, -BONUS)
    last = machines.option(machines.one(lexicon, "X", 3.0))
    intro = _intro(lexicon, ("身份证号是", "号码是", "电话是", "手机号是", "我的电话是", "尾号是", "是"))
    return machines.sequence(intro, machines.loop(digit, 1), last)


def _name(lexicon: Lexicon) -> Fst:
    surnames = [name for name in read_list("surnames") if speakable(name)]
    # Zipf's law over the order of the list: the first is the most frequent.
    weights = [1 / (rank + 8) for rank in range(len(surnames))]
    total = sum(weights)
    family = machines.listed(lexicon, [[name] for name in surnames], [-math.log(w / total) for w in weights])
    given = read_list("given_names")
    usual = [(char, math.log(len(given)) + rank / len(given)) for rank, char in enumerate(given)]
    rare = [(char, math.log(len(given)) + 4.0) for char in _every_syllable(given)]
    chars = usual + rare
    given_char = machines.listed(lexicon, [[char] for char, _ in chars], [cost - BONUS for _, cost in chars])
    intro = _intro(lexicon, ("我叫", "我姓", "他叫", "名字叫", "叫", "我的名字叫", "他姓", "姓", "我是"))
    return machines.sequence(intro, family, machines.loop(given_char, 1, 2))


def _every_syllable(known: Sequence[str]) -> list[str]:
    from pypinyin import lazy_pinyin

    have = {lazy_pinyin(char)[0] for char in known}
    singles = sorted(((n, w) for w, (n, _) in frequencies().items() if len(w) == 1), reverse=True)
    found: list[str] = []
    for _, char in singles[:4000]:
        syllable = lazy_pinyin(char)[0]
        if syllable not in have and speakable(char):
            have.add(syllable)
            found.append(char)
    return found


def _numbers(lexicon: Lexicon, numbers: range) -> Fst:
    rows = [list(cardinal(number)) for number in numbers]
    return machines.listed(lexicon, rows)


def _date(lexicon: Lexicon) -> Fst:
    digit = _spread(lexicon, DIGIT_WORDS)
    year = machines.choice(
        machines.loop(digit, 2, 2),
        machines.sequence(machines.listed(lexicon, [["一", "九"], ["二", "零"]]), machines.loop(digit, 2, 2)),
        _spread(lexicon, ("今年", "去年", "明年", "前年")),
    )
    with_year = machines.sequence(year, machines.option(machines.words(lexicon, ("年",))))
    lunar = machines.option(machines.words(lexicon, ("农历", "阴历", "阳历", "正月", "腊月"), 2.0))
    month = machines.sequence(_numbers(lexicon, range(1, 13)), machines.words(lexicon, ("月",)))
    day = machines.sequence(
        machines.option(machines.words(lexicon, ("初",), 1.0)),
        _numbers(lexicon, range(1, 32)),
        machines.option(machines.words(lexicon, ("号", "日"))),
    )
    calendar = machines.sequence(machines.option(with_year), lunar, month, machines.option(day))
    relative = machines.sequence(_days(lexicon), machines.option(_clock(lexicon)))
    intro = _intro(lexicon, ("我是", "生日是", "大概", "就", "是"))
    return machines.sequence(intro, machines.choice(calendar, day, with_year, relative, _clock(lexicon)))


def _days(lexicon: Lexicon) -> Fst:
    near = _spread(
        lexicon, ("今天", "明天", "后天", "大后天", "昨天", "前天", "月底", "月初", "周末", "随便")
    )
    week = machines.sequence(
        machines.option(_spread(lexicon, ("这个", "下个", "上个", "下", "上", "这"))),
        _spread(lexicon, ("星期", "周", "礼拜")),
        _spread(lexicon, tuple("一二三四五六日天")),
    )
    return machines.choice(near, week)


def _clock(lexicon: Lexicon) -> Fst:
    part = machines.option(_spread(lexicon, ("上午", "下午", "早上", "中午", "晚上")))
    hour = machines.choice(_numbers(lexicon, range(1, 25)), machines.one(lexicon, "两"))
    point = machines.words(lexicon, ("点", "点钟"))
    minutes = machines.sequence(_numbers(lexicon, range(1, 60)), machines.words(lexicon, ("分",)))
    more = machines.option(machines.choice(machines.words(lexicon, ("半", "一刻")), minutes))
    whole = machines.sequence(part, hour, point, more)
    return machines.choice(whole, _spread(lexicon, ("上午", "下午")))


def _money(lexicon: Lexicon) -> Fst:
    digit = _spread(lexicon, (*DIGIT_WORDS[1:], "两"))
    zero = machines.option(machines.words(lexicon, ("零",), 1.0))

    def place(unit: str) -> Fst:
        return machines.option(machines.sequence(zero, digit, machines.words(lexicon, (unit,))))

    tens = machines.option(machines.sequence(zero, machines.option(digit), machines.words(lexicon, ("十",))))
    small = machines.sequence(place("千"), place("百"), tens, machines.option(machines.sequence(zero, digit)))
    large = machines.option(machines.sequence(small, machines.words(lexicon, ("万",))))
    unit = machines.option(machines.words(lexicon, ("块", "元", "块钱", "元钱", "多块", "多")))
    coins = machines.option(
        machines.sequence(digit, machines.option(machines.words(lexicon, ("毛", "角", "分"))))
    )
    intro = _intro(lexicon, ("一共", "大概", "交", "要交", "是", "取", "全部"))
    return machines.sequence(intro, large, small, unit, coins)


def _place(lexicon: Lexicon) -> Fst:
    places = dict(frequent_words(8000, "ns"))
    ends = (*"省市县区镇乡村路街号栋楼组", "街道", "社区", "单元", "小区", "县城")
    sentences: Counter[tuple[str, ...]] = Counter()
    for word in places:
        sentences[(word,)] += 1
        if word[-1] not in ends:
            sentences[word, "县" if len(word) == 1 else "镇"] += 1
    for command in _command_list(lexicon):
        sentences[tuple(lexicon.segment(command))] += 20
    for intro in ("我在", "在", "我住在", "我是", "住", "我老家在"):
        sentences[tuple(segment(intro))] += 20
    background: dict[str, float] = dict(frequent_words(6000))
    for word in (*ends, *_DIGITS, "十", "百"):
        background[word] = 1_000_000
    for word, count in places.items():
        background[word] = background.get(word, 0) + 500 + count
    return machines.bigram(lexicon, sentences, background)


def _plate(lexicon: Lexicon) -> Fst:
    letters = tuple("ABCDEFGHJKLMNPQRSTUVWXYZ")
    mark = machines.choice(_spread(lexicon, (*_DIGITS,)), _spread(lexicon, letters, 1.0))
    intro = _intro(lexicon, ("车牌是", "车牌号是", "我的车牌是"))
    province = _spread(lexicon, _PROVINCES)
    city = machines.option(_spread(lexicon, letters))
    return machines.sequence(intro, machines.option(province), city, machines.loop(mark, 4, 6))

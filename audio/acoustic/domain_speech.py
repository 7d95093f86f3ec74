"""What the synthetic speakers say: the project's phrases and made-up values (numbers, names, dates)."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable

from audio.graphs.phrases import domain_phrases, read_list
from audio.spoken_numbers import cardinal, digit_by_digit

LONGEST = 20  # characters of a sentence taken from the phrases


class Sentences:
    """An endless source of sentences in characters; the same seed gives the same sentences."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._phrases = [text for text in domain_phrases() if 2 <= len(text) <= LONGEST]
        self._short = [*read_list("commands"), *read_list("yes_no")]
        self._surnames = read_list("surnames")
        self._given = read_list("given_names")

    def one(self) -> tuple[str, str]:
        """The next sentence after the kind of question that it answers."""
        makers: dict[str, tuple[float, Callable[[], str]]] = {
            "open": (0.42, self._phrase), "choice": (0.14, self._command), "digits": (0.16, self._digits),
            "name": (0.09, self._name), "date": (0.09, self._date), "money": (0.06, self._money),
            "plate": (0.04, self._plate),
        }  # fmt: skip
        kind = self._random.choices(list(makers), [weight for weight, _ in makers.values()])[0]
        return kind, makers[kind][1]()

    def _phrase(self) -> str:
        return self._random.choice(self._phrases)

    def _command(self) -> str:
        return "".join(self._random.choice(self._short) for _ in range(self._random.choice((1, 1, 2))))

    def _digits(self) -> str:
        one = self._random.choice(("幺", "幺", "一"))
        kind = self._random.random()
        if kind < 0.4:
            digits = self._identity_number()
        elif kind < 0.75:
            digits = "1" + self._random.choice("3456789") + self._any_digits(9)
        else:
            digits = self._any_digits(self._random.choice((3, 4, 4, 6, 8)))
        return digit_by_digit(digits, one).replace("X", "叉" if self._random.random() < 0.3 else "X")

    def _identity_number(self) -> str:
        born = datetime.date(1930, 1, 1) + datetime.timedelta(days=self._random.randrange(27_000))
        last = self._random.choice("0123456789X")
        return self._any_digits(6) + born.strftime("%Y%m%d") + self._any_digits(3) + last

    def _any_digits(self, count: int) -> str:
        return "".join(self._random.choice("0123456789") for _ in range(count))

    def _name(self) -> str:
        name = self._random.choice(self._surnames[:120] if self._random.random() < 0.7 else self._surnames)
        name += "".join(self._random.choice(self._given) for _ in range(self._random.choice((1, 2, 2))))
        return self._random.choice(("{}", "{}", "我叫{}", "他叫{}", "名字叫{}")).format(name)

    def _date(self) -> str:
        year, month, day = (
            self._random.randint(1930, 2027),
            self._random.randint(1, 12),
            self._random.randint(1, 31),
        )
        kind = self._random.random()
        if kind < 0.5:
            return f"{digit_by_digit(str(year), '一')}年{cardinal(month)}月{cardinal(day)}号"
        if kind < 0.7:
            return f"{cardinal(month)}月{cardinal(day)}{self._random.choice('号日')}"
        if kind < 0.85:
            return f"{digit_by_digit(str(year)[2:], '一')}年{cardinal(month)}月"
        week = self._random.choice(("今天", "明天", "后天", "下周", "这个星期", "下个星期"))
        return week + self._random.choice(("上午", "下午", "一", "二", "三", "四", "五")) + self._clock()

    def _clock(self) -> str:
        hour = self._random.randint(8, 17)
        said = "两" if hour == 2 else cardinal(hour)
        return said + self._random.choice(("点", "点半", "点钟", "点一刻"))

    def _money(self) -> str:
        chance = self._random
        amount = chance.choice(
            (chance.randint(1, 999), chance.randint(1, 99) * 100, chance.randint(1000, 99_999))
        )
        return cardinal(amount) + self._random.choice(("块钱", "块", "元", "元钱"))

    def _plate(self) -> str:
        province = self._random.choice("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼")
        return province + digit_by_digit(self._any_digits(5), "幺")

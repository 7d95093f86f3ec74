"""Words that say something about the turn itself: hesitating, asking to wait, nodding, a plain yes or no.

The defaults are Mandarin; a caller adds the words of a dialect pack with `plus`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

_DIGITS = re.compile(r"[0-9零〇一二三四五六七八九幺两xX叉]")
_NOT_TEXT = re.compile(r"[\s，。！？、,.!?…]+")


def _words(listed: str) -> tuple[str, ...]:
    return tuple(listed.split())


@dataclass(frozen=True)
class TurnWords:
    """All comparisons are made on text without blanks and punctuation."""

    hesitations: tuple[str, ...] = _words(
        "嗯 呃 唔 那个 这个 就是 就是说 然后 还有 就那个 叫什么 叫啥 什么来着 怎么说呢 "
        "因为 但是 如果 我想想 的话"
    )
    waits: tuple[str, ...] = _words(
        "等一下 等等 等会儿 等一会儿 稍等 等我一下 等我看看 我看看 我看一下 我找一下 我找找 "
        "我拿一下 我去拿 别急 等下"
    )
    back_channels: tuple[str, ...] = _words(
        "嗯 嗯嗯 哦 噢 喔 啊 诶 哎 唉 呵呵 哈哈 对 对对 对对对 好 好好 好的 行 是 "
        "是是 是的 是啊 知道了 晓得了 这样啊 原来这样 明白 嗯哼"
    )
    answers: tuple[str, ...] = _words(
        "是 是的 是啊 对 对的 对啊 对对 好 好的 行 可以 要 有 没错 同意 不是 不对 不 "
        "不要 不用 没有 不行 不好 不同意 错了 都不是"
    )
    stops: tuple[str, ...] = _words(
        "停 停一下 停下 别说了 不要说了 不说了 等一下 等等 不对 不是 错了 人工 转人工 "
        "再说一遍 重说 听不清 慢点 慢一点 大声点 救命 着火了 报警"
    )

    def plus(self, **more: tuple[str, ...]) -> TurnWords:
        """The same words and more, by field: `words.plus(answers=("要得", "莫得"))`."""
        grown: dict[str, Any] = {
            name: tuple(dict.fromkeys((*getattr(self, name), *words))) for name, words in more.items()
        }
        return replace(self, **grown)

    def hesitates(self, text: str) -> bool:
        """The text ends in a filler or a conjunction: more will come."""
        return plain(text).endswith(self.hesitations)

    def asks_to_wait(self, text: str) -> bool:
        return plain(text).endswith(self.waits)

    def answers_clearly(self, text: str, choices: tuple[str, ...] = ()) -> bool:
        """The text is, as a whole, a plain yes or no or one of the choices that were offered."""
        said = plain(text)
        return bool(said) and (said in self.answers or said in {plain(choice) for choice in choices})

    def only_nods(self, text: str) -> bool:
        """嗯, 哦, 对对: the listener follows and does not want the floor. Empty text is no nod."""
        rest = plain(text)
        longest_first = sorted(self.back_channels, key=len, reverse=True)
        while rest:
            word = next((word for word in longest_first if rest.startswith(word)), None)
            if word is None:
                return False
            rest = rest[len(word) :]
        return bool(plain(text))

    def demands(self, text: str) -> bool:
        """The text contains a word that must stop us at once."""
        said = plain(text)
        return any(stop in said for stop in self.stops)


def plain(text: str) -> str:
    """Without blanks and punctuation."""
    return _NOT_TEXT.sub("", text)


def count_digits(text: str) -> int:
    """How many spoken or written digits the text has (X of an ID number counts)."""
    return len(_DIGITS.findall(text))

"""Dialect words to Mandarin words, before the engine. Pure; the raw text is always kept.

Longest match from left to right. Left alone: numbers, quoted text, words the pack protects (“联系” must not become
“联是”), whatever follows “我叫”, “名字是” …, which is a name, and an utterance that is nothing but a name. A whole
utterance that is a command of the pack (“莫搞哒”) becomes the plain Mandarin command (“不办了”). Yes and no only
become what their own word means, because “冇” answers another question than “唔系”; others stay, the engine knows them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dialects.packs import Pack

SURNAMES = (
    "王李张刘陈杨赵吴周徐孙朱胡郭何罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘袁董余叶程蒋杜魏吕丁沈姜范傅卢崔邱侯邹"
    "熊孟秦尹薛阎雷龙史陶贺顾郝龚邵覃武阮"
)
"""Common surnames that seldom begin a sentence as an ordinary word; 阮 is one outside Southern Min."""
_NOT_MARKS = r"[^，。！？、；：,.!?;:\s]"
NAME = re.compile(
    rf"(?:名字(?:是|叫|系)|我叫|阮叫|涯叫|𠊎叫|我喊|他叫|她叫|佢叫|叫做|喊做|姓名(?:是)?){_NOT_MARKS}{{2,4}}"
    rf"|(?:叫|喊)(?=[{SURNAMES}]){_NOT_MARKS}{{2,3}}"
)
BARE_NAME = re.compile(rf"[{SURNAMES}]{_NOT_MARKS}{{1,2}}")
QUOTED = re.compile(r"“[^”]*”|「[^」]*」|《[^》]*》|\"[^\"]*\"")
NUMBER = re.compile(r"[0-9A-Za-z]+")
MARKS = re.compile(r"[\s，。！？、,.!?~～…]+")
PLAIN_COMMANDS = {
    "repeat": "再说一遍",
    "stop": "不办了",
    "human": "转人工",
    "wait": "等一下",
    "back": "上一步",
    "slower": "慢一点",
    "louder": "大声点",
    "greet": "你好",
    "thanks": "谢谢",
    "goodbye": "再见",
}
"""How the command is said in plain Mandarin. `affirm` and `deny` are not here: see the module's first lines."""


@dataclass(frozen=True)
class Change:
    """One replacement: characters `start` to `end` of the raw text."""

    start: int
    end: int
    dialect: str
    mandarin: str


@dataclass(frozen=True)
class Normalised:
    """`raw` as it was heard, `text` for the engine, and what was changed."""

    raw: str
    text: str
    changes: tuple[Change, ...] = ()


def normalise(text: str, pack: Pack) -> Normalised:
    """The text in Mandarin words. A Mandarin sentence stays as it is."""
    command = _command(_unmarked(text), pack)
    if command:
        whole = Change(0, len(text), text, command)
        return Normalised(text, command, (whole,)) if command != text else Normalised(text, text)
    out: list[str] = []
    changes: list[Change] = []
    at = 0
    for change in matches(text, pack):
        out += [text[at : change.start], change.mandarin]
        changes.append(change)
        at = change.end
    return Normalised(text, "".join([*out, text[at:]]), tuple(changes))


def matches(text: str, pack: Pack) -> Iterator[Change]:
    """The dialect words found in the text, longest first from left to right, none inside what must stay."""
    mapping, longest = _mapping(pack)
    if not mapping or _is_name(text, mapping):
        return
    kept = _kept(text, pack.protect)
    at = 0
    while at < len(text):
        ends = range(min(len(text), at + longest), at, -1)
        end = next((e for e in ends if text[at:e] in mapping and not any(kept[at:e])), None)
        if end is not None:
            yield Change(at, end, text[at:end], mapping[text[at:end]])
        at = end or at + 1


def _is_name(text: str, mapping: dict[str, str]) -> bool:
    """“王伊娜” said alone. Not when a dialect word begins the utterance (“何解办”, “阮欲办”)."""
    said = _unmarked(text)
    begins = any(said[:length] in mapping for length in range(1, len(said) + 1))
    return bool(BARE_NAME.fullmatch(said)) and not begins


def _kept(text: str, protect: tuple[str, ...]) -> list[bool]:
    """For each character whether it must stay."""
    kept = [False] * len(text)
    spans = [m.span() for pattern in (QUOTED, NUMBER, NAME) for m in pattern.finditer(text)]
    if protect:
        spans += [m.span(1) for m in _protected(protect).finditer(text)]
    for start, end in spans:
        kept[start:end] = [True] * (end - start)
    return kept


@functools.cache
def _protected(words: tuple[str, ...]) -> re.Pattern[str]:
    """Every place where a protected word begins, also inside another (look-ahead), the longest word there."""
    return re.compile("(?=(" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + "))")


@functools.cache
def _mapping_of(words: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], int]:
    mapping = dict(words)
    return mapping, max(map(len, mapping), default=0)


def _mapping(pack: Pack) -> tuple[dict[str, str], int]:
    return _mapping_of(tuple((w.dialect, w.mandarin) for w in pack.words if w.dialect != w.mandarin))


def _command(said: str, pack: Pack) -> str | None:
    """Plain Mandarin for an utterance that is a command of the pack from end to end."""
    intent = next((intent for intent, words in pack.commands.items() if said in map(_unmarked, words)), None)
    if intent is None:
        return None
    return PLAIN_COMMANDS.get(intent) or _mapping(pack)[0].get(said, said)


def _unmarked(text: str) -> str:
    return MARKS.sub("", text)

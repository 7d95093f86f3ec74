"""One of a few choices: by its words, a synonym, a distinguishing part, its number, or its sound.

Sound (pinyin without tones, l/n, zh/z, ch/c, sh/s, h/f, -ng/-n not told apart) is tried last; two that fit
are none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pypinyin import lazy_pinyin

from actions.values.digits import fold
from actions.values.numerals import whole
from actions.values.result import Result, Value, Wrong

_ORDINAL = re.compile(
    r"^\D*?第?\s*([一二两三四五六七八九十]+|\d{1,2})\s*(?:个|项|种|样|号|条)?(?:吧|的|那个|啊)?$"
)
_STRICT_ORDINAL = re.compile(
    r"第\s*([一二两三四五六七八九十]+|\d{1,2})|(?:^|\D)([一二两三四五六七八九十])[号]"
)
_FIRST = re.compile(r"头一个|前面(?:那|的|一)|前一个|头里那")
_LAST = re.compile(r"最后(?:一|那|面)|末了|后面(?:那|的|一)|后一个")
_NOT = re.compile(r"(?:不是|不要|不选|莫要|唔系)[^，,。；;]*[，,。；;]?\s*")
_FUZZY = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("f", "h"), ("r", "y"))


def parse(text: str, choices: Sequence[str], synonyms: Mapping[str, Sequence[str]] | None = None) -> Result:
    """The choice meant by `text`. Wrong carries the choices, joined, for asking again."""
    wrong = Wrong("wrong_choice", {"options": "、".join(choices)})
    text = fold(text).strip()
    if not text:
        return wrong
    if named := by_words(text, choices, synonyms or {}):
        return Value(named, text)
    kept = _NOT.sub("", text)
    if (index := position(kept or text, len(choices))) is not None:
        return Value(choices[index], text)
    if sounded := _by_sound(kept or text, choices, synonyms or {}):
        return Value(sounded, text)
    return wrong


def by_words(text: str, choices: Sequence[str], synonyms: Mapping[str, Sequence[str]]) -> str | None:
    """The one choice whose label, synonym or distinguishing part stands in `text`, or None."""
    exact = [c for c in choices if text in (c, *synonyms.get(c, ()))]
    if len(exact) == 1:
        return exact[0]
    text = _NOT.sub("", text) if _NOT.sub("", text) else text
    for words in (lambda c: (c,), lambda c: tuple(synonyms.get(c, ())), lambda c: _parts(c, choices)):
        hits = {c: max((len(w) for w in words(c) if w in text), default=0) for c in choices}
        best = max(hits.values(), default=0)
        found = [c for c, size in hits.items() if size == best]
        if best and len(found) == 1:
            return found[0]
        if best and len(found) > 1:
            return None
    return None


def named(text: str, choices: Sequence[str], synonyms: Mapping[str, Sequence[str]]) -> str | None:
    """The one choice named unasked in a longer sentence: label or synonym of two or more characters."""
    hits = {
        c
        for c in choices
        if not c.startswith("别的") and any(len(w) > 1 and w in text for w in (c, *synonyms.get(c, ())))
    }
    return hits.pop() if len(hits) == 1 else None


def position(text: str, count: int) -> int | None:
    """The index meant by 第二个, 2, 头一个, 最后一个; None when it says no place or one that is not there."""
    if _FIRST.search(text):
        return 0
    if _LAST.search(text):
        return count - 1
    match = _STRICT_ORDINAL.search(text) or _ORDINAL.match(text)
    if not match:
        return None
    number = whole(next(group for group in match.groups() if group))
    return number - 1 if number is not None and 1 <= number <= count else None


def _parts(label: str, choices: Sequence[str]) -> tuple[str, ...]:
    """Pieces of two or more characters that only this label has."""
    pieces = {label[i:j] for i in range(len(label)) for j in range(i + 2, len(label) + 1)}
    return tuple(p for p in pieces if not any(p in other for other in choices if other != label))


def _by_sound(text: str, choices: Sequence[str], synonyms: Mapping[str, Sequence[str]]) -> str | None:
    heard = f" {' '.join(_sound(text))} "
    found = set()
    for choice in choices:
        for word in (choice, *synonyms.get(choice, ())):
            if len(word) >= 2 and f" {' '.join(_sound(word))} " in heard:
                found.add(choice)
    return found.pop() if len(found) == 1 else None


def _sound(text: str) -> list[str]:
    syllables = []
    for syllable in lazy_pinyin(re.sub(r"[^一-龥A-Za-z]", "", text)):
        for one, other in _FUZZY:
            syllable = syllable.replace(one, other)
        syllables.append(syllable)
    return syllables

"""Domain phrases with the topic or service that they are about, from the project's own data files."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pypinyin import Style, lazy_pinyin

from audio.graphs.phrases import ROOT, services, topics

SECTIONS = ("plain", "fragment", "contrast")  # of a phrasings file; stories are too long, dialects not Mandarin
SHORTEST, LONGEST = 4, 14  # characters
LONG = 7  # characters; people's syllables cover short phrases more easily, so the long ones come first
COMMANDS = ("重新说", "听不清", "再说一遍", "转人工", "不要了", "没有了", "可以", "是的", "不是", "对的", "不对",
            "好的", "不用", "要的", "没错", "等一下", "从头来", "上一步", "慢一点", "大声点")  # fmt: skip
_NOT_HANZI = re.compile(r"[^\u4e00-\u9fff]+")


@dataclass(frozen=True)
class Phrase:
    """``pinyin``: toned syllables, one a character. One of ``topic``, ``service``, ``command`` is set."""

    text: str
    pinyin: tuple[str, ...]
    topic: str = ""
    service: str = ""
    command: bool = False


def labelled_phrases(seed: int, root: Path = ROOT) -> list[Phrase]:
    """Service openings, then long phrases, then short ones, each shuffled the same way for the same seed."""
    found = {phrase.text: phrase for phrase in (*_titles(root), *_phrasings(root), *_services(root))}
    phrases = [phrase for phrase in found.values() if SHORTEST <= len(phrase.text) <= LONGEST]
    random.Random(seed).shuffle(phrases)
    return sorted(phrases, key=lambda phrase: (not phrase.service, len(phrase.text) < LONG))


def commands() -> list[Phrase]:
    return [Phrase(text, spoken(text), command=True) for text in COMMANDS]


def spoken(text: str) -> tuple[str, ...]:
    """Toned pinyin of a text, read as a phrase."""
    return tuple(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))


def _services(root: Path) -> Iterator[Phrase]:
    for service in services(root):
        for opening in service.get("opening", ()):
            text = _NOT_HANZI.sub("", opening)
            yield Phrase(text, spoken(text), service=service["id"])


def _phrasings(root: Path) -> Iterator[Phrase]:
    for path in sorted((root / "knowledge" / "entries").glob("**/*.phrasings.txt")):
        section = ""
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("#"):
                section = line[1:].strip()
            elif section in SECTIONS:
                text = _NOT_HANZI.sub("", line)
                yield Phrase(text, spoken(text), topic=path.name.removesuffix(".phrasings.txt"))


def _titles(root: Path) -> Iterator[Phrase]:
    for topic in topics(root):
        text = _NOT_HANZI.sub("", topic["title"]) + "怎么办"
        yield Phrase(text, spoken(text), topic=topic["id"])

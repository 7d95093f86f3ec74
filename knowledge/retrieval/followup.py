"""Questions that lean on the one before: “那要带什么材料”, “在成都呢”. Words come from ``followup.yml``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

WORDS = Path(__file__).parent / "followup.yml"
PLACES = Path(__file__).parent / "places.txt"
_MARKS = re.compile(r"[\s，。？！、,.?!…~～：:；;“”\"']+")


@dataclass(frozen=True)
class FollowUp:
    """``section`` of the entry asked for, or None; ``place`` named, or None; ``rest`` is what remains.

    ``leaning`` is True when nothing of substance remains: the question means the topic before. The place
    is only reported; retrieval sees the question whole, since “在上海打工” says more than where.
    """

    section: str | None
    place: str | None
    rest: str
    leaning: bool


def read_followup(question: str) -> FollowUp:
    """Take place and section words out of a question and see what is left."""
    bare = _MARKS.sub("", question)
    words, places = _words(), _places()
    place = None
    if match := places.search(bare):
        place = match.group("place")
        bare = bare[: match.start()] + bare[match.end() :]
    section = None
    for name, pattern in words.sections:
        if pattern.search(bare):
            section = section or name
            bare = pattern.sub("", bare)
    rest = words.fillers.sub("", bare)
    return FollowUp(section, place, rest, not rest and (section is not None or place is not None))


@dataclass(frozen=True)
class _Words:
    sections: tuple[tuple[str, re.Pattern[str]], ...]
    fillers: re.Pattern[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    content = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    sections = tuple((name, _any_of(words)) for name, words in content["sections"].items())
    return _Words(sections, _any_of(content["fillers"]))


@lru_cache(maxsize=1)
def _places() -> re.Pattern[str]:
    names = [line.strip() for line in PLACES.read_text(encoding="utf-8").splitlines()]
    names = [name for name in names if name and not name.startswith("#")]
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    lead = r"(?:(?:那|要是|如果|我|我们|俺|人|户口|家)*(?:在|是|住|搁|喺|佇|勒))"
    tail = r"(?:[省市县区州旗]|自治区|自治州|地区)?(?:这边|这里|那边|那里|这儿|那儿|本地|的话|的|呢|嘞|咧)*"
    return re.compile(rf"(?:{lead}|^那?)(?P<place>{known}){tail}")


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in sorted(map(str, words), key=len, reverse=True)))

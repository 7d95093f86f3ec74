"""The village loudspeaker: short sentences, the heart of it twice, nothing that only an eye can use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.entry import PAPERS, PLACE, POINTS, TIME, Entry

LONGEST = 24
"""Characters of a sentence; outdoors an echo swallows the end of longer ones."""
RATE = 0.85
CHARACTERS_A_SECOND = 3.0
"""For the estimate in the text only; the sound file has its own length."""
MOST_POINTS = 3
_BRACKETS = re.compile(r"[（(][^（）()]*[)）]")


@dataclass(frozen=True)
class Broadcast:
    """``text`` is for the person who reads it out, ``spoken`` for the voice; ``rate`` is the voice's speed."""

    title: str
    sentences: tuple[str, ...]
    source: str
    rate: float = RATE

    @property
    def spoken(self) -> str:
        """Everything twice, with openings."""
        once = "\n".join(self.sentences)
        return f"乡亲们好。现在广播。\n{once}\n再说一遍。\n{once}\n广播完了，谢谢大家。"

    @property
    def seconds(self) -> float:
        return len(self.spoken) / CHARACTERS_A_SECOND

    @property
    def text(self) -> str:
        """The page to read from; the source stands below and is not read out in full."""
        return f"【大喇叭广播稿】{self.title}\n\n{self.spoken}\n\n（依据：{self.source}。不用念。）\n"


def broadcast_of(entry: Entry) -> Broadcast:
    """Only what the entry says; an entry with ``verify`` ends by sending people to the window."""
    parts = [f"今天说{entry.title}", entry.said, *entry.sections[POINTS][:MOST_POINTS]]
    papers = [paper for paper in entry.sections[PAPERS] if "不用" not in paper]
    if papers:
        parts.append("要带的有：" + "、".join(_plain(paper).rstrip("。") for paper in papers[:5]))
    parts += [entry.sections[TIME][0], "在哪里办：" + entry.sections[PLACE][0]]
    if entry.verify:
        parts.append("具体以当地窗口答复为准")
    sentences = dict.fromkeys(sentence for part in parts for sentence in short_sentences(part))
    first = entry.sources[0]
    source = "，".join(p for p in (f"《{first.document}》{first.article}", first.number, first.issuer) if p)
    return Broadcast(
        entry.title, tuple(sentences), f"{source}，{entry.effective} 起施行，适用于{entry.jurisdiction}"
    )


def short_sentences(text: str) -> list[str]:
    """At most LONGEST characters each, cut after a mark, in the worst case after a word's length.

    >>> short_sentences("带身份证、户口本，去派出所办。")
    ['带身份证、户口本，去派出所办。']
    """
    found: list[str] = []
    for sentence in re.findall(r"[^。！？；\n]+[。！？；]?", _plain(text)):
        found += _shortened(sentence.strip("。！？；， "))
    return [sentence + "。" for sentence in found if re.search(r"\w", sentence)]


def _shortened(sentence: str) -> Iterable[str]:
    rest = sentence
    while len(rest) > LONGEST:
        cut = max(rest.rfind(mark, 6, LONGEST) for mark in "，：、") + 1 or LONGEST
        yield rest[:cut].rstrip("，、：")
        rest = rest[cut:]
    yield rest


def _plain(text: str) -> str:
    return _BRACKETS.sub("", text).replace("“", "").replace("”", "").strip()

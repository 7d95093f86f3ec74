"""An answer from an office's own imported documents (questions, sections, items): only where it is surely meant.

A wrong answer is worse than none. Sure means: everything of substance in the question stands in the passage, the
passage's heading and the question say mostly the same, no passage with another text fits nearly as well, and the
source is whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from knowledge.importing.passage import Passage
from knowledge.laws.articles import article_of
from knowledge.laws.basis import NATIONAL, place_in
from knowledge.laws.finding import RIVAL, Passages
from knowledge.laws.index import indexed
from knowledge.laws.wording import asks_for_basis
from knowledge.retrieval.followup import read_followup

KINDS = ("question", "text", "item")
LOOKED_AT = 8
FEWEST = 5
"""Characters of a question: “怎么报名” alone says nothing of what."""
SURE = 0.6
"""Of the pairs shared, the smaller of both sides. On tests/knowledge/laws/office-questions.tsv the likeliest wrong
passage reaches 0.51; from 0.6 on 20 of 27 questions are answered, all rightly, and none of 49 that have no answer.
Over 5,868 passages of real service items no question of knowledge/evaluation (1,912) reaches 0.14."""
_FILLER = re.compile(r"请问|我想问|问一下|那个|这个|[嗯呢吗呀啊嘛吧哦哈了的您你我]")
_FREE = frozenset(
    "请问我您你他这那个嗯呢吗呀啊嘛吧哦哈了的地得是在有没不能可以会要想应该去到来给把被就都也还什么怎样咋哪里儿些谁多少几如何行好一下"
)
"""Characters that ask, connect or are polite; all others in a question must stand in the passage."""
_NATION = re.compile(rf"国务院|{NATIONAL}")
_TOWN = re.compile(
    r"(?P<place>[\u4e00-\u9fff]{2,8}?(?:镇|乡|街道|村|社区))(?=人民政府|政府|党|便民|综合|办事处|村民|村委|居民|居委|卫生|$)"
)


@dataclass(frozen=True)
class OfficeAnswer:
    """``heading`` is what the passage answers, ``place`` where it holds."""

    passage: Passage
    heading: str
    place: str


def office_answer(
    passages: Passages,
    question: str,
    *,
    home: str | None = None,
    named: str | None = None,
    as_of: date | None = None,
) -> OfficeAnswer | None:
    """The passage surely meant, or None. Raises OSError or ValueError when there is no index that can be read.

    ``home`` is the office's own place, where texts hold whose issuer names none; ``named`` the place that the
    resident spoke of: texts of other places are no answer.
    """
    if article_of(question) or asks_for_basis(question) or read_followup(question).leaning:
        return None
    if sum(map(str.isalnum, question)) < FEWEST:
        return None
    hits = passages.find(question, limit=LOOKED_AT, as_of=as_of, kinds=KINDS)
    fitting = ((likeness(passages, question, hit.passage), hit.passage) for hit in hits)
    ranked = sorted(fitting, key=lambda one: -one[0])
    if not ranked or ranked[0][0] < SURE:
        return None
    score, passage = ranked[0]
    if any(other > RIVAL * score and rival.text != passage.text for other, rival in ranked[1:]):
        return None
    place = where(passage.source.issuer, home)
    if not passage.source.complete or not place or not _holds(place, named):
        return None
    return OfficeAnswer(passage, heading(passage), place)


def likeness(passages: Passages, question: str, passage: Passage) -> float:
    """0 to 1: what question and heading share; 0 where the question names something that the passage does not."""
    text = indexed(passage)
    if any(c not in text for c in _substance(question)):
        return 0.0
    asked, about = _FILLER.sub("", question), _FILLER.sub("", heading(passage))
    return min(passages.share(asked, f"{text} {about}"), passages.share(about, asked))


def heading(passage: Passage) -> str:
    """What a passage is about: the question of a list, the last heading of a text, an item and its part."""
    last = passage.section.split(" ")[-1]
    if passage.kind == "item":
        return f"{passage.document}：{last}"
    return last or passage.document


def where(issuer: str, home: str | None) -> str | None:
    """Where a text holds: the place its issuer is called by, the whole country, or ``home``; None when unknown."""
    if _NATION.match(issuer):
        return "全国"
    town = _TOWN.match(issuer)
    return place_in(issuer) or (town["place"] if town else "") or home


def _substance(question: str) -> Iterable[str]:
    return (c for c in question if c.isalnum() and c not in _FREE)


def _holds(place: str, named: str | None) -> bool:
    if place == "全国" or not named:
        return True
    one, other = (re.sub(r"(?:省|市|州|县|区|旗|镇|乡)$", "", name) for name in (place, named))
    return one in named or other in place

"""“社会保险法第十六条”: which article of which text somebody names. Pure; knows no list of laws."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.laws.numbers import NUMERAL, to_chinese, to_int

KINDS = "法典|法|条例|办法|规定|决定|解释|细则|准则|批复|通知|意见|方案|公告"
_NUMBER = rf"第?\s*(?P<number>{NUMERAL}+)\s*条(?:\s*之\s*(?P<suffix>{NUMERAL}+))?"
_PARAGRAPH = rf"(?:\s*第?\s*(?P<paragraph>{NUMERAL}+)\s*款)?"
_ITEM = rf"(?:\s*第?\s*[（(]?\s*(?P<item>{NUMERAL}+)\s*[)）]?\s*项)?"
_NAMED = re.compile(
    rf"(?P<document>[《〈]?[\w《》〈〉（）()、·\s]*?(?<![方做想说没无看写])(?:{KINDS})(?:[（(]{NUMERAL}+[)）])?[》〉]?)"
    rf"(?:的|里的|里头|里面|里|中的|，|,|\s)*{_NUMBER}{_PARAGRAPH}{_ITEM}"
)
_HEAD = re.compile(rf"^第(?P<number>{NUMERAL}+)条(?:之(?P<suffix>{NUMERAL}+))?(?P<gap>[\s：:　]+|(?=【)|$)?")
_LEAD = re.compile(
    r"^(?:我|你|您|请问|想|要|问一下|问问|问|看一下|看看|查一下|查查|查|说一下|说说|讲讲|念一下|念念|念|一下|帮忙|帮|给|"
    r"根据|依据|按照|依照|按|那个|那|这个|这|嗯|就是|是|老师|同志|知道|晓得|什么是|啥是|国家的|咱们?|的|，|,|\s)+"
)
_NO_SEQUEL = "第、和规的之至或以及款项内中，。所"


@dataclass(frozen=True)
class ArticleRef:
    """``document`` as it was said, without lead-in and brackets; ``paragraph`` and ``item`` 0 when not named."""

    document: str
    number: int
    suffix: int = 0
    paragraph: int = 0
    item: int = 0

    @property
    def article(self) -> str:
        """“第一千零七十七条”, “第十二条之一”."""
        return article_name(self.number, self.suffix)


def article_name(number: int, suffix: int = 0) -> str:
    """How a text writes the number of its own article."""
    return f"第{to_chinese(number)}条" + (f"之{to_chinese(suffix)}" if suffix else "")


def article_of(text: str) -> ArticleRef | None:
    """The article a question names, or None. Needs a document's name that ends like one (法, 条例, 办法 …).

    >>> article_of("婚姻登记条例第9条")
    ArticleRef(document='婚姻登记条例', number=9, suffix=0, paragraph=0, item=0)
    >>> article_of("我想问一下民法典一千零七十七条第二款说的啥").article
    '第一千零七十七条'
    >>> article_of("第十六条说的啥") is None
    True
    """
    found = _NAMED.search(text)
    if found is None:
        return None
    document = bare_name(_LEAD.sub("", found["document"]))
    number = to_int(found["number"])
    if not document or not number:
        return None
    parts = [to_int(found[name] or "零") or 0 for name in ("suffix", "paragraph", "item")]
    return ArticleRef(document, number, *parts)


def article_head(line: str, previous: int = 0) -> tuple[ArticleRef, str] | None:
    """The article that a paragraph opens and its text, or None when the paragraph only mentions one.

    ``previous`` is the number of the article before: without a gap after “条” (PDFs lose it) only the next
    number, or the same with “之”, is believed.
    """
    found = _HEAD.match(line)
    if found is None:
        return None
    number, suffix = to_int(found["number"]), to_int(found["suffix"] or "零") or 0
    rest = line[found.end() :].strip()
    if number is None:
        return None
    expected = number == previous + 1 or (bool(suffix) and number == previous)
    if found["gap"] is None and (not expected or rest[:1] in _NO_SEQUEL):
        return None
    return ArticleRef("", number, suffix), rest


def bare_name(document: str) -> str:
    """A text's name as people say it: no 《》, no 中华人民共和国, no spaces.

    >>> bare_name("《中华人民共和国社会保险法》")
    '社会保险法'
    """
    return re.sub(r"[《》〈〉\s]|中华人民共和国", "", document)

"""“依据是哪条”, “社会保险法第十六条”: what is asked about a rule's basis, and which article backs an entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.entry import Entry, Source
from knowledge.importing.passage import Passage
from knowledge.laws.articles import ArticleRef, article_of, bare_name
from knowledge.laws.finding import SURE, Passages
from knowledge.laws.names import DocumentNames
from knowledge.laws.wording import asks_for_basis, legal_words
from knowledge.retrieval.followup import read_followup

LOOKED_AT = 12
"""First passages among which an article of the entry's own documents is looked for."""
_OF_THIS = re.compile(r"这个?|那个?|它|刚才|前面|上面|说的|讲的|您|你|说法|事情?|是|有|在|规定|政策")
NATIONAL = "国家|全国|中华|最高|中共中央"
"""How names of issuers begin whose texts hold everywhere; 国务院 names no place anyway."""
_PLACE = re.compile(
    rf"^(?!{NATIONAL})(?P<place>[\u4e00-\u9fff]{{2,8}}?(?:省|自治区|自治州|地区|市|州|盟|县|区|旗))"
)


@dataclass(frozen=True)
class BasisQuestion:
    """``ref`` is the article named, or None; ``leaning``: nothing else is said, the topic before is meant."""

    ref: ArticleRef | None
    leaning: bool


def basis_question(question: str) -> BasisQuestion | None:
    """None for a question that names no article and asks for no basis.

    >>> basis_question("刚才说的依据是哪条").leaning, basis_question("几岁算老年人 依据是哪条").leaning
    (True, False)
    """
    if ref := article_of(question):
        return BasisQuestion(ref, False)
    if not asks_for_basis(question):
        return None
    own, _ = legal_words(question)
    rest = read_followup(_OF_THIS.sub("", own)).rest
    return BasisQuestion(None, not rest)


def article_behind(
    passages: Passages, entry: Entry, question: str = "", *, as_of: date | None = None
) -> Passage | None:
    """The article of an entry's documents that fits the question best, the first one it cites otherwise.

    None when its texts were not imported. Never an article of another document than those the entry names.
    """
    cited = [p for s in entry.sources if (p := passages.cited(s.document, s.article, as_of=as_of))]
    if not cited or not question:
        return cited[0] if cited else None
    documents = {passage.document for passage in cited}
    hits = passages.find(question, limit=LOOKED_AT, as_of=as_of, kinds=("law",))
    own = [hit for hit in hits if hit.passage.document in documents and hit.passage.article]
    if own and own[0].score >= SURE:
        return own[0].passage
    named = {
        (bare_name(source.document.split(" ")[0]), article)  # 民法典's books are numbered through
        for source in entry.sources
        for article in source.article.split("、")
    }
    for hit in own:
        if (bare_name(hit.passage.document), hit.passage.article) in named:
            return hit.passage
    return cited[0]


def entries_citing(entries: Sequence[Entry], ref: ArticleRef) -> list[tuple[Entry, Source]]:
    """Our entries that give the named article as their source, each with that source."""
    pairs = [(entry, source) for entry in entries for source in entry.sources]
    names = sorted({source.document.split(" ")[0] for _, source in pairs})
    number = DocumentNames.of(names).resolve(ref.document)
    if number is None:
        return []
    meant = bare_name(names[number])
    return [
        (entry, source)
        for entry, source in pairs
        if bare_name(source.document.split(" ")[0]) == meant and ref.article in source.article.split("、")
    ]


def jurisdiction_of(issuer: str) -> str:
    """Where a law holds, from who issued it: 广东省人民代表大会常务委员会 → 广东省, 国务院 → 全国."""
    return place_in(issuer) or "全国"


def place_in(issuer: str) -> str:
    """The place that an issuer's name begins with, or ""."""
    found = _PLACE.match(issuer)
    return found["place"] if found else ""

"""What a rule stands on: the article somebody names, the article asked for, the source of the answer before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.outcome import PERSON_PHONE, Outcome, say
from actions.rasa.turn import Turn
from knowledge.entry import Entry, Source, citation
from knowledge.importing.passage import Passage
from knowledge.laws.articles import ArticleRef
from knowledge.laws.basis import article_behind, basis_question, entries_citing, jurisdiction_of
from knowledge.laws.finding import Passages, PassagesMissing, passages

SPOKEN_CHARACTERS = 160
"""Of an article said aloud: half a minute. The rest is on the screen."""
MOST_CITING = 3
MISSING = "law_texts_missing"
"""The sentence after which the usual answer follows; all others stand for themselves."""
_URGENT = ("emergency", "refused", "human")


def basis(turn: Turn, entries: Mapping[str, Entry], finding: Any) -> list[Outcome]:
    """What to say about the basis, or [] when none was asked for or nothing can be said. Reads files: use a thread.

    ``finding`` is what the whole question means; a question that is urgent, refused or for a person stays that,
    unless it names an article or only asks about the answer before.
    """
    question = turn.text
    asked = basis_question(question)
    if asked is None and turn.raw != turn.text:
        question, asked = turn.raw, basis_question(turn.raw)
    if asked is None:
        return []
    if asked.ref:
        return _named(asked.ref, entries)
    if asked.leaning:
        entry = entries.get(str(turn.slots.get("topic") or ""))
        return _of_entry(entry) if entry else [say("basis_of_what")]
    if finding.outcome in _URGENT:
        return []
    if finding.outcome == "answered":
        return _of_entry(finding.entry, question)
    passage = passages().law_answer(question)
    if passage:
        return [_article(passage)]
    return [] if _imported(passages()) else [say(MISSING)]


def source_of(entry: Entry) -> dict[str, Any]:
    """The source that goes with an answer: the entry's first."""
    return {**citation(entry), "url": entry.sources[0].url}


def _of_entry(entry: Entry, question: str = "") -> list[Outcome]:
    others = [_cited(source) for source in entry.sources[1:]]
    sentence = "basis_several" if others else "basis"
    said = replace(say(sentence, title=entry.title, others=others), topic=entry.id, source=source_of(entry))
    passage = article_behind(passages(), entry, question)
    text = _article(passage) if passage else say("law_text_missing", url=entry.sources[0].url)
    return [said, text]


def _named(ref: ArticleRef, entries: Mapping[str, Entry]) -> list[Outcome]:
    try:
        here = passages().named(ref)
    except PassagesMissing:
        return _not_here(ref, entries)
    if not here.document:
        return _not_here(ref, entries)
    about = {"document": here.document, "article": ref.article}
    if here.passage is None and here.later:
        return [say("law_not_yet", **about, day=here.later.isoformat())]
    if here.passage is None:
        return [say("law_no_such_article", **about, phone=PERSON_PHONE)]
    if not here.passage.source.complete:
        return [say("law_unattributed", **about, phone=PERSON_PHONE)]
    return [_article(here.passage)]


def _not_here(ref: ArticleRef, entries: Mapping[str, Entry]) -> list[Outcome]:
    missing = say("law_not_here", document=ref.document, article=ref.article, phone=PERSON_PHONE)
    citing = entries_citing(list(entries.values()), ref)[:MOST_CITING]
    if not citing:
        return [missing]
    source = citing[0][1]
    titles = [entry.title for entry, _ in citing]
    cited = say("law_cited_by", titles=titles, document=source.document, article=ref.article, url=source.url)
    return [missing, cited]


def imported_source(passage: Passage, document: str, place: str) -> dict[str, Any]:
    """The source that goes with a passage of an imported text."""
    return {
        "document": document,
        "number": passage.source.number,
        "article": passage.article,
        "issuer": passage.source.issuer,
        "effective": passage.source.effective.isoformat() if passage.source.effective else None,
        "jurisdiction": place,
        "url": passage.source.url,
    }


def excerpt(passage: Passage) -> dict[str, Any]:
    """What sentences about a passage are filled with: ``text``, the part to be ``spoken``, whether that is ``cut``,
    and whether the text here is ``older`` than what holds."""
    spoken = _spoken(passage.text)
    cut = spoken != passage.text.replace("\n", "")
    return {"text": passage.text, "spoken": spoken, "cut": cut, "older": bool(passage.note)}


def _spoken(text: str) -> str:
    """Whole clauses from the beginning, SPOKEN_CHARACTERS at most where the first one allows."""
    kept = ""
    for clause in re.findall(r"[^。；\n]+[。；\n]*", text):
        clause = clause.replace("\n", "")
        if kept and len(kept) + len(clause) > SPOKEN_CHARACTERS:
            break
        kept += clause
    return kept


def _article(passage: Passage) -> Outcome:
    said = say("law_article", document=passage.document, article=passage.article, **excerpt(passage))
    place = jurisdiction_of(passage.source.issuer)
    return replace(said, source=imported_source(passage, passage.document, place))


def _cited(source: Source) -> str:
    return f"《{source.document}》{source.article}"


def _imported(found: Passages) -> bool:
    try:
        found.find("依据", limit=1)
    except PassagesMissing:
        return False
    return True

"""Questions about policy: answer with source, ask back between two, or say honestly that we do not know."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from actions.definitions import all_definitions
from actions.office import Answering, Office
from actions.outcome import PERSON_PHONE, Outcome, expecting, say
from actions.rasa.act import Act, Done, hand_over
from actions.rasa.basis import MISSING, basis, source_of
from actions.rasa.imported import imported
from actions.rasa.timely import lapsed, place_unknown, remarks
from actions.rasa.turn import Turn
from actions.values import Value, choice
from knowledge.laws.articles import article_of

CALM = 0.1
"""Below this share of emergencies in the index, words of danger are a question about a rule."""
CERTAIN, LONG = 0.8, 12
"""Confidence, and characters, from which a question outweighs the wish for a person that was read into it."""
_NONE_OF_THEM = ("都不是", "都不对", "不是这些", "没有")


class AnswerPolicy(Act):
    """ask_policy and everything that may be a question."""

    id = "action_answer_policy"
    diverts = True

    async def handle(self, turn: Turn, office: Office) -> Done:
        chosen = _chosen_topic(turn, exactly=True)
        if chosen:
            return await _topic(turn, office, chosen)
        return await _question(turn, office)


class ChooseOption(Act):
    """第二个, a label, or none of them, after “您是想问 A 还是 B”."""

    id = "action_choose_option"
    diverts = True

    async def handle(self, turn: Turn, office: Office) -> Done:
        topics = turn.offered.get("topics")
        if article_of(turn.text):  # “劳动合同法第二条” sounds like the second choice
            return await _question(turn, office)
        if not topics:
            return Done([say("nothing_to_choose")])
        if any(word in turn.text for word in _NONE_OF_THEM):
            return Done([await hand_over(turn, office, "unanswered", "unanswered")], {"offered": None})
        chosen = _chosen_topic(turn, exactly=False)
        if chosen:
            return await _topic(turn, office, chosen)
        labels = [str(t["label"]) for t in topics]
        again = say("choose_again", options="、".join(labels))
        return Done([replace(again, choices=tuple(topics), expecting=expecting("choice", labels))])


class OutOfScope(Act):
    """Not for us, thinks the classifier; the index, which knows topics and what we refuse, decides (decision 2)."""

    id = "action_out_of_scope"
    diverts = True

    async def handle(self, turn: Turn, office: Office) -> Done:
        done = await _question(turn, office, lost=say("out_of_scope"))
        return done if done.outcomes else Done([say("out_of_scope")])


class Emergency(Act):
    """Danger: the number first, then a person. A rule asked about in words of danger is answered after one clause
    with the number, and brings nobody."""

    id = "action_emergency"

    async def handle(self, turn: Turn, office: Office) -> Done:
        finding = await _find(turn, office)
        if finding is not None and finding.outcome == "emergency":
            return Done([await _danger(turn, office, finding.boundary)])
        unknown = finding is None or (finding.outcome == "unanswered" and finding.boundary is None)
        if unknown or finding.urgency >= CALM:
            return Done([await _danger(turn, office)])
        done = await _question(turn, office)
        return replace(done, outcomes=[say("danger_first"), *done.outcomes])


class Human(Act):
    """A person at a word: number, and a case so that nothing has to be said twice. A long sentence that the index
    knows for a question about a rule (“找个保姆的活有人介绍吗”) is answered."""

    id = "action_human"

    async def handle(self, turn: Turn, office: Office) -> Done:
        if not turn.in_form and len(turn.text) >= LONG and office.knowledge_loaded:
            finding = await _find(turn, office)
            if finding.outcome == "answered" and finding.confidence >= CERTAIN:
                return await _question(turn, office)
        return Done([await hand_over(turn, office, "human", "handed_over")])


POLICY = (AnswerPolicy(), ChooseOption(), OutOfScope(), Emergency(), Human())


async def _question(turn: Turn, office: Office, *, lost: Outcome | None = None) -> Done:
    """The answer, or one question back; `lost` is said in place of a case where nothing is known."""
    knowledge = await office.knowledge_soon()
    if knowledge is None:
        return Done([say("knowledge_missing", phone=PERSON_PHONE)])
    finding = await _find(turn, office)
    said = await asyncio.to_thread(basis, turn, knowledge.entries, finding)
    if said and said[-1].sentence != MISSING:
        topic = next((outcome.topic for outcome in said if outcome.topic), None)
        done = Done(said, {"topic": topic} if topic else {})
    else:
        found = await _found(turn, office, finding, lost)
        done = replace(found, outcomes=[*said, *found.outcomes])
    if finding.jurisdiction:
        done = replace(done, slots={**done.slots, "jurisdiction": finding.jurisdiction})
    return replace(done, outcomes=[_with_evidence(outcome, finding) for outcome in done.outcomes])


async def _found(turn: Turn, office: Office, finding: Any, lost: Outcome | None) -> Done:
    match finding.outcome:
        case "answered":
            return _answered(turn, finding.entry, finding.section, finding.jurisdiction)
        case "clarifying":
            topics = [{"id": c.topic, "label": c.title} for c in finding.candidates]
            labels = [t["label"] for t in topics]
            if turn.in_form:  # the next words answer the form's question, so nothing is offered by number
                return Done([say("clarify_aside", options="，还是".join(labels))])
            asked = say("clarify_topics", options="，还是".join(labels))
            asked = replace(asked, choices=tuple(topics), expecting=expecting("choice", labels))
            return Done([asked], {"offered": {"topics": topics}})
        case "emergency":
            return Done([await _danger(turn, office, finding.boundary)])
        case "refused":
            return Done([_bounded(finding)])
        case "human":
            return Done([await hand_over(turn, office, "human", "handed_over")])
        case _ if finding.boundary is not None:
            return Done([_bounded(finding)])
        case _ if finding.lapsed is not None:
            return Done([lapsed(finding.lapsed)], {"offered": None})
    if turn.service_meant and not turn.in_form:
        return _offer(turn.service_meant)
    if said := await _imported(turn, office, finding):
        return Done([said], {"topic": None, "offered": None})
    if lost:
        return Done([lost])
    return Done([await hand_over(turn, office, "unanswered", "unanswered")], {"offered": None})


async def _imported(turn: Turn, office: Office, finding: Any) -> Outcome | None:
    named = finding.jurisdiction if finding.jurisdiction != office.jurisdiction else None
    wordings = dict.fromkeys((turn.text, turn.raw))
    return await asyncio.to_thread(imported, wordings, office.jurisdiction, named)


def _offer(service: str) -> Done:
    """No rule found, but the words belong to a service: one yes starts it."""
    title = all_definitions()[service].title
    choices = ({"id": "yes", "label": "现在就办"}, {"id": "no", "label": "先不办"})
    asked = replace(say("offer_service", service_title=title), service=service, choices=choices)
    return Done([replace(asked, expecting=expecting("yes_no"))], {"offered": {"service": service}})


def _with_evidence(outcome: Outcome, finding: Any) -> Outcome:
    """The outcome with what retrieval thought: candidates and calibrated confidence, for records and evaluation."""
    candidates = [
        {"topic": c.topic, "title": c.title, "share": round(c.share, 4)} for c in finding.candidates
    ]
    evidence = {"candidates": candidates, "confidence": round(finding.confidence, 4)}
    return replace(outcome, params={**outcome.params, **evidence})


async def _find(turn: Turn, office: Office) -> Any:
    """The finding for the normalised words; the raw ones are tried too where they differ and are surer."""
    knowledge = await office.knowledge_soon()
    if knowledge is None:
        return None
    finding = await asyncio.to_thread(_ask, knowledge, turn, office, turn.text)
    if turn.raw != turn.text and finding.outcome not in ("answered", "emergency"):
        raw = await asyncio.to_thread(_ask, knowledge, turn, office, turn.raw)
        if raw.outcome in ("answered", "emergency") or raw.confidence > finding.confidence:
            return raw
    return finding


def _ask(knowledge: Answering, turn: Turn, office: Office, question: str) -> Any:
    return knowledge.answer(
        question,
        dialect=turn.dialect,
        jurisdiction=turn.slots.get("jurisdiction") or office.jurisdiction,
        context_topic=turn.slots.get("topic"),
    )


async def _topic(turn: Turn, office: Office, topic: str) -> Done:
    knowledge = await office.knowledge_soon()
    if knowledge is None:
        return Done([say("knowledge_missing", phone=PERSON_PHONE)])
    entry = knowledge.entries.get(topic)
    if entry is None:
        return Done([await hand_over(turn, office, "unanswered", "unanswered")], {"offered": None})
    return _answered(turn, entry, None, turn.slots.get("jurisdiction") or office.jurisdiction)


def _chosen_topic(turn: Turn, *, exactly: bool) -> str | None:
    """The offered topic that the words choose; `exactly` only takes its id or its whole title."""
    topics = turn.offered.get("topics") or []
    for topic in topics:
        if turn.text.strip() in (topic["id"], topic["label"]):
            return str(topic["id"])
    if exactly or not topics:
        return None
    labels = [str(t["label"]) for t in topics]
    found = choice.parse(turn.text, labels)
    return str(topics[labels.index(found.value)]["id"]) if isinstance(found, Value) else None


def _answered(turn: Turn, entry: Any, section: str | None, jurisdiction: str | None) -> Done:
    definition = all_definitions().get(entry.service or "")
    offer = definition is not None and not turn.in_form
    sections = entry.sections
    params: dict[str, Any] = {
        "title": entry.title,
        "short": entry.said,
        "points": list(sections.get("要点", ())),
        "materials": list(sections.get("材料", ())),
        "time_and_fee": list(sections.get("时限与费用", ())),
        "where": list(sections.get("在哪里办", ())),
        "plain": list(sections.get("大白话", ())),
        "section": section or "",
        "verify": entry.verify,
        "zero_trip": entry.zero_trip,
        **remarks(entry, turn, jurisdiction),
    }
    if offer and definition:
        params["service_title"] = definition.title
    elif not turn.in_form:  # one question at a time
        params["ask_place"] = place_unknown(entry, turn, jurisdiction)
    outcome = Outcome(
        "answered",
        "answer_offer" if offer else "answer",
        params,
        topic=entry.id,
        service=entry.service,
        choices=({"id": "yes", "label": "现在就办"}, {"id": "no", "label": "先不办"}) if offer else (),
        source=source_of(entry),
        expecting=expecting("yes_no") if offer else None,
    )
    slots: dict[str, Any] = {"topic": entry.id, "offered": {"service": entry.service} if offer else None}
    if jurisdiction:
        slots["jurisdiction"] = jurisdiction
    return Done([outcome], slots)


def _bounded(finding: Any) -> Outcome:
    boundary = finding.boundary
    sentence = "refused" if finding.outcome == "refused" else "redirected"
    return say(sentence, boundary=boundary.id, title=boundary.title, text=boundary.say)


async def _danger(turn: Turn, office: Office, boundary: Any = None) -> Outcome:
    """The number to call first (all three where the danger is unknown), and a person: one case a conversation."""
    about: dict[str, Any] = {}
    if boundary is not None:
        about = {"boundary": boundary.id, "text": boundary.say, "number": boundary.hotline or "110"}
    sentence = "emergency" if boundary is not None else "emergency_numbers"
    before = [said["params"].get("case") for said in turn.told if said["status"] == "emergency"]
    if any(before):
        return say(sentence, case=next(filter(None, before)), phone=PERSON_PHONE, **about)
    return await hand_over(turn, office, "emergency", sentence, **about)

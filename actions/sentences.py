"""Every canned sentence this room may ask for, by id, with its status and its parameters.

The wording itself lives in `assistant/sentences.yml` and nowhere else. `Outcome` refuses an id that is not
listed here, and a test holds `actions/README.md` to this table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sentence:
    """One canned sentence: its usual `status`, the `params` it always carries, a `note` for its author."""

    status: str
    params: tuple[str, ...]
    note: str


def _s(status: str, params: str, note: str) -> Sentence:
    return Sentence(status, tuple(params.split()), note)


FORM: dict[str, Sentence] = {
    "service_start": _s(
        "collecting", "title says_first", "before the first question; says_first is the definition's"
    ),
    "prompt": _s(
        "collecting", "text slot label way", "text is the question itself, whole, from the definition"
    ),
    "noted": _s(
        "collecting", "items", "values just taken, “姓名李秀英，电话尾号5678”; only when two or more at once"
    ),
    "corrected": _s("collecting", "label value", "one value was changed, the others stay"),
    "id_partial": _s(
        "collecting", "label digits count left", "first groups of an ID number; digits spaced, “4 2 0 1”"
    ),
    "read_back_id": _s(
        "confirming", "label digits", "whole number spaced for reading digit by digit, 对不对"
    ),
    "read_back_id_keys": _s("confirming", "label digits", "the same asked another way: 对的按1，不对按2"),
    "confirm": _s("confirming", "text", "the definition's read-back, ends with the question"),
    "confirm_keys": _s("confirming", "text", "the same asked another way: 对的按1，不对按2"),
    "which_field": _s(
        "clarifying", "options", "denied the read-back: which one is wrong; options joined by 、"
    ),
    "which_field_keys": _s("clarifying", "options", "another way: say its number or press it"),
    "confirm_again": _s(
        "confirming", "", "neither yes nor no at a read-back; followed by the read-back itself"
    ),
    "back_to": _s("collecting", "label", "went back one question; the question follows"),
    "cannot_go_back": _s("collecting", "", "there is nothing before this question; it follows"),
    "restarted": _s("collecting", "title", "the form starts again at its first question"),
    "stopped": _s("answered", "title", "the service was given up, nothing was handed in"),
    "nothing_to_stop": _s("answered", "", "stop without a service running"),
    "too_many_tries": _s("handed_over", "label title case phone", "three ways of asking failed: a person"),
    "wrong_name": _s("collecting", "", "not a person's name"),
    "wrong_id_check": _s(
        "collecting", "digits", "18 digits, check digit does not fit: one was said or heard wrong"
    ),
    "wrong_id_date": _s("collecting", "", "the birth date inside does not exist or lies ahead"),
    "wrong_id_length": _s("collecting", "count", "too many digits (> 18), or too few without going on"),
    "wrong_phone": _s("collecting", "count", "not 11 digits starting 13–19, nor a landline"),
    "wrong_date": _s("collecting", "", "no date found, or one that does not exist"),
    "wrong_date_lunar": _s(
        "collecting", "", "a lunar date (正月初一): we only take the solar calendar, and say so"
    ),
    "wrong_date_past": _s("collecting", "said", "a day that has passed where one ahead is needed"),
    "wrong_date_future": _s("collecting", "said", "a day ahead where one past is needed"),
    "wrong_money": _s("collecting", "", "no amount found"),
    "wrong_money_range": _s("collecting", "lowest highest", "outside what this service takes, in yuan"),
    "wrong_choice": _s("collecting", "options", "none of the choices"),
    "wrong_place": _s("collecting", "", "no place found"),
    "wrong_text": _s("collecting", "", "nothing usable said"),
    "wrong_plate": _s("collecting", "", "not a number plate"),
    "wrong_case_number": _s("collecting", "", "not a receipt or case number"),
    "wrong_credit_code": _s("collecting", "", "not 18 characters, or its check character does not fit"),
    "wrong_card_tail": _s("collecting", "count", "exactly four digits are needed"),
}

IDENTITY: dict[str, Sentence] = {
    "identity_unknown": _s(
        "clarifying", "name tail", "no such name with that ID number; asks which of the two is wrong"
    ),
    "identity_unknown_again": _s("clarifying", "name tail", "the same asked another way: number or key"),
    "name_same_sound": _s(
        "confirming",
        "name",
        "sounds the same as the registered name, other characters; go on with"
        " the registered ones? (they are never said aloud)",
    ),
    "name_same_sound_keys": _s("confirming", "name", "the same asked another way: 可以按1，不行按2"),
    "phone_not_registered": _s(
        "collecting", "tail", "the department has another phone for this person; ask again"
    ),
    "code_sent": _s(
        "collecting", "tail simulated", "a (simulated) code went to that phone: say its six digits"
    ),
    "code_prompt": _s("collecting", "tail simulated", "say or press the six digits; 没收到 sends again"),
    "code_again": _s("collecting", "simulated", "sent once more because the caller asked"),
    "code_wrong": _s("collecting", "left", "not that code; left = tries left"),
    "code_unheard": _s("collecting", "count", "not six digits"),
    "face_step": _s("confirming", "simulated", "look at the camera, then say 好了; a simulator, says so"),
    "face_waiting": _s("confirming", "simulated", "no result yet, say 好了 when done"),
    "face_failed": _s(
        "confirming", "simulated", "face did not match: try again (yes) or a person comes (no)"
    ),
    "face_failed_keys": _s("confirming", "simulated", "the same another way: 再试按1，照不了按2"),
    "identity_down": _s(
        "failed", "department title", "identity cannot be proven now; 再试 tries again, 人工 a person"
    ),
    "identity_down_again": _s("failed", "department title", "still down; 再试 or 人工"),
    "identity_failed": _s(
        "handed_over", "title case phone", "identity could not be proven: a person, with a case number"
    ),
    "home_visit": _s("handed_over", "title case phone", "face not possible: a home visit was asked for"),
}

SUBMIT: dict[str, Sentence] = {
    "done": _s(
        "done",
        "text title receipt result next_date simulated again",
        "text is the definition's, filled; again = true when the same thing had been done before",
    ),
    "stored": _s(
        "stored",
        "title department receipt",
        "department does not answer: kept, sent later, nobody calls twice",
    ),
    "department_refused": _s(
        "refused", "title department reason", "the department said no; reason is its sentence"
    ),
    "ledger_full": _s("failed", "title", "nothing could be written down (disk full): not done, try later"),
    "failed": _s("failed", "what", "something of ours broke; nothing was done"),
}

ANSWERS: dict[str, Sentence] = {
    "answer": _s(
        "answered",
        "title short points materials time_and_fee where plain section verify zero_trip",
        "short is 一句话; the lists are lines; section = the one asked for (or empty); with verify say so; may carry"
        " place (say that it decides), reviewed (a date: past its review, say so) and ask_place (ask for the town)",
    ),
    "answer_offer": _s(
        "answered",
        "title short points materials time_and_fee where plain section verify zero_trip service_title",
        "as answer, then 要不要现在就办 (expecting yes_no)",
    ),
    "clarify_topics": _s(
        "clarifying", "options", "您是想问 A 还是 B; options joined by 、, choices carries them"
    ),
    "clarify_aside": _s("clarifying", "options", "as clarify_topics, within a form: ask again by name"),
    "choose_again": _s("clarifying", "options", "what was said is none of the choices"),
    "nothing_to_choose": _s("unanswered", "", "a choice although nothing was offered"),
    "unanswered": _s("unanswered", "case phone", "we do not know: recorded, a person's number"),
    "imported": _s(
        "answered",
        "heading section file location text spoken cut older",
        "no entry of ours, but a passage of the office's own documents says it; spoken = its beginning where cut",
    ),
    "lapsed": _s("unanswered", "title day phone", "the entry that fits expired on day; never told as today's rule"),
    "not_yet": _s("unanswered", "title day phone", "the entry that fits holds only from day on"),
    "refused": _s(
        "refused", "boundary title text", "a question we do not answer; text says why and who does"
    ),
    "redirected": _s("unanswered", "boundary title text", "not ours; text says who does it"),
    "emergency": _s("emergency", "boundary text number case phone", "danger: number first, then a person"),
    "danger_first": _s("answered", "", "one clause with the numbers, before the answer to a question about danger"),
    "offer_service": _s("clarifying", "service_title", "the words belong to a service: is that what is wanted"),
    "emergency_numbers": _s("emergency", "case phone", "danger, kind unknown: 110, 119, 120, then a person"),
    "knowledge_missing": _s(
        "failed", "phone", "the knowledge index is missing or broken; services still work"
    ),
    "offer_declined": _s("answered", "", "no to “要不要现在就办”"),
    "nothing_offered": _s("answered", "", "yes or no although nothing was offered"),
}

BASIS: dict[str, Sentence] = {
    "basis": _s("answered", "title others", "what an answer stands on; the source is the outcome's"),
    "basis_several": _s("answered", "title others", "the same with further texts, listed in others"),
    "basis_of_what": _s("clarifying", "", "asked for the basis before anything was answered"),
    "law_article": _s(
        "answered",
        "document article text spoken cut older",
        "an article's wording; spoken = its beginning where cut; older = known to be amended since",
    ),
    "law_text_missing": _s(
        "answered", "url", "after basis: the wording itself was not imported on this machine"
    ),
    "law_texts_missing": _s(
        "unanswered", "", "a basis was asked for, no law texts were imported; the usual answer follows"
    ),
    "law_not_here": _s("unanswered", "document article phone", "a named article of a text not imported"),
    "law_cited_by": _s(
        "unanswered", "titles document article url", "after law_not_here: which answers of ours rest on it"
    ),
    "law_no_such_article": _s(
        "unanswered", "document article phone", "the text is here and has no such article"
    ),
    "law_unattributed": _s(
        "unanswered", "document article phone", "the text is here but says neither issuer nor date"
    ),
    "law_not_yet": _s("unanswered", "document article day", "the text is here and holds only from day on"),
}

TALK: dict[str, Sentence] = {
    "handed_over": _s("handed_over", "case phone", "a person was asked for: number and case"),
    "out_of_scope": _s("unanswered", "", "not what we are for; what we can do instead"),
    "unclear": _s("unheard", "attempt", "not understood, first time (1) or second (2, other words)"),
    "unclear_person": _s("handed_over", "case phone", "not understood three times: a person"),
    "greet": _s("answered", "", ""),
    "goodbye": _s("answered", "", ""),
    "thanks": _s("answered", "", ""),
    "who_are_you": _s("answered", "", "a machine, not an official; what it can do"),
    "complain": _s("answered", "phone", "sorry; a person at a word"),
    "repeat": _s("answered", "", "the assistant says its last reply again"),
    "slower": _s("answered", "", "slower from now on, and again"),
    "louder": _s("answered", "", "louder from now on, and again"),
    "wait": _s("answered", "", "we wait"),
    "switch_dialect": _s("answered", "dialect", "dialect id now spoken"),
    "which_dialect": _s("clarifying", "options", "a dialect was asked for that we do not know"),
}

SENTENCES: dict[str, Sentence] = {**FORM, **IDENTITY, **SUBMIT, **ANSWERS, **BASIS, **TALK}


def table() -> str:
    """The Markdown table of `actions/README.md`."""
    rows = ["| sentence | status | params | when |", "|---|---|---|---|"]
    rows += [
        f"| `{id}` | {s.status} | {' '.join(s.params) or '–'} | {s.note or id} |"
        for id, s in SENTENCES.items()
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())

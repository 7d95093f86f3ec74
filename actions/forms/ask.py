"""The next question of a form, and how often it was asked in which way.

Every question has ways of asking, first to last. A wrong answer moves to the next way; so does a way that was
used twice (after a question from the side). When all ways are used up a person takes over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.definitions import Definition, Input
from actions.forms.state import State, filled
from actions.forms.wording import confirm_text
from actions.outcome import Outcome, expecting, say
from actions.sentences import SENTENCES
from actions.values.digits import spaced

TWICE = 2
_WAYS: dict[str, tuple[str, ...]] = {
    "read_back": ("read_back_id", "read_back_id_keys"),
    "confirm": ("confirm", "confirm_keys"),
    "same_sound": ("name_same_sound", "name_same_sound_keys"),
    "which": ("which_field", "which_field_keys"),
    "code": ("code_sent", "code_prompt"),
    "face": ("face_step", "face_waiting"),
    "face_failed": ("face_failed", "face_failed_keys"),
    "down": ("identity_down", "identity_down_again"),
}
_KINDS = {
    "person-name": "name",
    "id-number": "digits",
    "phone": "digits",
    "date": "date",
    "money": "money",
    "choice": "choice",
    "place": "place",
    "text": "open",
    "plate": "plate",
    "case-number": "digits",
}
_WHOLE = {"id-number": (18,), "phone": (11,)}
_CODE = (6,)
_YES_NO = ({"id": "yes", "label": "对"}, {"id": "no", "label": "不对"})


def ask(state: State, definition: Definition) -> State:
    """The state with the way of its next question chosen and counted; ended when every way is used up."""
    if state.over or state.phase == "checking":
        return state
    if _going_on(state):
        return replace(
            state, way="partial", said={**state.said, _piece(state): state.said.get(_piece(state), 0) + 1}
        )
    ways = _ways(state, definition)
    index = state.wrongs.get(state.key, 0)
    while index < len(ways) and state.said.get(f"{state.key}:{ways[index]}", 0) >= TWICE:
        index += 1
    if index >= len(ways):
        return state.end("tries")
    counted = {
        **state.said,
        f"{state.key}:{ways[index]}": state.said.get(f"{state.key}:{ways[index]}", 0) + 1,
    }
    return replace(state, way=ways[index], said=counted)


def out_of_ways(state: State, definition: Definition) -> bool:
    """Whether the wrong answers to the present question have used up its ways."""
    return state.wrongs.get(state.key, 0) >= len(_ways(state, definition))


def prompt(state: State, definition: Definition) -> Outcome:
    """The question itself, in the way chosen by `ask` (the first way when it was not called)."""
    way = state.way if state.way in _ways(state, definition) else _ways(state, definition)[0]
    service = definition.id
    if state.phase == "collect" and state.asked:
        input = definition.input(state.asked)
        if state.way == "partial" and state.partial:
            return _go_on(state, definition)
        return Outcome(
            "collecting",
            "prompt",
            {"text": input.prompts[way], "slot": input.id, "label": input.label, "way": way},
            service=service,
            choices=tuple({"id": c, "label": c} for c in input.choices),
            expecting=expecting(
                "digits" if input.checks.digits else _KINDS[input.type], input.choices, _lengths(input)
            ),
        )
    params = _params(state, definition)
    kind, choices = _expected(state, definition)
    return Outcome(
        SENTENCES[way].status,
        way,
        {name: params[name] for name in SENTENCES[way].params},
        service=service,
        choices=choices,
        expecting=expecting(kind, [c["label"] for c in choices], _CODE if state.phase == "code" else ()),
    )


def notes(state: State, definition: Definition) -> list[Outcome]:
    """What is said before the question: what was taken, what was wrong."""
    return [replace(say(n["sentence"], **n["params"]), service=definition.id) for n in state.notes]


def _going_on(state: State) -> bool:
    """Whether a number is being said in groups and its present piece was not asked for twice already."""
    return state.phase == "collect" and bool(state.partial) and state.said.get(_piece(state), 0) < TWICE


def _piece(state: State) -> str:
    return f"{state.asked}:{len(state.partial)}"


def _go_on(state: State, definition: Definition) -> Outcome:
    input = definition.input(state.asked or "")
    count = len(state.partial)
    left = (_lengths(input) or _WHOLE["id-number"])[0] - count
    params = {"label": input.label, "digits": spaced(state.partial), "count": count, "left": left}
    wanted = expecting("digits", lengths=(left,) if left > 0 else ())
    return Outcome("collecting", "id_partial", params, service=definition.id, expecting=wanted)


def _lengths(input: Input) -> tuple[int, ...]:
    """How many digits a whole answer has: GB 11643 for identity, mobile numbers, what the definition says."""
    return (input.checks.digits,) if input.checks.digits else _WHOLE.get(input.type, ())


def _ways(state: State, definition: Definition) -> tuple[str, ...]:
    if state.phase == "collect" and state.asked:
        return definition.input(state.asked).ways()
    if state.phase == "which" and state.proof.get("identity") == "unknown":
        return ("identity_unknown", "identity_unknown_again")
    return _WAYS[state.phase]


def _expected(state: State, definition: Definition) -> tuple[str, tuple[Mapping[str, str], ...]]:
    match state.phase:
        case "which":
            return "choice", tuple({"id": id, "label": definition.input(id).label} for id in state.options)
        case "code":
            return "digits", ({"id": "resend", "label": "没收到"},)
        case "face":
            return "yes_no", ({"id": "yes", "label": "照好了"}, {"id": "no", "label": "照不了"})
        case "face_failed":
            return "yes_no", ({"id": "yes", "label": "再试一次"}, {"id": "no", "label": "照不了"})
        case "down":
            return "yes_no", ({"id": "yes", "label": "再试一次"}, {"id": "human", "label": "人工"})
        case _:
            return "yes_no", _YES_NO


def _params(state: State, definition: Definition) -> dict[str, Any]:
    identity = definition.identity
    id_number = state.values.get(state.asked or "", "") if state.phase == "read_back" else ""
    return {
        "label": definition.input(state.asked).label if state.asked else "",
        "digits": spaced(id_number),
        "text": confirm_text(definition, state.values) if state.phase == "confirm" else "",
        "options": "、".join(definition.input(id).label for id in state.options),
        "name": state.values.get(identity.name or "", ""),
        "tail": state.values.get(
            (identity.id_number if state.phase == "which" else identity.phone) or "", ""
        )[-4:],
        "simulated": True,
        "department": definition.department.name,
        "title": definition.title,
        "left": state.proof.get("left", 0),
    }


def wrong_options(definition: Definition, state: State) -> tuple[str, ...]:
    """What can be wrong at the read-back: every value said in it."""
    return tuple(i.id for i in filled(definition, state))

"""The form machine: pure functions from state and words to state; `effect` names what the shell must do.

state = start(definition, text, today=…)           # values said in the opening sentence are taken
state = step(state, definition, text, intent, …)    # one turn
state = resolve(state, definition, result)           # answer to state.effect (identity.py)
state = ask(state, definition); prompt(state, definition)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from actions.definitions import Definition
from actions.forms import correct, take
from actions.forms.ask import out_of_ways, wrong_options
from actions.forms.commands import back, is_back, is_restart, is_stop
from actions.forms.proof import code_turn, face_failed_turn, face_turn, prove
from actions.forms.state import State, next_input
from actions.forms.wording import named, said
from actions.forms.yes_no import yes_or_no
from actions.values import Partial, Value, Wrong, choice, none_given, read
from actions.values.digits import runs

_WHOLE = {"id-number": "wrong_id_length", "phone": "wrong_phone", "case-number": "wrong_credit_code"}
_ALL_WRONG = re.compile(r"都不对|全不对|全错|都错|全部")


def start(definition: Definition, text: str, *, today: date | None = None, form: str = "") -> State:
    """A new run; whatever the opening sentence already says is taken."""
    today = today or date.today()
    state = State(service=definition.id, form=form)
    taken, _ = take.unasked(definition, state, text, today)
    for input in definition.inputs:
        if input.from_opening and isinstance(said_first := read(input, text, today=today), Value):
            taken[input.id] = said_first.value
    return _advance(_fill_all(state, definition, taken, say_from=1), definition)


def step(
    state: State, definition: Definition, text: str, intent: str | None = None, *, today: date | None = None
) -> State:
    """The state after one turn of the caller. Never raises for any text; an ended state stays as it is."""
    if state.over:
        return state
    today = today or date.today()
    state = replace(state, notes=(), effect=None, correcting=None)
    if intent == "human":
        return state.end("human")
    if intent == "stop" or is_stop(text):
        return state.end("stopped")
    if (intent == "restart" or is_restart(text)) and not state.partial:
        return restart(state, definition)
    if intent == "back" or is_back(text):
        return back(state, definition)
    after = _TURNS[state.phase](state, definition, text, intent, today)
    if not after.over and after.key == state.key and out_of_ways(after, definition):
        return after.end(
            "tries" if after.phase in ("collect", "which", "confirm", "read_back") else "identity"
        )
    return after


def restart(state: State, definition: Definition) -> State:
    """From the first question again; nothing kept but the run's id."""
    fresh = State(service=state.service, form=state.form, seen=state.seen)
    return _advance(fresh.note("restarted", title=definition.title), definition)


def _collect(state: State, definition: Definition, text: str, intent: str | None, today: date) -> State:
    if corrected := _corrected(state, definition, text, intent, today):
        return corrected
    assert state.asked is not None
    input = definition.input(state.asked)
    if none_given(input, text):
        return _advance(replace(state, skipped=(*state.skipped, input.id)), definition)
    taken, rest = ({}, text) if input.type == "text" else _others(state, definition, text, today)
    result = read(input, rest, today=today, so_far=state.partial)
    if isinstance(result, Value):
        return _advance(
            _fill_all(state, definition, {input.id: result.value, **taken}, say_from=2), definition
        )
    state = _fill_all(state, definition, taken, say_from=1)
    if isinstance(result, Partial) and result.digits != state.partial:
        return replace(state, partial=result.digits)
    if taken or (not runs(rest, cross=True) and yes_or_no(text) is True):
        return state
    problem = (
        result if isinstance(result, Wrong) else Wrong(_WHOLE[input.type], {"count": len(state.partial)})
    )
    if runs(text, cross=True):
        state = replace(state, partial="")
    return state.wrong(input.id).note(problem.sentence, **problem.params)


def _others(state: State, definition: Definition, text: str, today: date) -> tuple[dict[str, str], str]:
    """Values said besides the asked one. Pieces of an ID number are no telephone; the name 徐国庆 holds no day."""
    input = definition.input(state.asked or "")
    name = read(input, text, today=today) if input.type == "person-name" else None
    if isinstance(name, Value) and name.value == text:
        return {}, text
    if input.type != "id-number":
        return take.unasked(definition, state, text, today, skip=input.id)
    number, around = take.whole_id(text, today)
    taken, _ = take.unasked(definition, state, around, today, skip=input.id)
    if number is None and not re.search(r"电话|手机", text):
        taken = {k: v for k, v in taken.items() if definition.input(k).type not in ("phone", "money", "date")}
    return taken, number or text


def _read_back(state: State, definition: Definition, text: str, intent: str | None, today: date) -> State:
    assert state.asked is not None
    input = definition.input(state.asked)
    said_again = read(input, text, today=today)
    if isinstance(said_again, Value) and said_again.value != state.values[input.id]:
        return _advance(state.fill(input.id, said_again.value), definition)
    answer = yes_or_no(text, intent)
    if answer is True or isinstance(said_again, Value):
        return _advance(replace(state, checked=(*state.checked, input.id)), definition)
    if corrected := _corrected(state, definition, text, intent, today, unless=input.id):
        return corrected
    if answer is False or re.search(r"不对|错", text):
        again = replace(state.drop(input.id), phase="collect", asked=input.id).wrong(input.id)
        if isinstance(said_again, Partial):
            return _collect(again, definition, text, intent, today)
        return again if not out_of_ways(again, definition) else again.end("tries")
    return state.wrong(state.key).note("confirm_again")


def _confirm(state: State, definition: Definition, text: str, intent: str | None, today: date) -> State:
    if corrected := _corrected(state, definition, text, intent, today):
        return corrected
    answer = yes_or_no(text, intent)
    if answer is True:
        return prove(state, definition)
    if answer is False:
        return replace(state, phase="which", options=wrong_options(definition, state))
    number, telephone = take.whole_numbers(text, today)
    for input in definition.inputs:
        new = number if input.type == "id-number" else telephone if input.type == "phone" else None
        if new and input.id in state.values:
            return _replaced(state, definition, input.id, new)
    return state.wrong(state.key).note("confirm_again")


def _which(state: State, definition: Definition, text: str, intent: str | None, today: date) -> State:
    if _ALL_WRONG.search(text):
        return restart(state, definition)
    if corrected := _corrected(state, definition, text, "correct_value", today):
        return corrected
    labels = [definition.input(id).label for id in state.options]
    found = choice.parse(text, labels, {})
    if isinstance(found, Value):
        return _asked_again(state, definition, state.options[labels.index(found.value)])
    number, telephone = take.whole_numbers(text, today)
    for id in state.options:
        kind = definition.input(id).type
        new = number if kind == "id-number" else telephone if kind == "phone" else None
        if new:
            return _replaced(state, definition, id, new)
    return state.wrong(state.key).note("choose_again", options="、".join(labels))


def _same_sound(state: State, definition: Definition, text: str, intent: str | None, today: date) -> State:
    answer = yes_or_no(text, intent)
    if answer is True:
        proof = {**state.proof, "identity": "ok"}
        return _advance(replace(state, phase="collect", asked=None, proof=proof), definition)
    if answer is False:
        assert definition.identity.name is not None
        return _asked_again(state, definition, definition.identity.name)
    return state.wrong(state.key).note("confirm_again")


def _code(state: State, definition: Definition, text: str, intent: str | None, today: date) -> State:
    if corrected := _corrected(state, definition, text, intent, today):
        return corrected
    return code_turn(state, text)


def _face(state: State, definition: Definition, text: str, intent: str | None, today: date) -> State:
    return face_turn(state, definition, text, yes_or_no(text, intent))


def _face_failed(state: State, definition: Definition, text: str, intent: str | None, today: date) -> State:
    return face_failed_turn(state, definition, text, yes_or_no(text, intent))


def _down(state: State, definition: Definition, text: str, intent: str | None, today: date) -> State:
    if yes_or_no(text, intent) is False:
        return state.end("identity")
    return replace(state.wrong("down"), effect=str(state.proof.get("waiting", "identity")))


def _checking(state: State, definition: Definition, text: str, intent: str | None, today: date) -> State:
    return replace(state, effect="identity")


_TURNS: dict[str, Callable[[State, Definition, str, str | None, date], State]] = {
    "collect": _collect,
    "read_back": _read_back,
    "checking": _checking,
    "which": _which,
    "same_sound": _same_sound,
    "confirm": _confirm,
    "code": _code,
    "face": _face,
    "face_failed": _face_failed,
    "down": _down,
}


def _corrected(
    state: State,
    definition: Definition,
    text: str,
    intent: str | None,
    today: date,
    *,
    unless: str | None = None,
) -> State | None:
    """One value changed (or asked again) because the sentence says that it is wrong; the others stay."""
    found = correct.find(definition, state, text, intent)
    if found is None or found.input.id == unless:
        return None
    result = read(found.input, found.rest, today=today) if found.rest else Wrong("wrong_text")
    if isinstance(result, Value):
        return _replaced(state, definition, found.input.id, result.value)
    again = _asked_again(state, definition, found.input.id)
    return replace(again, partial=result.digits) if isinstance(result, Partial) else again


def _replaced(state: State, definition: Definition, id: str, value: str) -> State:
    input = definition.input(id)
    proof = {} if id in _identity(definition) else state.proof
    changed = replace(state.fill(id, value), phase="collect", proof=proof)
    return _advance(changed.note("corrected", label=input.label, value=said(input, value)), definition)


def _asked_again(state: State, definition: Definition, id: str) -> State:
    proof = {} if id in _identity(definition) else state.proof
    return replace(state.drop(id), phase="collect", asked=id, correcting=id, proof=proof)


def _identity(definition: Definition) -> tuple[str | None, ...]:
    return (definition.identity.name, definition.identity.id_number, definition.identity.phone)


def _fill_all(state: State, definition: Definition, values: dict[str, str], *, say_from: int) -> State:
    """With values filled; named back when at least `say_from` (an ID number has its own)."""
    for id, value in values.items():
        state = state.fill(id, value)
    items = [named(i, values[i.id]) for i in definition.inputs if i.id in values and i.type != "id-number"]
    return state.note("noted", items="，".join(items)) if items and len(values) >= say_from else state


def _advance(state: State, definition: Definition) -> State:
    """On to what comes next: ID read back, next question, proof of identity, the read-back."""
    for input in definition.inputs:
        if input.type == "id-number" and input.id in state.values and input.id not in state.checked:
            return replace(state, phase="read_back", asked=input.id)
    open_input = next_input(definition, state)
    if open_input is not None:
        return replace(state, phase="collect", asked=open_input.id, partial="")
    if definition.identity.rung != "none" and "identity" not in state.proof:
        return replace(state, phase="checking", asked=None, effect="identity")
    return replace(state, phase="confirm", asked=None, partial="")

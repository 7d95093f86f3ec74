"""The generic form in Rasa: start, one step a turn, the next question, and doing what was confirmed."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from typing import Any

from actions.definitions import Definition, all_definitions, by_intent
from actions.forms import State, ask, done_text, is_answer, notes, prompt, start
from actions.identity import settle
from actions.ledger import LedgerUnavailable
from actions.office import Office
from actions.outcome import Outcome, say
from actions.rasa.act import Act, Done, hand_over, take_turn
from actions.rasa.turn import Turn
from actions.sending import Submitted, submit

_OVER = {"service": None, "form_state": None, "service_value": None, "accepted": None, "offered": None}
_OPEN = {"service_value": None, "offered": None}


class ServiceStart(Act):
    """A service intent, or an accepted offer. The same service again goes on where it was."""

    id = "action_service_start"
    diverts = True

    async def handle(self, turn: Turn, office: Office) -> Done:
        definition = _wanted(turn)
        if definition is None:
            return Done([say("failed", what="service")], _OVER)
        running = turn.state if turn.in_form else None
        if running is not None and running.service == definition.id and not running.over:
            return Done(slots={"form_state": replace(running, seen=turn.key, notes=()).as_json()})
        text = turn.text if by_intent(turn.intent or "") == definition else ""
        state = start(definition, text, form=uuid.uuid4().hex[:12])
        deadline = asyncio.get_running_loop().time() + office.seconds - 0.5
        state = replace(await settle(state, definition, office.back_end, deadline), seen=turn.key)
        opening = say("service_start", title=definition.title, says_first=definition.says_first)
        slots = {**_OPEN, "service": definition.id, "form_state": state.as_json()}
        return Done([replace(opening, service=definition.id)], slots)


class ValidateServiceForm(Act):
    """Rasa calls this once a turn in the form, and again after side questions; a message is taken once only.

    Where Rasa extracted no value (an interrupting intent) and the words are no answer either, no slot is set: Rasa
    then rejects the form for this turn and its rules answer the interruption.
    """

    id = "validate_service_form"
    marks = False

    async def handle(self, turn: Turn, office: Office) -> Done:
        state = turn.state
        if state is None or turn.definition is None:
            return Done(slots={"form_state": None, "service_value": "done"})
        if state.seen == turn.key:
            return Done(slots={"service_value": "done" if state.over else None})
        extracted = turn.slots.get("service_value") is not None
        if not extracted and not is_answer(state, turn.definition, turn.text, turn.intent):
            return Done()
        return await take_turn(turn, state, office)


class AskServiceValue(Act):
    """The next question, after what has to be said about the last answer."""

    id = "action_ask_service_value"

    async def handle(self, turn: Turn, office: Office) -> Done:
        state, definition = turn.state, turn.definition
        if state is None or definition is None:
            return Done(slots={"form_state": None, "service_value": "done", "requested_slot": None})
        asked = ask(state, definition)
        if asked.over:
            slots = {"form_state": asked.as_json(), "service_value": "done", "requested_slot": None}
            return Done(slots=slots)
        outcomes = [*notes(asked, definition), prompt(asked, definition)]
        return Done(outcomes, {"form_state": replace(asked, notes=()).as_json()})


class ServiceSubmit(Act):
    """The form is over: do it, or say why it is not done. `submit` keeps the deadline itself and knows what it left."""

    id = "action_service_submit"
    share = 5 / 3

    async def handle(self, turn: Turn, office: Office) -> Done:
        state, definition = turn.state, turn.definition
        if state is None or definition is None:
            return Done([say("failed", what="form")], _OVER)
        if state.phase != "done":
            outcome = await _not_done(turn, state, definition, office)
            return Done([replace(outcome, service=definition.id)], _OVER)
        values = dict(state.values)
        try:
            sent = await submit(
                definition, turn.conversation, values, office.ledger, office.back_end, seconds=office.seconds
            )
        except LedgerUnavailable:
            return Done([replace(say("ledger_full", title=definition.title), service=definition.id)], _OVER)
        return Done([replace(_told(definition, values, sent), service=definition.id)], _OVER)


SERVICE = (ServiceStart(), ValidateServiceForm(), AskServiceValue(), ServiceSubmit())


def _wanted(turn: Turn) -> Definition | None:
    """`accepted` stays as it is here: the rule of an accepted offer is in force until the form is open."""
    return by_intent(turn.intent or "") or all_definitions().get(str(turn.slots.get("service")))


async def _not_done(turn: Turn, state: State, definition: Definition, office: Office) -> Outcome:
    title = definition.title
    match state.reason:
        case "stopped":
            return say("stopped", title=title)
        case "human":
            return await hand_over(turn, office, "human", "handed_over")
        case "home_visit":
            return await hand_over(turn, office, "home-visit", "home_visit", title=title)
        case "identity":
            return await hand_over(turn, office, "identity", "identity_failed", title=title)
        case _:
            label = definition.input(state.asked).label if state.asked else title
            return await hand_over(turn, office, "tries", "too_many_tries", label=label, title=title)


def _told(definition: Definition, values: dict[str, str], sent: Submitted) -> Outcome:
    title = definition.title
    if sent.state == "refused":
        return say("department_refused", title=title, department=sent.department, reason=sent.reason)
    receipt: dict[str, Any] = {
        "number": sent.receipt,
        "service": definition.id,
        "title": title,
        "state": sent.state,
        "next_date": sent.next_date,
        "result": sent.result,
        "simulated": sent.simulated,
    }
    if sent.state == "stored":
        stored = say("stored", title=title, department=sent.department, receipt=sent.receipt)
        return replace(stored, receipt=receipt)
    extra = {"receipt": sent.receipt, "next_date": sent.next_date, "result": sent.result}
    params = {
        "text": done_text(definition, values, extra),
        "title": title,
        **extra,
        "simulated": sent.simulated,
        "again": sent.again,
    }
    return Outcome("done", "done", params, receipt=receipt)

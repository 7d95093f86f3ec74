"""The frame of every action: reads the turn, keeps the deadline, catches what breaks, never raises."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rasa_sdk import Action
from rasa_sdk.events import SlotSet

from actions import office
from actions.forms import State, is_answer, step
from actions.identity import settle
from actions.masking import masked
from actions.office import Office
from actions.outcome import PERSON_PHONE, Outcome, say
from actions.rasa.turn import Turn

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Done:
    """What an action has to say and which slots it sets (in order; later events may depend on earlier ones)."""

    outcomes: Sequence[Outcome] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)


class Act(Action):  # type: ignore[misc]
    """Subclasses set `id` and write `handle`. With `diverts`, a sentence that is surely the answer to the running
    form's question is taken as that, whatever Rasa thought it was. `share` is its part of the action deadline.
    `marks`: the running form notes that this message is used up (not where Rasa's rules still have to answer it)."""

    id = ""
    diverts = False
    share = 1.0
    marks = True

    def name(self) -> str:
        """The action's name in the domain."""
        return self.id

    async def handle(self, turn: Turn, office: Office) -> Done:
        """The action itself. May raise; `run` says `failed` then."""
        raise NotImplementedError

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        """Called by rasa_sdk."""
        seconds = self.share * office.current().seconds
        try:
            turn = Turn.of(tracker)
            async with asyncio.timeout(seconds):
                done = await self._handled(turn)
        except TimeoutError:
            _log.error("%s: not done in %s s", self.id, seconds)
            done = Done([say("failed", what="deadline")])
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            _log.error("%s failed: %s at %s:%s", self.id, type(error).__name__, where.name, where.lineno)
            done = Done([say("failed", what=type(error).__name__)])
        intent = (tracker.latest_message or {}).get("intent") or {}
        for outcome in done.outcomes:
            dispatcher.utter_message(json_message=outcome.about(intent=intent.get("name")).as_dict())
        return [SlotSet(slot, value) for slot, value in done.slots.items()]

    async def _handled(self, turn: Turn) -> Done:
        state, definition = turn.state, turn.definition
        running = turn.in_form and state is not None and definition is not None and state.seen != turn.key
        if (
            running
            and self.diverts
            and state
            and definition
            and is_answer(state, definition, turn.text, turn.intent)
        ):
            return await take_turn(turn, state, office.current())
        done = await self.handle(turn, office.current())
        if running and state and self.marks and "form_state" not in done.slots:
            seen = replace(state, seen=turn.key, notes=())
            return replace(done, slots={**done.slots, "form_state": seen.as_json()})
        return done


async def take_turn(turn: Turn, state: State, place: Office) -> Done:
    """The message as an answer in the running form: one step, its effects, the slots."""
    definition = turn.definition
    if definition is None:
        return Done(slots={"form_state": None, "service_value": "done"})
    deadline = asyncio.get_running_loop().time() + place.seconds - 0.5
    after = step(state, definition, turn.text, turn.intent)
    after = replace(await settle(after, definition, place.back_end, deadline), seen=turn.key)
    return Done(slots={"form_state": after.as_json(), "service_value": "done" if after.over else None})


async def hand_over(turn: Turn, place: Office, kind: str, sentence: str, **params: Any) -> Outcome:
    """A case with what a person needs to go on (numbers and names masked), and how to reach one."""
    state, definition = turn.state, turn.definition
    names = _names(turn)
    summary = {
        "said": [masked(text, names) for text in turn.said],
        "asked": state.asked if state else None,
        "filled": sorted(state.values) if state else [],
    }
    number = await place.open_case(
        kind,
        turn.conversation,
        channel=turn.channel,
        dialect=turn.dialect,
        service=definition.id if definition else "",
        topic=str(turn.slots.get("topic") or ""),
        summary=summary,
    )
    return say(sentence, case=number, phone=PERSON_PHONE, **params)


def _names(turn: Turn) -> list[str]:
    state, definition = turn.state, turn.definition
    if state is None or definition is None:
        return []
    return [state.values[i.id] for i in definition.inputs if i.type == "person-name" and i.id in state.values]

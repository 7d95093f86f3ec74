"""Steering: taking up an offer, stopping, going back."""

from __future__ import annotations

from dataclasses import replace

from actions.definitions import all_definitions
from actions.forms import restart, step
from actions.office import Office
from actions.outcome import expecting, say
from actions.rasa.act import Act, Done, hand_over
from actions.rasa.turn import Turn

_OVER = {"service": None, "form_state": None, "service_value": None, "accepted": None, "offered": None}


class AcceptOffer(Act):
    """Yes to “要不要现在就办”; yes to nothing says so."""

    id = "action_accept_offer"

    async def handle(self, turn: Turn, office: Office) -> Done:
        service = turn.offered.get("service")
        if service in all_definitions():
            return Done(slots={"accepted": "service", "service": service, "offered": None})
        if topics := turn.offered.get("topics"):
            labels = [str(t["label"]) for t in topics]
            again = say("choose_again", options="、".join(labels))
            asked = replace(again, choices=tuple(topics), expecting=expecting("choice", labels))
            return Done([asked], {"accepted": "nothing"})
        return Done([say("nothing_offered")], {"accepted": "nothing"})


class DeclineOffer(Act):
    """No to an offer, or to nothing."""

    id = "action_decline_offer"

    async def handle(self, turn: Turn, office: Office) -> Done:
        if turn.offered.get("topics"):
            return Done([await hand_over(turn, office, "unanswered", "unanswered")], {"offered": None})
        sentence = "offer_declined" if turn.offered else "nothing_offered"
        return Done([say(sentence)], {"offered": None, "accepted": "nothing"})


class Stop(Act):
    """The service is given up; nothing was handed in."""

    id = "action_stop"

    async def handle(self, turn: Turn, office: Office) -> Done:
        definition = turn.definition if turn.in_form else None
        outcome = say("stopped", title=definition.title) if definition else say("nothing_to_stop")
        return Done([outcome], _OVER)


class Back(Act):
    """One question back; the form asks it."""

    id = "action_back"

    async def handle(self, turn: Turn, office: Office) -> Done:
        state, definition = turn.state, turn.definition
        if not turn.in_form or state is None or definition is None:
            return Done([say("nothing_to_stop")])
        after = step(state, definition, turn.text, "back")
        return Done(slots={"form_state": replace(after, seen=turn.key).as_json()})


class RestartForm(Act):
    """The form from its first question."""

    id = "action_restart_form"

    async def handle(self, turn: Turn, office: Office) -> Done:
        state, definition = turn.state, turn.definition
        if not turn.in_form or state is None or definition is None:
            return Done([say("nothing_offered")], {"topic": None, "offered": None})
        after = restart(state, definition)
        return Done(slots={"form_state": replace(after, seen=turn.key).as_json()})


class Restart(RestartForm):
    """The same under the name that the rules use (it takes the place of Rasa's own action of that name)."""

    id = "action_restart"


STEER = (AcceptOffer(), DeclineOffer(), Stop(), Back(), RestartForm(), Restart())

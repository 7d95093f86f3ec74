"""A stand-in for Rasa's loop around the real webhook: the rules of the contract, a tracker made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import settings
from starlette.testclient import TestClient

from actions import office
from actions.back_end import BackEnd
from actions.definitions import all_definitions, by_intent
from actions.departments.app import build as build_departments
from actions.departments.faults import Faults
from actions.departments.store import Store
from actions.ledger import Ledger
from actions.server import build

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

TODAY = date.today()
PATIENCE = 60.0  # deadlines are not what these tests are about; a busy machine must not fail them
IN_FORM = {
    "ask_policy": "action_answer_policy",
    "back": "action_back",
    "restart": "action_restart",
    "complain": "action_complain",
    "who_are_you": "action_who_are_you",
    "switch_dialect": "action_switch_dialect",
}
QUIET = {
    "repeat": "action_repeat",
    "wait": "action_wait",
    "human": "action_human",
    "emergency": "action_emergency",
}
ALONE = {
    **IN_FORM,
    **QUIET,
    "nlu_fallback": "action_answer_policy",
    "inform": "action_answer_policy",
    "out_of_scope": "action_out_of_scope",
    "choose_option": "action_choose_option",
    "deny": "action_decline_offer",
    "stop": "action_stop",
    "greet": "action_greet",
}


class Rasa:
    """One conversation. `turn` answers the outcomes of one message, in order.

    As in Rasa the form runs first; where its validation sets nothing for an interrupting intent it is rejected and the
    rules answer; then it is validated again with the same message, and asks.
    """

    def __init__(self, client: TestClient, conversation: str = "conversation-1") -> None:
        self.client, self.conversation = client, conversation
        self.slots: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self.loop = False
        self.messages = 0
        self.outcomes: list[dict[str, Any]] = []

    def turn(self, text: str, intent: str = "inform", **metadata: Any) -> list[dict[str, Any]]:
        self.messages += 1
        data = {
            "conversation": self.conversation,
            "message_id": f"m{self.messages}",
            "channel": "web",
            **metadata,
        }
        self.message = {"text": text, "intent": {"name": intent}, "metadata": data}
        self.events.append({"event": "user", "text": text})
        self.outcomes = []
        self._rules(text, intent)
        self._happened("action_listen")
        return self.outcomes

    def call(self, action: str) -> list[dict[str, Any]]:
        """One call of the webhook with the tracker as it is."""
        answer = self.client.post(
            "/webhook",
            json={
                "next_action": action,
                "sender_id": self.conversation,
                "tracker": {
                    "sender_id": self.conversation,
                    "slots": self.slots,
                    "latest_message": self.message,
                    "events": self.events,
                    "paused": False,
                    "active_loop": {"name": "service_form"} if self.loop else {},
                    "latest_action_name": "action_listen",
                },
                "domain": {},
                "version": "3.6.21",
            },
        )
        assert answer.status_code == 200, answer.text
        events: list[dict[str, Any]] = answer.json()["events"]
        for event in events:
            assert event["event"] == "slot"
            self.slots[event["name"]] = event["value"]
        said = [r["custom"] for r in answer.json()["responses"]]
        self.outcomes += said
        self.events += [{"event": "bot", "text": None, "data": {"custom": one}} for one in said]
        self._happened(action)
        return events

    def _rules(self, text: str, intent: str) -> None:
        if self.loop:
            interrupting = intent in (*QUIET, *IN_FORM, "stop") or by_intent(intent) is not None
            self.slots["service_value"] = None if interrupting else text
            events = self.call("validate_service_form")
            if events or not interrupting:
                self._ask()
            elif intent in QUIET:
                self.call(QUIET[intent])
            elif intent == "stop":
                self.call("action_stop")
                self.loop = False
            else:
                self.call(IN_FORM.get(intent, "action_service_start"))
                self.call("validate_service_form")
                self._ask()
        elif by_intent(intent):
            self.call("action_service_start")
            self._open()
        elif intent == "affirm":
            self.call("action_accept_offer")
            if self.slots.get("accepted") == "service":
                self.call("action_service_start")
                self._open()
        else:
            self.call(ALONE[intent])

    def _open(self) -> None:
        self.loop = True
        self.call("validate_service_form")
        self._ask()

    def _ask(self) -> None:
        ended = False
        if self.slots.get("service_value") is None:
            events = self.call("action_ask_service_value")
            ended = any(e["name"] == "requested_slot" and e["value"] is None for e in events)
        if ended or self.slots.get("service_value") is not None:
            self.loop = False
            self.call("action_service_submit")

    def _happened(self, action: str) -> None:
        self.events.append({"event": "action", "name": action})


class NoKnowledge:
    """An index that is not there."""

    def __call__(self) -> Any:
        raise FileNotFoundError("no index")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """Action server and departments in process, each with its own database; `world.rasa()` opens a conversation."""
    store, faults = Store(tmp_path / "departments.db"), Faults()
    departments = build_departments(store, faults, lambda: TODAY)
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    place = office.Office(
        ledger,
        BackEnd("http://departments", httpx.ASGITransport(departments), PATIENCE),
        NoKnowledge(),
        seconds=PATIENCE,
    )
    office.use(place)
    client = TestClient(build())
    opened: Callable[..., Rasa] = lambda name="conversation-1": Rasa(client, name)  # noqa: E731
    yield SimpleNamespace(rasa=opened, client=client, store=store, faults=faults, ledger=ledger, office=place)
    office.use(None)
    ledger.close()


assert all_definitions()

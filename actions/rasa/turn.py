"""One turn as an action sees it: what the tracker holds, read once, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from actions.definitions import Definition, all_definitions, by_intent
from actions.forms import State

REMEMBERED_TURNS = 6
MEANT = 0.6
"""Of the classifier's confidence: below it a service is only a guess and is not offered."""


@dataclass(frozen=True)
class Turn:
    """`key` is the same whenever the same message is processed again; `said` are earlier messages, newest first;
    `service_meant` is the service that the words were about before the engine found that they only ask; `told` are
    the outcomes that the conversation has brought so far, oldest first."""

    conversation: str
    text: str
    raw: str
    intent: str | None
    channel: str
    dialect: str
    key: str
    slots: Mapping[str, Any]
    said: tuple[str, ...]
    unclear: int
    in_form: bool
    service_meant: str | None = None
    told: tuple[Mapping[str, Any], ...] = ()

    @staticmethod
    def of(tracker: Any) -> Turn:
        """From a rasa_sdk Tracker."""
        message = tracker.latest_message or {}
        metadata = message.get("metadata") or {}
        text = str(message.get("text") or "")
        users = [e for e in tracker.events if e.get("event") == "user"]
        return Turn(
            conversation=str(metadata.get("conversation") or tracker.sender_id),
            text=text,
            raw=str(metadata.get("raw") or text),
            intent=(message.get("intent") or {}).get("name"),
            channel=str(metadata.get("channel") or ""),
            dialect=str(tracker.slots.get("dialect") or metadata.get("dialect") or "mandarin"),
            key=str(metadata.get("message_id") or f"turn-{len(users)}"),
            slots=dict(tracker.slots),
            said=tuple(str(e.get("text") or "") for e in reversed(users))[:REMEMBERED_TURNS],
            unclear=_unclear_in_a_row(tracker.events),
            in_form=bool((tracker.active_loop or {}).get("name")),
            service_meant=_service_meant(message.get("intent_ranking") or ()),
            told=tuple(_outcomes(tracker.events)),
        )

    @property
    def state(self) -> State | None:
        """The running form, or None."""
        data = self.slots.get("form_state")
        return State.from_json(data) if isinstance(data, dict) and data.get("service") else None

    @property
    def definition(self) -> Definition | None:
        """The running form's service, or None."""
        state = self.state
        return all_definitions().get(state.service) if state else None

    @property
    def offered(self) -> Mapping[str, Any]:
        """What was offered last: `{"service": id}` or `{"topics": [{"id", "label"}]}`, or nothing."""
        offered = self.slots.get("offered")
        return offered if isinstance(offered, dict) else {}


def _service_meant(ranking: Iterable[Mapping[str, Any]]) -> str | None:
    first = next(iter(ranking), {})
    definition = by_intent(str(first.get("name")))
    return definition.id if definition and float(first.get("confidence") or 0.0) >= MEANT else None


def _outcomes(events: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    for event in events:
        custom = (event.get("data") or {}).get("custom") if event.get("event") == "bot" else None
        if isinstance(custom, dict) and "sentence" in custom:
            yield custom


def _unclear_in_a_row(events: list[dict[str, Any]]) -> int:
    """How many turns before this one ended in action_unclear without another answer between."""
    count = 0
    for event in reversed(events):
        name = event.get("name") if event.get("event") == "action" else None
        if name == "action_unclear":
            count += 1
        elif name not in (None, "action_listen", "action_session_start"):
            break
    return count

"""A conversation with the pure form machine: what is said goes in, what is asked comes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from actions.definitions import Definition, load
from actions.forms import State, ask, notes, prompt, resolve, start, step
from actions.outcome import Outcome

TODAY = date(2026, 11, 25)
ID = "420101195803211024"
OTHER_ID = "420101198510012033"
SPOKEN = str.maketrans("0123456789X", "零幺二三四五六七八九叉")
GOOD: Mapping[str, dict[str, Any]] = {
    "identity": {"result": "ok"},
    "send_code": {"result": "sent"},
    "check_code": {"result": "right"},
    "start_face": {"result": "started", "session": "s"},
    "check_face": {"result": "passed"},
}


class Talk:
    """One conversation with one form; effects are answered from `world`."""

    def __init__(self, service: str | Definition, opening: str, world: Mapping[str, Any] = GOOD) -> None:
        self.definition = load(service) if isinstance(service, str) else service
        self.world = dict(world)
        self.heard: list[Outcome] = []
        self._settle(start(self.definition, opening, today=TODAY))

    def say(self, *texts: str, intent: str | None = None) -> Talk:
        for text in texts:
            state = State.from_json(json.loads(json.dumps(self.state.as_json())))
            self._settle(step(state, self.definition, text, intent, today=TODAY))
        return self

    def again(self) -> Talk:
        """The same question after something from the side."""
        self._question()
        return self

    def _settle(self, state: State) -> None:
        while state.effect:
            state = resolve(state, self.definition, self.world[state.effect])
        self.state = state
        self._question()

    def _question(self) -> None:
        self.state = ask(self.state, self.definition)
        self.said = [] if self.state.over else [*notes(self.state, self.definition)]
        if not self.state.over:
            self.said.append(prompt(self.state, self.definition))
        self.heard += self.said

    @property
    def sentences(self) -> list[str]:
        return [o.sentence for o in self.said]

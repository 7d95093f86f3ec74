"""Where a form stands: plain data, JSON in and out, carried in Rasa's slot `form_state`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from actions.definitions import Definition, Input

ENDED = ("done", "ended")
_READ_BACKS = ("read_back", "confirm", "which")


@dataclass(frozen=True)
class State:
    """One run of one service.

    `phase`: collect, read_back (ID number), checking (identity, by the shell), which (what is wrong?),
    same_sound, confirm, code, face, face_failed, down (proof cannot be had now), done (confirmed and
    proven), ended (`reason`). `effect` is what the shell has to do before the next question: identity,
    send_code, check_code, start_face, check_face. `said` counts questions by `key:way`, `wrongs` counts
    wrong answers by key.
    """

    service: str
    form: str = ""
    phase: str = "collect"
    asked: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    partial: str = ""
    wrongs: Mapping[str, int] = field(default_factory=dict)
    said: Mapping[str, int] = field(default_factory=dict)
    way: str = ""
    options: tuple[str, ...] = ()
    correcting: str | None = None
    notes: tuple[Mapping[str, Any], ...] = ()
    effect: str | None = None
    proof: Mapping[str, Any] = field(default_factory=dict)
    seen: str = ""
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain lists and dictionaries."""
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> State:
        """The state again; unknown keys are dropped. Raises TypeError without a service."""
        known = {f.name for f in fields(State)}
        plain: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known
        }
        return State(**plain)

    @property
    def over(self) -> bool:
        """Whether nothing is asked any more."""
        return self.phase in ENDED

    @property
    def key(self) -> str:
        """What is being asked: an input's id, or the phase."""
        return self.asked if self.phase == "collect" and self.asked else self.phase

    def note(self, sentence: str, **params: Any) -> State:
        """With one more sentence to say before the next question."""
        return replace(self, notes=(*self.notes, {"sentence": sentence, "params": params}))

    def wrong(self, key: str) -> State:
        """With one more wrong answer to `key`."""
        return replace(self, wrongs={**self.wrongs, key: self.wrongs.get(key, 0) + 1})

    def fill(self, id: str, value: str) -> State:
        """With a value. What is read back is new then, so those questions are counted afresh."""
        return replace(
            self,
            values={**self.values, id: value},
            skipped=tuple(s for s in self.skipped if s != id),
            history=(*(h for h in self.history if h != id), id),
            checked=tuple(c for c in self.checked if c != id),
            wrongs={k: n for k, n in self.wrongs.items() if k not in _READ_BACKS},
            said={k: n for k, n in self.said.items() if k.partition(":")[0] not in _READ_BACKS},
            partial="" if self.asked == id else self.partial,
        )

    def drop(self, id: str) -> State:
        """Without a value, so that it is asked again."""
        return replace(
            self,
            values={k: v for k, v in self.values.items() if k != id},
            skipped=tuple(s for s in self.skipped if s != id),
            history=tuple(h for h in self.history if h != id),
            checked=tuple(c for c in self.checked if c != id),
            partial="",
        )

    def end(self, reason: str) -> State:
        """Ended without being confirmed: stopped, tries, identity, home_visit, human."""
        return replace(self, phase="ended", reason=reason, effect=None)


def applies(definition: Definition, state: State, input: Input) -> bool:
    """Whether this input is to be asked at all (`only_if`)."""
    return all(state.values.get(key) == value for key, value in input.only_if.items())


def next_input(definition: Definition, state: State) -> Input | None:
    """The first input still open, in the definition's order."""
    for input in definition.inputs:
        if (
            input.id not in state.values
            and input.id not in state.skipped
            and applies(definition, state, input)
        ):
            return input
    return None


def filled(definition: Definition, state: State) -> tuple[Input, ...]:
    """The inputs that have a value and apply."""
    return tuple(i for i in definition.inputs if i.id in state.values and applies(definition, state, i))

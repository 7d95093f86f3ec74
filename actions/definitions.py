"""Services as data: `services/<id>.yml` read, checked and handed on as frozen definitions.

`load(id)` and `all_definitions()` are what everybody uses; a service is added by adding its file. Fields are
explained in `services/README.md`.
"""

from __future__ import annotations

import string
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

FOLDER = Path(__file__).parent / "services"
WAYS = ("open", "short", "choices", "keypad")
ValueType = Literal[
    "person-name", "id-number", "phone", "date", "money", "choice", "place", "text", "plate", "case-number"
]
_STRICT = ConfigDict(extra="forbid")


class DefinitionError(ValueError):
    """A service file is wrong; the sentence names the file and what is wrong in it."""


@dataclass(frozen=True, config=_STRICT)
class Checks:
    """Limits on one value; see the table in services/README.md."""

    when: Literal["past", "future", "any"] = "any"
    rough: bool = False
    lowest: float | None = None
    highest: float | None = None
    digits: int | None = None
    credit_code: bool = False


@dataclass(frozen=True, config=_STRICT)
class Input:
    """One thing to ask for. `prompts` are its ways of asking, in the order of WAYS."""

    id: str
    type: ValueType
    label: str
    prompts: dict[str, str]
    choices: tuple[str, ...] = ()
    synonyms: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    checks: Checks = Field(default_factory=Checks)
    optional: bool = False
    from_opening: bool = False
    only_if: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Input:
        unknown = set(self.prompts) - set(WAYS)
        if unknown or "open" not in self.prompts or len(self.prompts) < 3:
            raise ValueError(
                f"{self.id}: prompts need open and two more of {WAYS}, found {sorted(self.prompts)}"
            )
        if len(set(self.prompts.values())) < len(self.prompts):
            raise ValueError(f"{self.id}: two ways of asking have the same words")
        if (self.type == "choice") != bool(self.choices):
            raise ValueError(f"{self.id}: choices belong to type choice and only there")
        if set(self.synonyms) - set(self.choices):
            raise ValueError(f"{self.id}: synonyms of something that is no choice")
        return self

    def ways(self) -> tuple[str, ...]:
        """The ways of asking this definition knows, first to last."""
        return tuple(way for way in WAYS if way in self.prompts)


@dataclass(frozen=True, config=_STRICT)
class Department:
    """A department by its id (path of its stub) and the name residents hear."""

    id: str
    name: str


@dataclass(frozen=True, config=_STRICT)
class Step:
    """One step of a chain; the next is taken only after this one was accepted."""

    step: str
    department: Department
    operation: str


@dataclass(frozen=True, config=_STRICT)
class Identity:
    """The rung needed and which inputs hold name, ID number and phone."""

    rung: Literal["none", "name-and-id", "one-time-code", "face"]
    name: str | None = None
    id_number: str | None = None
    phone: str | None = None
    otherwise: Literal["window", "home-visit"] = "window"


@dataclass(frozen=True, config=_STRICT)
class NextDate:
    """Where a receipt's next date comes from: `today` plus days or years, an input, the department, none."""

    from_: Annotated[Literal["today", "input", "department", "none"], Field(alias="from")]
    days: int = 0
    years: int = 0
    input: str | None = None


@dataclass(frozen=True, config=_STRICT)
class Receipt:
    """The letters a receipt number begins with."""

    prefix: str


@dataclass(frozen=True, config=_STRICT)
class Definition:
    """One service, whole."""

    id: str
    title: str
    kind: Literal["query", "change", "money", "chain"]
    risk: Literal["query", "change", "money"]
    department: Department
    operation: str
    identity: Identity
    topics: tuple[str, ...]
    opening: tuple[str, ...]
    says_first: str
    bring: tuple[str, ...]
    inputs: tuple[Input, ...]
    confirm: str
    done: str
    receipt: Receipt
    next_date: NextDate
    compensation: str
    chain: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Definition:
        ids = [i.id for i in self.inputs]
        if len(ids) != len(set(ids)):
            raise ValueError("two inputs with one id")
        named = {self.identity.name, self.identity.id_number, self.identity.phone, self.next_date.input} - {
            None
        }
        named |= {key for i in self.inputs for key in i.only_if}
        named |= placeholders(self.confirm) | (placeholders(self.done) - {"receipt", "next_date", "result"})
        if named - set(ids):
            raise ValueError(f"no such inputs: {sorted(map(str, named - set(ids)))}")
        if self.identity.rung != "none" and not (self.identity.name and self.identity.id_number):
            raise ValueError("identity needs name and id_number")
        if self.identity.rung == "one-time-code" and not self.identity.phone:
            raise ValueError("a one-time code needs a phone")
        if (self.kind == "chain") != bool(self.chain):
            raise ValueError("chain belongs to kind chain and only there")
        return self

    def input(self, id: str) -> Input:
        """The input of that id. Raises KeyError."""
        for one in self.inputs:
            if one.id == id:
                return one
        raise KeyError(id)

    @property
    def intent(self) -> str:
        """Its Rasa intent: the id with `_` for `-`."""
        return self.id.replace("-", "_")

    def steps(self) -> tuple[Step, ...]:
        """What is sent where, in order; one step unless it is a chain."""
        return self.chain or (Step(self.title, self.department, self.operation),)


def load(id: str, folder: Path = FOLDER) -> Definition:
    """The definition of one service. Raises KeyError for an unknown id, DefinitionError for a bad file."""
    known = all_definitions(folder)
    return known[id]


def by_intent(intent: str, folder: Path = FOLDER) -> Definition | None:
    """The service whose intent this is, or None."""
    return all_definitions(folder).get(intent.replace("_", "-"))


@lru_cache(maxsize=8)
def all_definitions(folder: Path = FOLDER) -> dict[str, Definition]:
    """All services by id, sorted. Raises DefinitionError naming the bad file."""
    return {path.stem: _read(path) for path in sorted(folder.glob("*.yml"))}


def placeholders(template: str) -> set[str]:
    """The names in `{}` of a template."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def _read(path: Path) -> Definition:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        definition = TypeAdapter(Definition).validate_python(raw)
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path.name}: {error}") from error
    if definition.id != path.stem:
        raise DefinitionError(f"{path.name}: id {definition.id!r} is not the file's name")
    return definition

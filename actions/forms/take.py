"""Which values a sentence holds: several at once, in any order, besides the one that was asked for.

Only what speaks for itself is taken unasked: a whole ID number (check digit), a whole phone number, a plate,
a name after 我叫 or 给…办, a choice by its words, a full date, an amount with its unit.
"""

from __future__ import annotations

from datetime import date

from actions.definitions import Definition, Input
from actions.forms.state import State, applies
from actions.values import choice, codes, dates, id_number, money, person_name, phone
from actions.values.digits import fold
from actions.values.result import Value

_NAME_CUES = (
    "我叫",
    "名字叫",
    "名字是",
    "姓名是",
    "姓名",
    "我是",
    "叫做",
    "他叫",
    "她叫",
    "名叫",
    "给",
    "帮",
    "替",
    "查",
)
_HELPER_CUES = ("让", "叫", "请", "托", "由")


def unasked(
    definition: Definition, state: State, text: str, today: date, *, skip: str | None = None
) -> tuple[dict[str, str], str]:
    """Values for open inputs other than `skip`, and what is left of the text (digits taken are cut out)."""
    rest = fold(text)
    taken: dict[str, str] = {}
    inputs = [
        i
        for i in definition.inputs
        if i.id not in state.values and i.id != skip and applies(definition, state, i)
    ]
    for kind in ("id-number", "phone", "plate", "money", "date", "person-name", "choice"):
        same = [i for i in inputs if i.type == kind]
        if not same or (len(same) > 1 and kind in ("phone", "date", "money")):
            continue
        for input in same:
            if input.id not in taken and (found := _find(input, rest, today)):
                taken[input.id], rest = found
    return taken, rest


def whole_numbers(text: str, today: date) -> tuple[str | None, str | None]:
    """A whole ID number and a whole phone number anywhere in the text."""
    found_id = id_number.find(text, today=today)
    rest = _cut(fold(text), found_id[1]) if found_id else text
    found_phone = phone.find(rest)
    return (found_id[0] if found_id else None, found_phone[0] if found_phone else None)


def whole_id(text: str, today: date) -> tuple[str | None, str]:
    """A whole ID number anywhere in the text, and the text without it."""
    found = id_number.find(text, today=today)
    return (found[0], _cut(fold(text), found[1])) if found else (None, text)


def _find(input: Input, text: str, today: date) -> tuple[str, str] | None:
    match input.type:
        case "id-number":
            found = id_number.find(text, today=today)
            return (found[0], _cut(text, found[1])) if found else None
        case "phone":
            number = phone.find(text)
            return (number[0], _cut(text, number[1])) if number else None
        case "plate":
            plate = codes.plate(text)
            return (plate.value, text.replace(plate.said, " ")) if isinstance(plate, Value) else None
        case "money":
            amount = money.find(text)
            return (amount[0], text.replace(amount[1], " ")) if amount else None
        case "date":
            day = dates.find(text, today=today, when=input.checks.when)
            return (day[0], text.replace(day[1], " ")) if day else None
        case "person-name":
            cues = _HELPER_CUES if input.id.startswith("helper") else _NAME_CUES
            name = person_name.find(text, cues)
            return (name[0], text.replace(name[1], " ")) if name else None
        case "choice":
            label = choice.named(text, input.choices, input.synonyms)
            return (label, text) if label else None
    return None


def _cut(text: str, place: tuple[int, int]) -> str:
    return f"{text[: place[0]]} {text[place[1] :]}"

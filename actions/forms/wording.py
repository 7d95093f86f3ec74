"""Filling a definition's templates: last four digits after 尾号, clauses without a value are left out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions.definitions import Definition, Input, placeholders
from actions.values import dates

_CLAUSE = re.compile(r"[^，；。]+[，；。]?")
_FIELD = re.compile(r"(尾号(?:是|为)?)?\{(\w+)\}")


def render(template: str, shown: Mapping[str, str | None], full: Mapping[str, str]) -> str:
    """The template with values. `shown` gives what is said, `full` what 尾号 takes its last four from.

    A clause (up to ，；。) with a missing value is not said; the last clause keeps the sentence's end mark.
    """
    kept = [
        clause
        for clause in _CLAUSE.findall(template)
        if all(shown.get(name) not in (None, "") for name in placeholders(clause))
    ]

    def value(match: re.Match[str]) -> str:
        tail, name = match.groups()
        return f"{tail}{full.get(name, '')[-4:]}" if tail else str(shown[name])

    text = "".join(_FIELD.sub(value, clause) for clause in kept)
    return re.sub(r"[，；]$", "。", text)


def shown(definition: Definition, values: Mapping[str, str]) -> dict[str, str | None]:
    """Every input's value as it is said: dates in words, numbers by their last four."""
    return {i.id: said(i, values[i.id]) if i.id in values else None for i in definition.inputs}


def said(input: Input, value: str) -> str:
    """One value for the ear."""
    match input.type:
        case "date":
            return dates.words(value)
        case "id-number" | "phone":
            return value[-4:]
        case _:
            return value


def named(input: Input, value: str) -> str:
    """Label and value: 姓名李秀英, 电话尾号5678."""
    tail = "尾号" if input.type in ("id-number", "phone") else ""
    return f"{input.label}{tail}{said(input, value)}"


def confirm_text(definition: Definition, values: Mapping[str, str]) -> str:
    """The read-back before anything is done."""
    return render(definition.confirm, shown(definition, values), values)


def done_text(definition: Definition, values: Mapping[str, str], extra: Mapping[str, str | None]) -> str:
    """What is said at the end; `extra` holds receipt, next_date (ISO) and result."""
    more = dict(extra)
    if more.get("next_date"):
        more["next_date"] = dates.words(str(more["next_date"]))
    return render(definition.done, {**shown(definition, values), **more}, values)

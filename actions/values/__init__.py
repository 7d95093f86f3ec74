"""Understanding one answer: text in, value out, for each of the ten types of `catalogue/README.md`.

`read(input, text, today)` is what forms call. Nothing is repaired: what does not check is asked for again.
"""

from __future__ import annotations

from datetime import date

from actions.definitions import Input
from actions.values import choice, codes, dates, id_number, money, person_name, phone, words
from actions.values.result import Partial, Result, Value, Wrong

__all__ = ["Partial", "Result", "Value", "Wrong", "none_given", "read"]


def read(input: Input, text: str, *, today: date, so_far: str = "") -> Result:
    """`text` as an answer to the question for `input`; `so_far` are digits said before in groups."""
    checks = input.checks
    match input.type:
        case "person-name":
            return person_name.parse(text)
        case "id-number":
            return id_number.parse(text, today=today, so_far=so_far)
        case "phone":
            return phone.parse(text, so_far=so_far)
        case "date":
            return dates.parse(text, today=today, when=checks.when, rough=checks.rough)
        case "money":
            return money.parse(text, lowest=checks.lowest, highest=checks.highest)
        case "choice":
            return choice.parse(text, input.choices, input.synonyms)
        case "place":
            return words.place(text)
        case "text":
            return words.free(text, digits=checks.digits)
        case "plate":
            return codes.plate(text)
        case "case-number":
            parse = codes.credit_code if checks.credit_code else codes.case_number
            return parse(text, so_far=so_far)


def none_given(input: Input, text: str) -> bool:
    """Whether the answer to an optional question says “没有”."""
    return input.optional and codes.has_none(text)

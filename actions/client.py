"""What the assistant may use of this room without a running process: residents, receipts, cases, sentence ids."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from actions import settings
from actions.definitions import all_definitions
from actions.departments.residents import residents as _residents
from actions.ledger import Ledger
from actions.sentences import SENTENCES

__all__ = ["SENTENCES", "cases", "operation_counts", "receipt", "residents", "services"]


def residents(service: str | None = None) -> list[dict[str, Any]]:
    """The synthetic residents with all that a caller would have to say; with `service`, only who can use it."""
    return [r.as_dict() for r in _residents() if service is None or service in r.say]


def services() -> list[dict[str, Any]]:
    """Every service: id, title, kind, identity rung, openings."""
    return [
        {
            "id": d.id,
            "title": d.title,
            "kind": d.kind,
            "identity": d.identity.rung,
            "opening": list(d.opening),
        }
        for d in all_definitions().values()
    ]


def receipt(number: str) -> dict[str, Any] | None:
    """The operation with that receipt number (the department's or ours), without personal values; None if unknown.

    Raises LedgerUnavailable.
    """
    with _ledger() as ledger:
        entry = ledger.find(number)
    if entry is None:
        return None
    known = asdict(entry)
    for private in ("payload", "steps", "key"):
        known.pop(private)
    definition = all_definitions().get(entry.service)
    return {**known, "title": definition.title if definition else entry.service}


def operation_counts() -> dict[str, int]:
    """How many operations are in which state. Raises LedgerUnavailable."""
    with _ledger() as ledger:
        return ledger.counts()


def cases(kind: str | None = None) -> list[dict[str, Any]]:
    """Open cases for people, newest first. Raises LedgerUnavailable."""
    with _ledger() as ledger:
        return ledger.open_cases(kind)


class _ledger:
    """The ledger of this machine for the length of one question."""

    def __enter__(self) -> Ledger:
        self._ledger = Ledger(settings.read().database_url)
        return self._ledger

    def __exit__(self, *_: object) -> None:
        self._ledger.close()

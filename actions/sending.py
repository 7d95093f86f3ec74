"""From a confirmed form to a receipt: write, confirm, send, and keep what could not be sent.

`submit` is called by the action, `retry_due` by the outbox; both go through `_send`, which is safe to run again after
any interruption, because every step carries its own key to a department that is duplicate-safe.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from actions.back_end import Accepted, BackEnd, DepartmentDown, Refused
from actions.definitions import Definition, all_definitions
from actions.ledger import Entry, Ledger, LedgerUnavailable, idempotency_key
from actions.settings import ACTION_SECONDS
from actions.values.dates import months_later

BACK_OFF_SECONDS = (5.0, 15.0, 60.0, 300.0, 900.0)
_MARGIN = 0.8
_log = logging.getLogger(__name__)
_background: set[asyncio.Task[Any]] = set()


@dataclass(frozen=True)
class Submitted:
    """How it went. `state`: done, stored, refused. `receipt` is the department's, or ours while it is stored."""

    state: str
    receipt: str
    result: str | None = None
    next_date: str | None = None
    reason: str = ""
    department: str = ""
    simulated: bool = False
    again: bool = False


async def submit(
    definition: Definition,
    conversation: str,
    values: dict[str, str],
    ledger: Ledger,
    back_end: BackEnd,
    *,
    today: date | None = None,
    seconds: float = ACTION_SECONDS,
) -> Submitted:
    """Do what was confirmed, once, and say how it stands after `seconds` at the latest.

    Raises LedgerUnavailable when it could not be written down: then it is not done and never will be.
    """
    progress: list[Entry] = []
    work = asyncio.create_task(
        _submit(definition, conversation, values, ledger, back_end, today or date.today(), seconds, progress)
    )
    finished, _ = await asyncio.wait({work}, timeout=seconds)
    if finished:
        return work.result()
    if not progress:
        work.cancel()
        raise LedgerUnavailable("too slow")
    _background.add(work)
    work.add_done_callback(lambda task: _afterwards(task, ledger, progress[0]))
    return Submitted("stored", progress[0].number, department=definition.department.name)


async def _submit(
    definition: Definition,
    conversation: str,
    values: dict[str, str],
    ledger: Ledger,
    back_end: BackEnd,
    today: date,
    seconds: float,
    progress: list[Entry],
) -> Submitted:
    """As `submit`; `progress` gets the entry as soon as it is written, before it is confirmed."""
    deadline = asyncio.get_running_loop().time() + seconds - _MARGIN
    identity = definition.identity
    person = values.get(identity.id_number or "", "")
    key = idempotency_key(conversation, definition.id, person, values)
    payload = {
        "name": values.get(identity.name or ""),
        "id_number": person or None,
        "values": values,
        "next_date": _fixed_date(definition, values, today),
    }
    entry = await asyncio.to_thread(
        ledger.start, key, definition.id, conversation, payload, _steps(definition, key)
    )
    if entry.state == "done":
        return replace(_finished(entry), again=True)
    progress.append(entry)
    await asyncio.to_thread(ledger.confirm, key)
    try:
        return await _send(entry, definition, ledger, back_end, deadline)
    except LedgerUnavailable as error:
        _log.warning("operation %s left to the outbox: ledger unavailable (%s)", key[:8], error)
        return Submitted("stored", entry.number, department=definition.department.name)


def _afterwards(work: asyncio.Task[Submitted], ledger: Ledger, entry: Entry) -> None:
    """The resident was told “stored” while the confirmation was still being written: insist until it is."""
    _background.discard(work)
    if work.cancelled() or work.exception() is None:
        return
    _log.error("operation %s: confirmation not written yet, trying on", entry.key[:8])
    insisting = asyncio.get_running_loop().create_task(_insist(ledger, entry.key))
    _background.add(insisting)
    insisting.add_done_callback(_background.discard)


async def _insist(ledger: Ledger, key: str, every: float = 1.0) -> None:
    while True:
        try:
            await asyncio.to_thread(ledger.confirm, key)
        except LedgerUnavailable:
            await asyncio.sleep(every)
        else:
            return


async def retry_due(ledger: Ledger, back_end: BackEnd) -> int:
    """Send everything whose time has come; returns how many were finished. Raises LedgerUnavailable."""
    finished = 0
    for entry in await asyncio.to_thread(ledger.due):
        definition = all_definitions().get(entry.service)
        if definition is None:
            await asyncio.to_thread(ledger.stored, entry.key, "service unknown here", BACK_OFF_SECONDS[-1])
            continue
        deadline = asyncio.get_running_loop().time() + 3 * back_end.seconds
        sent = await _send(entry, definition, ledger, back_end, deadline)
        finished += sent.state != "stored"
    return finished


async def outbox(ledger: Ledger, back_end: BackEnd, every: float = 5.0) -> None:
    """Send again and again what could not be sent, until cancelled. More than one worker does no harm."""
    while True:
        try:
            if finished := await retry_due(ledger, back_end):
                _log.info("outbox finished %d operations", finished)
        except LedgerUnavailable as error:
            _log.warning("outbox waits: ledger unavailable (%s)", error)
        await asyncio.sleep(every)


async def _send(
    entry: Entry, definition: Definition, ledger: Ledger, back_end: BackEnd, deadline: float
) -> Submitted:
    """Every step not yet accepted, in order. The ledger going away in between leaves it due for the outbox."""
    entry = await asyncio.to_thread(ledger.sending, entry.key)
    if entry.state == "done":
        return _finished(entry)
    steps = [dict(step) for step in entry.steps]
    case = {k: entry.payload.get(k) for k in ("name", "id_number", "values")} | {
        "prefix": definition.receipt.prefix
    }
    for step in steps:
        if step.get("receipt"):
            continue
        left = deadline - asyncio.get_running_loop().time()
        try:
            answer = await back_end.hand_in(step["department"], step["operation"], step["key"], case, left)
        except DepartmentDown as error:
            _log.warning("operation %s stored: %s", entry.key[:8], error)
            wait = BACK_OFF_SECONDS[min(entry.attempts, len(BACK_OFF_SECONDS)) - 1]
            kept = await asyncio.to_thread(ledger.stored, entry.key, str(error), wait)
            return Submitted("stored", kept.number, department=step["name"])
        if isinstance(answer, Refused):
            return await _refused(entry, step, steps, answer, ledger, back_end)
        step.update(_kept(answer))
        if len(steps) > 1:
            await asyncio.to_thread(ledger.step_done, entry.key, steps)
    first = steps[0]
    response = {
        "result": first["result"],
        "next_date": entry.payload.get("next_date") or first["next_date"],
        "simulated": all(step["simulated"] for step in steps),
        "again": all(step["again"] for step in steps),
        "steps": [{"name": step["name"], "receipt": step["receipt"]} for step in steps],
    }
    try:
        await asyncio.to_thread(ledger.done, entry.key, response, first["receipt"])
    except LedgerUnavailable as error:
        _log.warning("operation %s accepted but not yet noted (%s); the outbox will", entry.key[:8], error)
    return _finished(replace(entry, state="done", receipt=first["receipt"], response=response))


async def _refused(
    entry: Entry,
    step: dict[str, Any],
    steps: list[dict[str, Any]],
    answer: Refused,
    ledger: Ledger,
    back_end: BackEnd,
) -> Submitted:
    """The step was refused: steps accepted before it are taken back, then the operation has failed.

    A department that cannot take its step back now keeps the operation stored; it is tried again.
    """
    for earlier in reversed(steps[: steps.index(step)]):
        try:
            await back_end.withdraw(earlier["department"], earlier["key"])
        except DepartmentDown as error:
            _log.warning("operation %s: compensation waits: %s", entry.key[:8], error)
            kept = await asyncio.to_thread(ledger.stored, entry.key, str(error), BACK_OFF_SECONDS[0])
            return Submitted("stored", kept.number, department=earlier["name"])
    await asyncio.to_thread(ledger.failed, entry.key, answer.reason)
    return Submitted("refused", "", reason=answer.reason, department=step["name"])


def _finished(entry: Entry) -> Submitted:
    response = entry.response
    return Submitted(
        "done",
        entry.receipt,
        result=response.get("result"),
        next_date=response.get("next_date"),
        simulated=bool(response.get("simulated")),
        again=bool(response.get("again")),
    )


def _kept(answer: Accepted) -> dict[str, Any]:
    return {
        "receipt": answer.receipt,
        "result": answer.result,
        "next_date": answer.next_date,
        "again": answer.again,
        "simulated": answer.simulated,
    }


def _steps(definition: Definition, key: str) -> list[dict[str, Any]]:
    return [
        {
            "department": step.department.id,
            "name": step.department.name,
            "operation": step.operation,
            "key": hashlib.sha256(f"{key}:{index}".encode()).hexdigest()[:40],
        }
        for index, step in enumerate(definition.steps())
    ]


def _fixed_date(definition: Definition, values: dict[str, str], today: date) -> str | None:
    """The next date where the definition knows it; None where the department gives it, or nobody."""
    rule = definition.next_date
    match rule.from_:
        case "today":
            return months_later(today + timedelta(days=rule.days), 12 * rule.years).isoformat()
        case "input":
            return values.get(rule.input or "")
        case _:
            return None

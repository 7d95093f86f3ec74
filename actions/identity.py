"""The form's effects carried out: identity check, one-time code, face simulator. All answers go to `resolve`."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from actions.back_end import BackEnd, DepartmentDown
from actions.definitions import Definition
from actions.forms import State, resolve

_log = logging.getLogger(__name__)


async def settle(state: State, definition: Definition, back_end: BackEnd, deadline: float) -> State:
    """Carry out effects until none is left. `deadline` is a time of the running loop; never raises DepartmentDown."""
    while state.effect:
        left = deadline - asyncio.get_running_loop().time()
        try:
            result = await _carry_out(state, definition, back_end, left)
        except DepartmentDown as error:
            _log.warning("effect %s: %s", state.effect, error)
            result = {"result": "down"}
        state = resolve(state, definition, result)
    return state


async def _carry_out(
    state: State, definition: Definition, back_end: BackEnd, seconds: float
) -> dict[str, Any]:
    identity = definition.identity
    name = state.values.get(identity.name or "", "")
    id_number = state.values.get(identity.id_number or "", "")
    phone = state.values.get(identity.phone or "", "")
    match state.effect:
        case "identity":
            checked = phone if identity.rung == "one-time-code" else None
            return await back_end.identity(definition.department.id, name, id_number, checked, seconds)
        case "send_code":
            return {"result": "sent" if await back_end.send_code(id_number, phone, seconds) else "no_phone"}
        case "check_code":
            code = str(state.proof.get("code", ""))
            return {
                "result": "right" if await back_end.check_code(id_number, phone, code, seconds) else "wrong"
            }
        case "start_face":
            return {"result": "started", "session": await back_end.start_face(name, id_number, seconds)}
        case _:
            return {"result": await back_end.face_result(str(state.proof.get("session")), seconds)}

"""Proving who is speaking, in the pure form: what follows “对”, and what the shell's results mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actions.definitions import Definition
from actions.forms.state import State
from actions.values.digits import all_digits

CODE_LENGTH = 6
TRIES = 3
_RESEND = re.compile(r"没收到|没得到|没有收到|没来|再发|重发|重新发|resend|收不到")
_READY = re.compile(r"好了|照完|照过|照了|看了|可以了|完了|弄好|点了头")
_CANNOT = re.compile(
    r"照不[了成上]|没法照|不会照|没有?镜头|没有?摄像头|下不了床|躺床|不方便|走不动|看不见|电话里怎么照"
)
_AGAIN = re.compile(r"再[试照来]|重[试照来]")


def prove(state: State, definition: Definition) -> State:
    """After the read-back was confirmed: on to the rung this service needs, or done."""
    match definition.identity.rung:
        case "one-time-code":
            return replace(state, phase="code", effect="send_code")
        case "face":
            return replace(state, phase="face", effect="start_face")
        case _:
            return replace(state, phase="done")


def code_turn(state: State, text: str) -> State:
    """Six digits are tried; “没收到” sends again, at most TRIES times."""
    digits = all_digits(text)
    if _RESEND.search(text):
        return replace(state, effect="send_code")
    if len(digits) != CODE_LENGTH:
        tried = state.wrong("code_heard")
        if tried.wrongs["code_heard"] >= TRIES:
            return tried.end("identity")
        return _another_way(tried).note("code_unheard", count=len(digits))
    return replace(state, effect="check_code", proof={**state.proof, "code": digits})


def is_about_code(text: str) -> bool:
    """没收到, 重发."""
    return bool(_RESEND.search(text))


def is_about_face(text: str) -> bool:
    """照好了, 照不了, 再试."""
    return bool(_READY.search(text) or _CANNOT.search(text) or _AGAIN.search(text))


def face_turn(state: State, definition: Definition, text: str, answer: bool | None) -> State:
    """“好了” asks for the result; “照不了” ends with a person (a home visit where the service has one)."""
    if _CANNOT.search(text) or answer is False:
        return state.end(_otherwise(definition))
    if answer is True or _READY.search(text):
        return replace(state, effect="check_face")
    return state.wrong(state.key)


def face_failed_turn(state: State, definition: Definition, text: str, answer: bool | None) -> State:
    """Try again, or a person."""
    if _CANNOT.search(text) or answer is False:
        return state.end(_otherwise(definition))
    if answer is True or _AGAIN.search(text):
        return replace(state, phase="face", effect="start_face")
    return state.wrong(state.key)


def resolve(state: State, definition: Definition, result: Mapping[str, Any]) -> State:
    """The state after the shell did `state.effect`. `result["result"]` per effect:

    identity: ok, same_sound, unknown, down (+ `phone_ok`); send_code: sent, no_phone, down; check_code:
    right, wrong, down; start_face: started (+ `session`), down; check_face: passed, failed, waiting, down.
    """
    effect, outcome = state.effect, str(result.get("result", "down"))
    state = replace(state, effect=None)
    if outcome == "down":
        return _down(state, definition, effect or "identity")
    match effect:
        case "identity":
            return _identity(state, definition, outcome, bool(result.get("phone_ok", True)))
        case "send_code":
            return _sent(state, outcome)
        case "check_code":
            return _code_checked(state, outcome)
        case "start_face":
            return replace(state, phase="face", proof={**state.proof, "session": result.get("session")})
        case _:
            return _face_checked(state, definition, outcome)


def _identity(state: State, definition: Definition, outcome: str, phone_ok: bool) -> State:
    identity = definition.identity
    if outcome == "unknown":
        tried = state.wrong("identity")
        if tried.wrongs["identity"] >= TRIES:
            return tried.end("identity")
        options = tuple(id for id in (identity.name, identity.id_number) if id)
        return replace(tried, phase="which", asked=None, options=options, proof={"identity": "unknown"})
    if not phone_ok and identity.rung == "one-time-code" and identity.phone:
        tried = state.wrong("phone_registered")
        if tried.wrongs["phone_registered"] >= TRIES:
            return tried.end("identity")
        tail = state.values.get(identity.phone, "")[-4:]
        again = replace(tried.drop(identity.phone), phase="collect", asked=identity.phone, proof={})
        return again.note("phone_not_registered", tail=tail)
    proof = {**state.proof, "identity": outcome}
    if outcome == "same_sound":
        return replace(state, phase="same_sound", asked=None, proof=proof)
    return replace(state, phase="confirm", asked=None, proof=proof)


def _sent(state: State, outcome: str) -> State:
    times = int(state.proof.get("sent", 0)) + 1
    if outcome == "no_phone" or times > TRIES:
        return state.end("identity")
    sent = replace(state, phase="code", proof={**state.proof, "sent": times})
    return sent if times == 1 else sent.note("code_again", simulated=True)


def _code_checked(state: State, outcome: str) -> State:
    if outcome == "right":
        return replace(state, phase="done", proof={**_without_code(state), "proven": "one-time-code"})
    tried = replace(state.wrong("code_checked"), proof=_without_code(state))
    left = TRIES - tried.wrongs["code_checked"]
    return _another_way(tried).note("code_wrong", left=left) if left > 0 else tried.end("identity")


def _face_checked(state: State, definition: Definition, outcome: str) -> State:
    if outcome == "passed":
        return replace(state, phase="done", proof={**state.proof, "proven": "face"})
    if outcome == "waiting":
        return state.wrong(state.key)
    tried = state.wrong("face_checked")
    if tried.wrongs["face_checked"] >= TRIES:
        return tried.end(_otherwise(definition))
    return replace(tried, phase="face_failed")


def _down(state: State, definition: Definition, effect: str) -> State:
    """Name and ID only: go on, the department checks later. Code or face: offer a try."""
    if effect == "identity":
        return replace(state, phase="confirm", asked=None, proof={**state.proof, "identity": "later"})
    return replace(state, phase="down", proof={**_without_code(state), "waiting": effect})


def _another_way(state: State) -> State:
    """The code is asked for in its second way from now on."""
    return replace(state, wrongs={**state.wrongs, "code": 1})


def _without_code(state: State) -> dict[str, Any]:
    return {k: v for k, v in state.proof.items() if k != "code"}


def _otherwise(definition: Definition) -> str:
    return "home_visit" if definition.identity.otherwise == "home-visit" else "identity"

"""Words that steer a running form, and telling an answer from something else, whatever Rasa took it for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from actions.definitions import Definition
from actions.forms import correct
from actions.forms.proof import is_about_code, is_about_face
from actions.forms.state import State
from actions.forms.yes_no import yes_or_no
from actions.values import Partial, Value, Wrong, choice, read
from actions.values.digits import runs
from actions.values.person_name import SURNAMES

_MARKS = re.compile(r"[\s，,。.！!？?]+")
_STOP = re.compile(
    r"(?:我)?(?:不办了|不弄了|不搞了|不查了|不交了|不取了|算了|取消|退出|停下?|结束|不要了)[吧了啊]*"
)
_BACK = re.compile(
    r"(?:返回|回到|退回|回)?(?:上一[步个项题]|前一[步个项题]|上一个问题|刚才那[个项])(?:问题)?|返回|退回去?"
)
_RESTART = re.compile(r"重新开始|全部重来|都重来|从头(?:开始|办|再来)吧?|重新办|重来一[遍次]")
_QUESTION = re.compile(
    r"[吗?？]|怎么|咋|啥|什么|多少|哪[里儿个天些]|为何|能不能|可不可以|要不要|是不是|几[天个块]|多久"
)
SHORTEST_PIECE = 3
URGENT = ("human", "emergency", "stop")
STEERING = (
    "repeat",
    "slower",
    "louder",
    "wait",
    "back",
    "restart",
    "switch_dialect",
    "who_are_you",
    "goodbye",
)
_PLACE = re.compile(r"[省市县区乡镇村街路巷弄号院厅所社屯寨组湾庄站园栋楼]")


def is_stop(text: str) -> bool:
    """不办了, 算了, 取消."""
    return bool(_STOP.fullmatch(_MARKS.sub("", text)))


def is_back(text: str) -> bool:
    """上一步, 返回."""
    return bool(_BACK.fullmatch(_MARKS.sub("", text)))


def is_restart(text: str) -> bool:
    """重新开始, 从头办."""
    return bool(_RESTART.search(_MARKS.sub("", text)))


def back(state: State, definition: Definition) -> State:
    """One question back: the last value given is asked again."""
    if not state.history and not state.skipped:
        return state.note("cannot_go_back")
    last = state.history[-1] if state.history else state.skipped[-1]
    dropped = replace(state.drop(last), phase="collect", asked=last, proof={})
    return dropped.note("back_to", label=definition.input(last).label)


def is_answer(state: State, definition: Definition, text: str, intent: str | None = None) -> bool:
    """Whether a sentence is surely meant for the running question, whatever Rasa took it for."""
    if state.over or is_stop(text) or _QUESTION.search(text):
        return False
    if intent in URGENT:
        return False
    if correct.find(definition, state, text, None) is not None:
        return True
    if state.phase != "collect" or not state.asked:
        return yes_or_no(text) is not None or _fits_phase(state, definition, text)
    input = definition.input(state.asked)
    if intent in STEERING and input.type in ("text", "place", "person-name"):
        return False
    result = read(input, text, today=date.today(), so_far=state.partial)
    match input.type:
        case "text":
            return isinstance(result, Value)
        case "place":
            return isinstance(result, Value) and bool(_PLACE.search(text)) and len(text) <= 20
        case "person-name":
            return isinstance(result, Value) and len(text.strip()) <= 8 and _surnamed(result.value)
        case _ if isinstance(result, Partial):
            return len(result.digits) - len(state.partial) >= SHORTEST_PIECE
        case _:
            return not isinstance(result, Wrong)


def _fits_phase(state: State, definition: Definition, text: str) -> bool:
    """Words that only make sense at this step of the read-back or of proving who one is."""
    match state.phase:
        case "code":
            return bool(runs(text)) or is_about_code(text)
        case "face" | "face_failed" | "down":
            return is_about_face(text)
        case "which":
            labels = [definition.input(id).label for id in state.options]
            return isinstance(choice.parse(text, labels), Value)
        case _:
            return False


def _surnamed(name: str) -> bool:
    return name[0] in SURNAMES or "·" in name

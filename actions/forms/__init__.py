"""Pure form machine: states, turns, questions. See machine.py."""

from actions.forms.ask import ask, notes, prompt
from actions.forms.commands import is_answer
from actions.forms.machine import restart, start, step
from actions.forms.proof import resolve
from actions.forms.state import State
from actions.forms.wording import done_text, named, said

__all__ = [
    "State",
    "ask",
    "done_text",
    "is_answer",
    "named",
    "notes",
    "prompt",
    "resolve",
    "restart",
    "said",
    "start",
    "step",
]

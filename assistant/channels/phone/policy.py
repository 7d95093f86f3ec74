"""When to break a silence, and how a call ends. Pure: fed with seconds and the state of the line.

    we end speaking ... 7 s ... still there? ... 10 s ... a person? ... 10 s ... goodbye, hang up
    they end speaking, we work ... 2 s ... 我查一下 ... 2 s ... still looking (our silence stays under 3 s)

Nothing is counted while somebody speaks, types, or holds the call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.turn import Reply

PATIENCE = (7.0, 10.0, 10.0)
"""Seconds of the caller's silence before the first prompt, the second, and the goodbye."""
PROMPTS = ("phone_still_there", "phone_offer_person", "phone_silence_goodbye")
WAITED_FOR = 60.0  # the caller said 等一下: the first prompt waits this long
OWN_SILENCE = 2.0
"""Seconds of our own silence before we say what we are doing; rendering it takes part of the third second."""
FORGIVEN = 1.0  # of the silence before a turn; the endpointer's delay is a silence of ours too
WORKING = {
    "turn": ("phone_checking", "phone_still_checking", "phone_long_checking"),
    "transfer": ("phone_transferring", "phone_still_transferring"),
}
Work = Literal["", "turn", "transfer"]
Then = Literal["listen", "hang_up", "transfer"]


@dataclass(frozen=True)
class Line:
    """Who does what at this moment."""

    we_speak: bool = False
    they_speak: bool = False
    typing: bool = False
    held: bool = False
    work: Work = ""


@dataclass(frozen=True)
class Prompt:
    """Something to say of our own accord (a canned sentence), and what follows it."""

    sentence: str
    then: Then = "listen"


class CallPolicy:
    """Lives as long as one call."""

    def __init__(self) -> None:
        self._waited = 0.0  # for the caller
        self._prompts = 0
        self._first = PATIENCE[0]
        self._quiet = 0.0  # nobody spoke
        self._told = 0  # what we are doing

    def step(self, seconds: float, line: Line) -> Prompt | None:
        """Advance by one tick."""
        if line.we_speak or line.they_speak or line.typing or line.held:
            self._quiet = self._waited = 0.0
            return None
        self._quiet += seconds
        if line.work:
            self._waited = 0.0
            return self._tell(line.work)
        self._waited += seconds
        return self._break_silence()

    def turn_began(self) -> None:
        """The caller gave us something to do."""
        self._quiet = min(self._quiet, FORGIVEN)
        self._told = 0

    def replied(self, reply: Reply) -> None:
        """The turn is over. Only words that were understood make us patient again."""
        self._waited = 0.0
        self._first = WAITED_FOR if reply.intent == "wait" else PATIENCE[0]
        if reply.status != "unheard":
            self._prompts = 0

    def _tell(self, work: Work) -> Prompt | None:
        if self._quiet + 1e-9 < OWN_SILENCE:
            return None
        sentences = WORKING[work]
        sentence = sentences[min(self._told, len(sentences) - 1)]
        self._told += 1
        self._quiet = 0.0
        return Prompt(sentence)

    def _break_silence(self) -> Prompt | None:
        patience = self._first if self._prompts == 0 else PATIENCE[self._prompts]
        if self._waited + 1e-9 < patience:
            return None
        sentence = PROMPTS[self._prompts]
        last = self._prompts == len(PROMPTS) - 1
        self._prompts = min(self._prompts + 1, len(PROMPTS) - 1)
        self._waited = 0.0
        return Prompt(sentence, "hang_up" if last else "listen")


def after(reply: Reply, *, wants_person: bool, can_transfer: bool) -> Then:
    """What follows a reply once it has been said. Who is in danger gets a person after the number to call; who asked
    for one gets one even when the engine is down."""
    if reply.intent == "goodbye":
        return "hang_up"
    handed = reply.status in ("handed_over", "emergency") or (wants_person and reply.status == "failed")
    return "transfer" if handed and can_transfer else "listen"

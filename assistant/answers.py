"""Yes and no to a question of the assistant's own (您是说…吗, a dialect offered), in Mandarin and in dialect. Pure."""

from __future__ import annotations

import re

from audio.repair.meanings import command_words
from dialects.packs import PackError, load_pack

_MARKS = re.compile(r"[\s，。！？、,.!?~～…]+")
_PARTICLES = "嘛吧呀啊哦噢嗯呢哈哩咧哒了哎诶喔呃欸嘞嘅啦喽咯"


def yes_or_no(text: str, dialect: str = "mandarin") -> bool | None:
    """True, False, or None when the utterance is neither from end to end."""
    said = _MARKS.sub("", text)
    bare = said.strip(_PARTICLES) or said
    for intent, answer in (("deny", False), ("affirm", True)):
        if {said, bare} & _words(intent, dialect):
            return answer
    return None


def _words(intent: str, dialect: str) -> set[str]:
    try:
        own = load_pack(dialect).commands.get(intent, ())
    except PackError:
        own = ()
    return {*command_words().get(intent, ()), *own}

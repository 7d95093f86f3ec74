"""Yes and no to a question of the assistant's own (您是说…吗, a dialect offered), in Mandarin and in dialect. Pure."""

from __future__ import annotations

import re

from audio.repair.meanings import command_words

_MARKS = re.compile(r"[\s，。！？、,.!?~～…]+")
_PARTICLES = "嘛吧呀啊哦噢嗯呢哈哩咧哒了哎诶喔呃欸嘞嘅啦喽咯"


def yes_or_no(text: str, dialect: str = "mandarin") -> bool | None:
    """True, False, or None when the utterance is neither from end to end."""
    said = _MARKS.sub("", text)
    bare = said.strip(_PARTICLES) or said
    for intent, answer in (("deny", False), ("affirm", True)):
        if {said, bare} & set(command_words(dialect).get(intent, ())):
            return answer
    return None

"""Small talk and manners of speaking: one canned sentence each; the assistant carries out slower, louder, repeat."""

from __future__ import annotations

from actions.office import Office
from actions.outcome import PERSON_PHONE, Outcome, expecting, say
from actions.rasa.act import Act, Done, hand_over
from actions.rasa.turn import Turn

DIALECTS = {
    "mandarin": ("普通话", "国语", "北京话"),
    "sichuan": ("四川话", "重庆话", "成都话", "川话"),
    "cantonese": ("广东话", "粤语", "白话", "广州话", "香港话"),
    "henan": ("河南话", "郑州话"),
    "northeast": ("东北话", "沈阳话", "黑龙江话"),
    "wu": ("吴语", "上海话", "苏州话", "宁波话", "沪语"),
    "xiang": ("湖南话", "长沙话", "湘语"),
    "minnan": ("闽南话", "福建话", "台湾话", "闽南语", "厦门话"),
    "hakka": ("客家话", "梅州话", "客语"),
}


class Canned(Act):
    """An action that says one sentence."""

    def __init__(self, id: str, sentence: str, *, diverts: bool = False, **params: str) -> None:
        self.id, self.sentence, self.diverts, self.params = id, sentence, diverts, params

    async def handle(self, turn: Turn, office: Office) -> Done:
        return Done([say(self.sentence, **self.params)])


class SwitchDialect(Act):
    """A dialect by its name."""

    id = "action_switch_dialect"
    diverts = True

    async def handle(self, turn: Turn, office: Office) -> Done:
        for id, names in DIALECTS.items():
            if any(name in turn.text or name in turn.raw for name in names):
                return Done([say("switch_dialect", dialect=id)], {"dialect": id})
        known = [names[0] for names in DIALECTS.values()]
        asked = say("which_dialect", options="、".join(known))
        choices = tuple({"id": id, "label": names[0]} for id, names in DIALECTS.items())
        return Done([Outcome(asked.status, asked.sentence, asked.params, choices=choices,
                             expecting=expecting("choice", known))])  # fmt: skip


class Unclear(Act):
    """Not understood: once, in other words, then a person."""

    id = "action_unclear"
    diverts = True

    async def handle(self, turn: Turn, office: Office) -> Done:
        if turn.unclear >= 2:
            return Done([await hand_over(turn, office, "unclear", "unclear_person")])
        return Done([say("unclear", attempt=turn.unclear + 1)])


TALK = (
    Canned("action_repeat", "repeat"),
    Canned("action_slower", "slower"),
    Canned("action_louder", "louder"),
    Canned("action_wait", "wait"),
    Canned("action_who_are_you", "who_are_you", diverts=True),
    Canned("action_greet", "greet"),
    Canned("action_goodbye", "goodbye", diverts=True),
    Canned("action_thanks", "thanks"),
    Canned("action_complain", "complain", diverts=True, phone=PERSON_PHONE),
    SwitchDialect(),
    Unclear(),
)

"""A simulated caller: plays a synthetic resident by answering what is asked, as `departments residents` lists.

It listens as people do: what is read back to it is agreed to only when it sounds like what was meant.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from actions.definitions import Input, all_definitions
from actions.forms.wording import render, shown
from actions.values import Value, read
from assistant.turn import Reply
from assistant.wording import said_through
from audio.pinyin import tone_numbered
from tests.journeys.talk import Talk, spoken_digits

ENDED = {"done", "stored", "failed", "handed_over", "refused"}
_SPELT = str.maketrans("0123456789Xx幺", "零一二三四五六七八九叉叉一")


class Caller:
    """Knows the resident's answers for one service, and recognises each question by the definition's prompts."""

    def __init__(self, person: dict[str, Any], service: str) -> None:
        self.person, self.answers = person, dict(person["say"][service])
        self.definition = all_definitions()[service]
        self.questions = {
            said_through("test", prompt): slot
            for slot in self.definition.inputs
            for prompt in slot.prompts.values()
        }
        results = {
            slot.id: read(slot, str(self.answers[slot.id]), today=date.today())
            for slot in self.definition.inputs
            if slot.id in self.answers
        }
        self.meant = {id: result.value for id, result in results.items() if isinstance(result, Value)}
        self.asked: Input | None = None
        self.said = ""
        self.wrong: Input | None = None

    def carry_through(self, talk: Talk, reply: Reply, turns: int = 24) -> Reply:
        """Answer until the service has ended, or `turns` are used up."""
        for _ in range(turns):
            if reply.status in ENDED:
                return reply
            reply = talk.say(self.answer(reply))
        return reply

    def answer(self, reply: Reply) -> str:
        """What the caller says to a reply."""
        answer = self._answer(reply.speech, (reply.expecting or {}).get("kind"), reply.status)
        if answer not in ("对", "不对"):
            self.said = answer
        return answer

    def _answer(self, speech: str, kind: str | None, status: str) -> str:
        asked = next((slot for prompt, slot in self.questions.items() if prompt in speech), None)
        if asked:
            self.asked = asked
            return self._value(asked)
        if partial := re.search(r"听到((?:[\dX] ?)+)，还差", speech):
            return self._rest(partial[1].replace(" ", ""))
        if "哪一样不对" in speech or "要改哪一样" in speech:
            return self.wrong.label if self.wrong else "都不对"
        if unknown := re.search(r"没有叫(.+)、身份证尾号(.{4})的人|查不到叫(.+)、尾号(.{4})的人", speech):
            return self._unknown(unknown[1] or unknown[3])
        if "验证码" in speech and kind == "digits":
            return spoken_digits(self.person["code"])
        if "说“好了”" in speech:
            return "好了"
        if "确认办理" in speech:
            return "不对" if self.wrong else "确认办理"
        if status == "unheard":
            return self.said
        return "对" if self.agrees(speech) else "不对"

    def agrees(self, speech: str) -> bool:
        """Whether what is read back is what was meant; `wrong` is then the first value that is not."""
        if doubted := re.search("您是(?:说|想问)“(.+)”吗", speech):
            return sound(doubted[1]) == sound(self.said)
        if digits := re.search(r"(?:是|：)((?:[\dX] )+[\dX])。", speech):
            assert self.asked
            right = digits[1].replace(" ", "") == self._whole(self.asked)
            self.wrong = None if right else self.asked
        elif self._confirms(speech):
            said = (i for i in self.definition.inputs if i.id in self.meant and self._as_confirmed(i))
            self.wrong = next((slot for slot in said if not heard_in(self._as_confirmed(slot), speech)), None)
        else:
            return True
        return self.wrong is None

    def _confirms(self, speech: str) -> bool:
        template = self.definition.confirm
        return template.partition("{")[0] in speech and template.rpartition("}")[2] in speech

    def _as_confirmed(self, slot: Input) -> str:
        """The value as the confirmation says it, 尾号 and four digits for instance; empty where it does not."""
        place = re.search(rf"(尾号(?:是|为)?)?\{{{slot.id}\}}", self.definition.confirm)
        return render(place[0], shown(self.definition, self.meant), self.meant) if place else ""

    def _value(self, slot: Input) -> str:
        value = str(self.answers[slot.id])
        return spoken_digits(value) if slot.type in ("id-number", "phone") else value

    def _rest(self, heard: str) -> str:
        """What is left of the number; from its beginning where what was heard of it is wrong."""
        assert self.asked
        return spoken_digits(self._whole(self.asked).removeprefix(heard))

    def _whole(self, slot: Input) -> str:
        return self.meant.get(slot.id, str(self.answers[slot.id]))

    def _unknown(self, name: str) -> str:
        mine = self.meant.get(self.definition.identity.name or "", "")
        return "名字不对" if sound(name) != sound(mine) else "号码不对"


def heard_in(value: str, speech: str) -> bool:
    """Whether the value is said in the speech; other characters of the same sound are the same to the ear."""
    return value in speech or f" {sound(value)} " in f" {sound(speech)} "


def sound(text: str) -> str:
    """Syllables with their tones, numbers digit by digit."""
    return tone_numbered(text.translate(_SPELT))

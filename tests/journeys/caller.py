"""A simulated caller: plays a synthetic resident by answering what is asked, as `departments residents` lists."""

from __future__ import annotations

from typing import Any

from actions.definitions import all_definitions
from assistant.turn import Reply
from assistant.wording import said_through
from tests.journeys.talk import Talk, spoken_digits

ENDED = {"done", "stored", "failed", "handed_over", "refused"}


class Caller:
    """Knows the resident's answers for one service, and recognises each question by the definition's prompts."""

    def __init__(self, person: dict[str, Any], service: str) -> None:
        self.person, self.answers = person, dict(person["say"][service])
        self.questions = {
            said_through("test", prompt): slot.id
            for slot in all_definitions()[service].inputs
            for prompt in slot.prompts.values()
        }

    def carry_through(self, talk: Talk, reply: Reply, turns: int = 24) -> Reply:
        """Answer until the service has ended, or `turns` are used up."""
        for _ in range(turns):
            if reply.status in ENDED:
                return reply
            reply = talk.say(self.answer(reply))
        return reply

    def answer(self, reply: Reply) -> str:
        asked = next((slot for prompt, slot in self.questions.items() if prompt in reply.speech), None)
        if asked:
            value = str(self.answers[asked])
            return spoken_digits(value) if asked in ("id_number", "phone") else value
        if "验证码" in reply.speech and (reply.expecting or {}).get("kind") == "digits":
            return spoken_digits(self.person["code"])
        if "镜头" in reply.speech:
            return "好了"
        return "对"

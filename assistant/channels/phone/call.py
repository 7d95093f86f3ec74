"""One call from the welcome to the goodbye: sound and keys in, turns of the assistant, speech out.

The loop takes one event of the transport at a time and never waits for the engine or the voice: those are
tasks whose results are picked up at the next tick. All time is the transport's.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from dataclasses import replace
from typing import Protocol

from assistant.channels.phone.ear import OpenEar
from assistant.channels.phone.floor import Floor
from assistant.channels.phone.framing import LineClock
from assistant.channels.phone.keys import KeyPad, Pressed, typed_text
from assistant.channels.phone.mouth import Mouth, Voice
from assistant.channels.phone.policy import CallPolicy, Line, Then, Work, after
from assistant.channels.phone.transport import AudioTransport, Gone, Key, Sound
from assistant.questions import question_of
from assistant.turn import Reply, Utterance
from assistant.wording import canned

TOLD = frozenset({"done", "stored", "handed_over", "emergency"})
"""What must be said to the end before the next thing is begun."""
_log = logging.getLogger("xiangyin.phone")


class Turns(Protocol):
    """`assistant.conversation.Assistant`."""

    async def take_turn(self, utterance: Utterance) -> Reply: ...
    async def end(self, conversation: str) -> None: ...


class PhoneCall:
    """Runs one answered call. `transfer_to`: the SIP address of the person, None when there is none.

    In `transfer_to`, {conversation} becomes the id under which the records hold what was said.
    """

    def __init__(
        self,
        transport: AudioTransport,
        assistant: Turns,
        voice: Voice,
        open_ear: OpenEar,
        transfer_to: str | None = None,
        conversation: str | None = None,
    ) -> None:
        self.conversation = conversation or f"phone-{uuid.uuid4().hex}"
        self._transport, self._assistant = transport, assistant
        self._transfer_to = transfer_to and transfer_to.replace("{conversation}", self.conversation)
        self._mouth = Mouth(transport, voice)
        self._floor = Floor(self._mouth, open_ear)
        self._clock, self._keys, self._policy = LineClock(), KeyPad(), CallPolicy()
        self._reply = said_of_ourselves(self.conversation, "welcome")
        self._then: Then = "listen"
        self._turn: asyncio.Task[Reply] | None = None
        self._moving: asyncio.Task[bool] | None = None
        self._waiting: Utterance | None = None
        self._wants_person = self._told_deaf = self._over = False
        self._now = 0.0

    async def run(self) -> None:
        """Until the call is over. A turn that is under way when the caller hangs up is finished, not undone."""
        self._say(self._reply)
        try:
            while not self._over:
                event = await self._transport.next()
                if isinstance(event, Gone):
                    _log.info("call %s ended: %s", self.conversation, event.reason)
                    break
                if isinstance(event, Key):
                    self._key(event)
                else:
                    await self._tick(event)
        finally:
            self._mouth.close()
            await self._transport.hangup()
            if self._moving is not None:
                self._moving.cancel()
            if self._turn is not None:
                await asyncio.wait({self._turn})
            await self._assistant.end(self.conversation)

    async def _tick(self, sound: Sound) -> None:
        self._now += sound.seconds
        self._mouth.hold(self._transport.held)
        samples = self._clock.fill(sound.seconds, sound.samples)
        if self._work:
            self._floor.defer(samples)
        elif not self._keys.typing and not self._transport.held:
            heard = await self._floor.listen(samples, sound.seconds)
            if heard is not None:
                self._take(Utterance(self.conversation, channel="phone", heard=heard))
        self._results()
        pressed = self._keys.step(self._now)
        if pressed:
            self._obey(pressed)
        self._mouth.pump()
        if not self._mouth.speaking:
            self._spoken()
        self._break_silence(sound.seconds)

    @property
    def _work(self) -> Work:
        return "turn" if self._turn else "transfer" if self._moving else ""

    @property
    def _help_due(self) -> bool:
        """A person was promised and is not yet being fetched. No interruption takes that back."""
        return self._then == "transfer"

    def _key(self, key: Key) -> None:
        digits_asked = (self._reply.expecting or {}).get("kind") == "digits"
        pressed = self._keys.press(key.digit, key.at, digits_asked=digits_asked)
        if pressed and pressed.kind == "end" and not self._mouth.speaking:
            self._floor.press()
            return
        if not self._moving:
            self._floor.quiet()
            self._then = "transfer" if self._help_due else "listen"
        if pressed:
            self._obey(pressed)

    def _obey(self, pressed: Pressed) -> None:
        typed = typed_text(pressed.digits, self._reply.expecting)
        texts = {"person": "人工", "again": "再说一遍", "digits": typed}
        if pressed.kind in texts:
            self._take(Utterance(self.conversation, texts[pressed.kind], channel="phone"))

    def _take(self, utterance: Utterance) -> None:
        """A turn begins; while another is under way, or is being told, or a person is due, it waits."""
        if self._work or self._help_due:
            self._waiting = utterance
            return
        said = utterance.heard.text if utterance.heard else utterance.text or ""
        self._wants_person = "人工" in said
        self._then = "listen"
        self._policy.turn_began()
        utterance = replace(utterance, message_id=uuid.uuid4().hex)
        self._turn = asyncio.get_running_loop().create_task(self._assistant.take_turn(utterance))

    def _results(self) -> None:
        """What has been done since the last tick."""
        if self._turn and self._turn.done() and not self._mouth.speaking:  # 我查一下 is said to its end
            turn, self._turn = self._turn, None
            self._replied(self._result(turn))
        if self._moving and self._moving.done():
            moving, self._moving = self._moving, None
            self._over = moving.result()
            if not self._over:
                failed = self._canned("phone_transfer_failed").speech
                self._say(replace(self._reply, speech=failed + self._reply.speech))

    def _result(self, turn: asyncio.Task[Reply]) -> Reply:
        error = turn.exception()
        if error is None:
            return turn.result()
        _log.error("a turn of call %s broke", self.conversation, exc_info=error)
        return replace(self._reply, status="failed", intent=None, speech=canned("engine_garbage"))

    def _replied(self, reply: Reply) -> None:
        self._reply = reply
        self._policy.replied(reply)
        self._then = after(reply, wants_person=self._wants_person, can_transfer=self._transfer_to is not None)
        if self._waiting and reply.status not in TOLD and not self._help_due:
            waiting, self._waiting = self._waiting, None
            self._take(waiting)
            return
        self._say(reply)

    def _spoken(self) -> None:
        """Nothing is left to be heard of us. A person is fetched also while the caller goes on speaking."""
        fetching = self._help_due and self._floor.worded
        if self._over or self._work or (self._floor.claimed and not fetching):
            return
        if self._help_due and self._transfer_to:
            self._then = "listen"
            self._moving = asyncio.get_running_loop().create_task(self._transport.transfer(self._transfer_to))
        elif self._waiting:
            waiting, self._waiting = self._waiting, None
            self._take(waiting)
        elif self._then == "hang_up":
            self._over = True
        elif self._floor.deaf and not self._told_deaf:
            self._told_deaf = True
            self._say(self._canned("phone_deaf"))

    def _break_silence(self, seconds: float) -> None:
        making = self._mouth.speaking and not self._mouth.sounding
        line = Line(
            we_speak=self._mouth.sounding,
            they_speak=not self._work and self._floor.they_speak,
            typing=self._keys.typing,
            held=self._transport.held,
            work=self._work or ("turn" if making else ""),
        )
        prompt = self._policy.step(seconds, line)
        if prompt is None:
            return
        reply = self._canned(prompt.sentence)
        if self._work:
            self._mouth.say(reply, canned=True)
        elif making:
            self._mouth.interject(reply)
        else:
            self._then = prompt.then
            self._say(reply)

    def _say(self, reply: Reply) -> None:
        """Say it, and listen for the answer to the open question while saying it."""
        canned_speech = not reply.heard and reply.status == "answered" and reply.intent is None
        self._mouth.say(reply, canned=canned_speech)
        self._floor.watch(reply.speech, reply.dialect, question_of(self._reply.expecting))

    def _canned(self, sentence: str) -> Reply:
        """Speech of our own accord, spoken as the last reply was; the open question stays open."""
        last, said = self._reply, said_of_ourselves(self.conversation, sentence)
        return replace(
            said, dialect=last.dialect, rate=last.rate, volume=last.volume, expecting=last.expecting
        )


def said_of_ourselves(conversation: str, sentence: str) -> Reply:
    """A canned sentence as a reply that answers nobody."""
    text = canned(sentence)
    return Reply(conversation, "", "answered", text, text)

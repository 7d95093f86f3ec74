"""The turn: somebody said something in a conversation, exactly one reply comes back (DESIGN §1.2).

Every channel calls `Assistant.take_turn` and nothing else. Stages: sound → hear → normalise → engine (understand,
decide, answer, do) → word. Each conversation has one turn at a time; a failure becomes a status and a sentence.
"""

from __future__ import annotations

import asyncio
import logging
import time
import unicodedata
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answers import yes_or_no
from assistant.dialogues import Dialogue, Dialogues
from assistant.doubts import YES_NO, Asked, Words, resolved, weighed
from assistant.engine import Engine, EngineError
from assistant.questions import situation_of
from assistant.records import Records
from assistant.turn import MAX_TEXT, Reply, Utterance
from assistant.wording import word
from audio.hearing import Heard
from audio.models import ModelError
from audio.repair.decision import Judged
from audio.repair.evidence import Situation
from dialects.normalise import normalise
from dialects.packs import load_pack

log = logging.getLogger("xiangyin.hearing")
Hear = Callable[[NDArray[np.int16], str, Mapping[str, Any] | None], Heard]
"""Recognise 16 kHz mono int16 samples in a dialect, given what was asked for (`expecting`). Raises ModelError."""
Judge = Callable[[Heard, str, Situation], Judged]
"""Repair by sound: accept, ask, or ask again (audio.repair)."""


class Assistant:
    """Takes turns. Holds what a conversation needs between turns in memory, and nothing else."""

    def __init__(
        self,
        engine: Engine,
        records: Records,
        hear: Hear | None = None,
        deadline: float = 8.0,
        judge: Judge | None = None,
    ) -> None:
        self._engine, self._records, self._hear, self._deadline = engine, records, hear, deadline
        self._judge = judge
        self.dialogues = Dialogues()

    async def take_turn(self, utterance: Utterance) -> Reply:
        """The reply to one utterance. Never raises for anything that a resident can do."""
        begun = time.perf_counter()
        dialogue = self.dialogues.get(utterance.conversation)
        dialogue.tap(utterance.dialect)
        async with dialogue.lock:
            asked = (dialogue.expecting or {}).get("kind")
            if utterance.message_id and utterance.message_id in dialogue.answered:
                return dialogue.answered[utterance.message_id]
            marks: dict[str, float] = {}
            try:
                reply = await asyncio.wait_for(self._turn(utterance, dialogue, marks), self._deadline)
            except TimeoutError:
                slow = Asked("failed", "engine_slow", {}, dialogue.expecting)
                reply = self._asked(utterance, dialogue, slow)
            took = round((time.perf_counter() - begun) * 1000)
            reply = replace(reply, ms=took, marks=marks, warning=utterance.warning)
            dialogue.took(reply, utterance.message_id)
        self._records.write(utterance, reply, asked)
        return reply

    async def end(self, conversation: str) -> None:
        """The conversation is over: nothing of it is kept, here or in the engine."""
        self.dialogues.end(conversation)
        await self._engine.forget(conversation)

    async def _turn(self, utterance: Utterance, dialogue: Dialogue, marks: dict[str, float]) -> Reply:
        said = await self._words_of(utterance, dialogue, marks)
        if isinstance(said, Asked):
            return self._asked(utterance, dialogue, said)
        text = said.text
        if dialogue.choice.offered and (chosen := self._offer_answered(text, dialogue)):
            return self._asked(utterance, dialogue, chosen, heard=text)
        began = time.perf_counter()
        normalised = normalise(text, load_pack(dialogue.dialect)).text
        metadata = {
            "conversation": utterance.conversation,
            "channel": utterance.channel,
            "dialect": dialogue.dialect,
            "raw": text,
            "expecting": said.expecting,
            "hearing": "unsure" if said.unsure else "sure",
        }
        message_id = utterance.message_id or uuid.uuid4().hex
        try:
            outcomes = await self._engine.turn(utterance.conversation, normalised, message_id, metadata)
        except EngineError as error:
            failed = Asked("failed", f"engine_{error.reason}", {}, said.expecting)
            return self._asked(utterance, dialogue, failed, heard=text)
        finally:
            marks["engine"] = round((time.perf_counter() - began) * 1000, 1)
        return self._with_offer(self._compose(utterance, dialogue, text, outcomes), dialogue)

    async def _words_of(
        self, utterance: Utterance, dialogue: Dialogue, marks: dict[str, float]
    ) -> Words | Asked:
        """Words that are sure enough for the engine, or a sentence that asks instead."""
        heard, problem = await self._heard(utterance, dialogue, marks)
        if problem:
            return Asked(*problem, {}, dialogue.expecting, dialogue.doubt)
        if isinstance(heard, str):
            said: Words | Asked | None = Words(heard, dialogue.expecting)
            dialogue.choice.note(heard)
        else:
            said = await self._weigh(heard, dialogue, marks)
        doubt, dialogue.doubt = dialogue.doubt, None
        if said is None:
            text = heard.text if isinstance(heard, Heard) else heard
            return Asked("unheard", dialogue.unheard_sentence(), {}, dialogue.expecting, doubt, text)
        if doubt and isinstance(said, Words):
            return resolved(doubt, said, dialogue.dialect)
        if doubt and isinstance(said, Asked):
            said = replace(said, doubt=replace(said.doubt, expecting=doubt.expecting)) if said.doubt else said
        return said

    async def _weigh(self, heard: Heard, dialogue: Dialogue, marks: dict[str, float]) -> Words | Asked | None:
        """Repair by sound, and what follows from its verdict."""
        if self._judge is None:
            return Words(heard.text, dialogue.expecting)
        began = time.perf_counter()
        situation = situation_of(dialogue.expecting, dialogue.last.status if dialogue.last else None)
        situation = replace(situation, guessing=not dialogue.choice.settled)
        judged = await asyncio.to_thread(self._judge, heard, dialogue.dialect, situation)
        marks["judging"] = round((time.perf_counter() - began) * 1000, 1)
        marks["sureness"] = round(judged.confidence, 4)
        marks["repaired"] = float(judged.repaired and judged.verdict == "accept")
        if judged.verdict != "again":
            dialogue.choice.note(heard.text, dict(judged.accents))
        said = weighed(judged, heard, dialogue.expecting, situation.binding, dialogue.unsure)
        dialogue.unsure = dialogue.unsure + 1 if isinstance(said, Asked) and situation.binding else 0
        return said

    def _offer_answered(self, text: str, dialogue: Dialogue) -> Asked | None:
        """The answer to “要不要用四川话”; other words are a turn like any other."""
        dialect, dialogue.choice.offered = str(dialogue.choice.offered), None
        answer = yes_or_no(text, dialect)
        if answer is None:
            return None
        if answer:
            dialogue.speak(dialect)
        sentence = "switch_dialect" if answer else "dialect_kept"
        return Asked("answered", sentence, {"dialect": dialect}, None)

    def _with_offer(self, reply: Reply, dialogue: Dialogue) -> Reply:
        """The reply, and once in a conversation the question whether to go on in the resident's own dialect."""
        if reply.expecting is not None or reply.status not in ("answered", "unanswered", "done"):
            return reply
        dialect = dialogue.choice.proposal()
        if dialect is None or dialect == dialogue.dialect:
            return reply
        dialogue.choice.offer(dialect)
        outcome = {"status": reply.status, "sentence": "dialect_offer", "params": {"dialect": dialect}}
        speech, display = word([outcome], "")
        return replace(
            reply, speech=reply.speech + speech, display=f"{reply.display}\n{display}", expecting=YES_NO
        )

    async def _heard(
        self, utterance: Utterance, dialogue: Dialogue, marks: dict[str, float]
    ) -> tuple[str | Heard, tuple[str, str] | None]:
        """Typed text or what was heard, and (status, sentence) when there is nothing to work with."""
        if utterance.samples is None and utterance.heard is None:
            return self._typed(utterance.text or "", dialogue)
        heard = utterance.heard
        if heard is None and self._hear is not None and utterance.samples is not None:
            began = time.perf_counter()
            try:
                heard = await asyncio.to_thread(
                    self._hear, utterance.samples, dialogue.dialect, dialogue.expecting
                )
            except ModelError as error:
                log.error("cannot hear: %s %s", error, error.detail)
            marks["hearing"] = round((time.perf_counter() - began) * 1000, 1)
        if heard is None:
            return "", ("failed", "no_recogniser")
        return heard, None if heard.text else ("unheard", dialogue.unheard_sentence())

    def _typed(self, raw: str, dialogue: Dialogue) -> tuple[str, tuple[str, str] | None]:
        text = "".join(c for c in raw if c.isprintable() or c in "\n\t").strip()
        if len(text) > MAX_TEXT:
            return text[:MAX_TEXT], ("refused", "too_long")
        if not any(unicodedata.category(c)[0] in "LN" for c in text):
            return text, ("unheard", dialogue.unheard_sentence())
        return text, None

    def _compose(
        self, utterance: Utterance, dialogue: Dialogue, text: str, outcomes: Sequence[Mapping[str, Any]]
    ) -> Reply:
        """One reply from the outcomes of a turn: what was answered decides the status, the last question stays."""
        last = outcomes[-1]
        main = next(
            (o for o in outcomes if o.get("topic") and o["status"] in ("answered", "clarifying")), last
        )
        dialogue.obey(outcomes)
        if any(o["sentence"] in ("repeat", "slower", "louder") for o in outcomes) and dialogue.last:
            said = dialogue.last
            return replace(
                said, heard=text, intent=last.get("intent"), rate=dialogue.rate, volume=dialogue.volume
            )
        speech, display = word(outcomes, utterance.channel)
        asking: Mapping[str, Any] = next((o for o in reversed(outcomes) if o.get("expecting")), {})
        params = main.get("params") or {}
        return Reply(
            conversation=utterance.conversation,
            heard=text,
            status=str(main["status"]),
            speech=speech,
            display=display,
            intent=last.get("intent"),
            topic=main.get("topic"),
            service=next((o["service"] for o in reversed(outcomes) if o.get("service")), None),
            choices=tuple(next((o["choices"] for o in reversed(outcomes) if o.get("choices")), ())),
            source=main.get("source"),
            receipt=next((o["receipt"] for o in outcomes if o.get("receipt")), None),
            expecting=asking.get("expecting"),
            candidates=tuple(params.get("candidates") or ()),
            confidence=params.get("confidence"),
            dialect=dialogue.dialect,
            rate=dialogue.rate,
            volume=dialogue.volume,
        )

    def _asked(self, utterance: Utterance, dialogue: Dialogue, asked: Asked, heard: str = "") -> Reply:
        """A reply that needs no engine. What was in doubt stays so until it is answered."""
        dialogue.doubt = asked.doubt
        outcome = {"status": asked.status, "sentence": asked.sentence, "params": asked.params}
        speech, display = word([outcome], utterance.channel)
        return Reply(
            conversation=utterance.conversation,
            heard=heard or asked.heard,
            status=asked.status,
            speech=speech,
            display=display,
            expecting=asked.expecting,
            candidates=asked.candidates,
            confidence=asked.candidates[0]["share"] if asked.candidates else None,
            dialect=dialogue.dialect,
            rate=dialogue.rate,
            volume=dialogue.volume,
            problem=asked.sentence if asked.status == "failed" else None,
        )

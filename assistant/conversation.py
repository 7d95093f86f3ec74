"""The turn: somebody said something in a conversation, exactly one reply comes back (DESIGN §1.2).

Every channel calls `Assistant.take_turn` and nothing else. Stages: sound → hear → normalise → engine (understand,
decide, answer, do) → word. Each conversation has one turn at a time; a failure becomes a status and a sentence.
"""

from __future__ import annotations

import asyncio
import time
import unicodedata
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.dialogues import Dialogue, Dialogues
from assistant.engine import Engine, EngineError
from assistant.records import Records
from assistant.turn import MAX_TEXT, Reply, Utterance
from assistant.wording import word
from audio.hearing import Heard
from dialects.normalise import normalise
from dialects.packs import load_pack

Hear = Callable[[NDArray[np.int16], str, Mapping[str, Any] | None], Heard]
"""Recognise 16 kHz mono int16 samples in a dialect, given what was asked for (`expecting`)."""


class Assistant:
    """Takes turns. Holds what a conversation needs between turns in memory, and nothing else."""

    def __init__(
        self, engine: Engine, records: Records, hear: Hear | None = None, deadline: float = 8.0
    ) -> None:
        self._engine, self._records, self._hear, self._deadline = engine, records, hear, deadline
        self.dialogues = Dialogues()

    async def take_turn(self, utterance: Utterance) -> Reply:
        """The reply to one utterance. Never raises for anything that a resident can do."""
        begun = time.perf_counter()
        dialogue = self.dialogues.get(utterance.conversation)
        if utterance.dialect:
            dialogue.dialect = utterance.dialect
        async with dialogue.lock:
            asked = (dialogue.expecting or {}).get("kind")
            if utterance.message_id and utterance.message_id in dialogue.answered:
                return dialogue.answered[utterance.message_id]
            marks: dict[str, float] = {}
            try:
                reply = await asyncio.wait_for(self._turn(utterance, dialogue, marks), self._deadline)
            except TimeoutError:
                reply = self._canned(utterance, dialogue, "failed", "engine_slow")
            reply = replace(reply, ms=round((time.perf_counter() - begun) * 1000), marks=marks)
            dialogue.took(reply, utterance.message_id)
        self._records.write(utterance, reply, asked)
        return reply

    async def _turn(self, utterance: Utterance, dialogue: Dialogue, marks: dict[str, float]) -> Reply:
        text, problem = await self._text_of(utterance, dialogue, marks)
        if problem:
            return self._canned(utterance, dialogue, *problem, heard=text)
        began = time.perf_counter()
        normalised = normalise(text, load_pack(dialogue.dialect)).text
        metadata = {
            "conversation": utterance.conversation,
            "channel": utterance.channel,
            "dialect": dialogue.dialect,
            "raw": text,
            "expecting": dialogue.expecting,
        }
        message_id = utterance.message_id or uuid.uuid4().hex
        try:
            outcomes = await self._engine.turn(utterance.conversation, normalised, message_id, metadata)
        except EngineError as error:
            return self._canned(utterance, dialogue, "failed", f"engine_{error.reason}", heard=text)
        finally:
            marks["engine"] = round((time.perf_counter() - began) * 1000, 1)
        return self._compose(utterance, dialogue, text, outcomes)

    async def _text_of(
        self, utterance: Utterance, dialogue: Dialogue, marks: dict[str, float]
    ) -> tuple[str, tuple[str, str] | None]:
        """The words of the utterance, and (status, sentence) when there are none to work with."""
        if utterance.samples is None and utterance.heard is None:
            return self._typed(utterance.text or "", dialogue)
        heard = utterance.heard
        if heard is None and self._hear is not None and utterance.samples is not None:
            began = time.perf_counter()
            heard = await asyncio.to_thread(
                self._hear, utterance.samples, dialogue.dialect, dialogue.expecting
            )
            marks["hearing"] = round((time.perf_counter() - began) * 1000, 1)
        if heard is None:
            return "", ("failed", "no_recogniser")
        if not heard.text:
            return "", ("unheard", dialogue.unheard_sentence())
        return heard.text, None

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

    def _canned(
        self, utterance: Utterance, dialogue: Dialogue, status: str, sentence: str, heard: str = ""
    ) -> Reply:
        """A reply that needs no engine. The open question stays open."""
        speech, display = word([{"status": status, "sentence": sentence, "params": {}}], utterance.channel)
        return Reply(
            conversation=utterance.conversation,
            heard=heard,
            status=status,
            speech=speech,
            display=display,
            expecting=dialogue.expecting,
            dialect=dialogue.dialect,
            rate=dialogue.rate,
            volume=dialogue.volume,
        )

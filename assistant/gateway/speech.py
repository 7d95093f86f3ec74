"""Spoken replies for the doors: sentence by sentence, so that the first is heard while the next is made."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import threading
from collections.abc import AsyncIterator

from assistant.turn import Reply
from assistant.wording import fixed_sentences
from audio.natural_voice import natural_voice
from audio.speaking import Manner
from audio.voice import Telling, VoiceUnavailable, prepare
from dialects.packs import list_packs, load_pack

NICENESS = 15
"""Of the thread that renders ahead: everything else goes first."""
_log = logging.getLogger("xiangyin.voice")


class Speaker:
    """Renders replies. A voice that fails is a reply without sound, never a failed turn."""

    def __init__(self) -> None:
        self.available = shutil.which("espeak-ng") is not None or natural_voice() is not None
        self._limit = asyncio.Semaphore(2)

    async def render(self, reply: Reply) -> AsyncIterator[tuple[str, bytes]]:
        """(sentence, WAV bytes) for each sentence of the reply's speech, in this reply's rate and volume."""
        telling = Telling(reply.dialect, Manner(reply.rate, reply.volume))
        for sentence in telling.pieces(reply.speech):
            try:
                async with self._limit:
                    sound = await asyncio.to_thread(telling.say, sentence)
            except VoiceUnavailable as error:
                _log.error("no voice: %s", error.detail)
                self.available = False
                return
            self.available = True
            yield sentence, sound

    def prepare_ahead(self) -> threading.Thread:
        """Load the natural voice, and render what is always said the same, in the background."""
        thread = threading.Thread(target=_prepare, name="voice-ahead", daemon=True)
        thread.start()
        return thread


def _prepare() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)  # of this thread only (Linux)
    natural = natural_voice()
    try:
        if natural is not None:
            natural.load()
    except VoiceUnavailable as error:
        _log.error("the natural voice is not used: %s", error.detail)
        return
    ready = prepare(fixed_sentences())
    for dialect in list_packs():
        ready += prepare([load_pack(dialect).greeting], dialect)
    _log.info("%d pieces of speech are ready", ready)

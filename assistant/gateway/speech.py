"""Spoken replies for the doors: sentence by sentence, so that the first is heard while the next is made."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator

from assistant.turn import Reply
from audio.voice import VoiceUnavailable, sentences_of, speak


class Speaker:
    """Renders replies. A voice that fails is a reply without sound, never a failed turn."""

    def __init__(self) -> None:
        self.available = shutil.which("espeak-ng") is not None
        self._limit = asyncio.Semaphore(2)

    async def render(self, reply: Reply) -> AsyncIterator[tuple[str, bytes]]:
        """(sentence, WAV bytes) for each sentence of the reply's speech."""
        for sentence in sentences_of(reply.speech):
            try:
                async with self._limit:
                    sound = await asyncio.to_thread(
                        speak, sentence, reply.dialect, rate=reply.rate, volume=min(1.0, reply.volume)
                    )
            except VoiceUnavailable:
                self.available = False
                return
            self.available = True
            yield sentence, sound

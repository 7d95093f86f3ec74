"""What we say in a call: rendered sentence by sentence, played with a short lead, paused, stopped, said again."""

from __future__ import annotations

import asyncio
import io
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Protocol

import soundfile

from assistant.channels.phone.transport import RATE, AudioTransport, Int16
from assistant.turn import Reply
from audio.resampling import resample, to_int16

LEAD = round(0.5 * RATE)
"""Samples handed to the transport ahead of time; a flush takes them back."""
KEPT_CLIPS = 64
_log = logging.getLogger("xiangyin.phone")


class Renderer(Protocol):
    """`assistant.gateway.speech.Speaker`, or a scripted voice."""

    @property
    def available(self) -> bool: ...
    def render(self, reply: Reply) -> AsyncIterator[tuple[str, bytes]]: ...


class Voice:
    """Sentences as telephone sound, shared by all calls. Canned speech is kept, for it holds nothing personal."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._kept: OrderedDict[tuple[str, str, float, float], list[Int16]] = OrderedDict()

    async def clips(self, reply: Reply, canned: bool = False) -> AsyncIterator[Int16]:
        """8 kHz sound of each sentence of the reply's speech."""
        key = (reply.speech, reply.dialect, reply.rate, reply.volume)
        if key in self._kept:
            for clip in self._kept[key]:
                yield clip
            return
        made = []
        async for _, wav in self._renderer.render(reply):
            clip = await asyncio.to_thread(telephone_sound, wav)
            made.append(clip)
            yield clip
        if canned and made:
            self._kept[key] = made
            while len(self._kept) > KEPT_CLIPS:
                self._kept.popitem(last=False)


def telephone_sound(wav: bytes) -> Int16:
    """Any WAV → 8 kHz mono int16."""
    samples, rate = soundfile.read(io.BytesIO(wav), dtype="float32", always_2d=True)
    return to_int16(resample(samples.mean(axis=1), rate, RATE))


class Mouth:
    """One call's speech. `pump` is called at every tick and keeps the transport fed."""

    def __init__(self, transport: AudioTransport, voice: Voice) -> None:
        self._transport, self._voice = transport, voice
        self._clips: list[Int16] = []
        self._clip = self._offset = 0
        self._rendering: asyncio.Task[None] | None = None
        self._interjecting: asyncio.Task[None] | None = None
        self._paused = self._on_hold = self._stopped = False
        self.text = ""

    @property
    def speaking(self) -> bool:
        """There is something left to be heard."""
        making = self._rendering is not None and not self._rendering.done()
        left = making or self._clip < len(self._clips)
        return (left and not self._stopped) or self._transport.backlog() > 0

    @property
    def sounding(self) -> bool:
        """The far end hears us at this moment."""
        return self._transport.backlog() > 0

    def say(self, reply: Reply, canned: bool = False) -> None:
        """Begin to say a reply; what was being said is dropped."""
        self.stop()
        self.close()
        self.text, self._clips, self._clip, self._offset = reply.speech, [], 0, 0
        self._stopped = self._paused = False
        self._rendering = asyncio.get_running_loop().create_task(self._render(reply, canned))

    def interject(self, reply: Reply) -> None:
        """Say something short first, while the reply is still being made; dropped when the reply is quicker."""
        if self._interjecting is None or self._interjecting.done():
            self._interjecting = asyncio.get_running_loop().create_task(self._insert(reply))

    def pump(self) -> None:
        """Hand the transport what it should have by now."""
        room = LEAD - self._transport.backlog()
        while room > 0 and self._clip < len(self._clips) and not self._silent:
            piece = self._clips[self._clip][self._offset : self._offset + room]
            self._transport.play(piece)
            room -= piece.size
            self._offset += piece.size
            if self._offset >= self._clips[self._clip].size:
                self._clip, self._offset = self._clip + 1, 0

    def pause(self) -> None:
        """Fall silent at once; `resume` goes on with the first sample that was not heard."""
        self._paused = True
        self._rewind(self._transport.flush())

    def resume(self) -> None:
        self._paused = False

    def hold(self, held: bool) -> None:
        """The caller put us on hold: nothing is said into the void, and nothing is lost."""
        if held and not self._on_hold:
            self._rewind(self._transport.flush())
        self._on_hold = held

    def stop(self) -> None:
        """Fall silent; the rest waits for `again` until something else is said."""
        self.pause()
        self._stopped = True

    def again(self) -> None:
        """The interruption was none: say the broken sentence once more from its beginning, and the rest."""
        self._offset = 0
        self._stopped = self._paused = False

    def close(self) -> None:
        """Make no more sound."""
        for task in (self._rendering, self._interjecting):
            if task is not None:
                task.cancel()
        self._rendering = self._interjecting = None

    @property
    def _silent(self) -> bool:
        return self._paused or self._on_hold or self._stopped

    async def _render(self, reply: Reply, canned: bool) -> None:
        try:
            async for clip in self._voice.clips(reply, canned):
                self._clips.append(clip)
        except (OSError, RuntimeError, ValueError):
            _log.exception("a sentence could not be spoken")

    async def _insert(self, reply: Reply) -> None:
        clips = [clip async for clip in self._voice.clips(reply, canned=True)]
        if self._clip == len(self._clips):
            self._clips.extend(clips)

    def _rewind(self, samples: int) -> None:
        while samples > 0 and (self._clip > 0 or self._offset > 0):
            if self._offset == 0:
                self._clip -= 1
                self._offset = self._clips[self._clip].size
            back = min(samples, self._offset)
            self._offset -= back
            samples -= back

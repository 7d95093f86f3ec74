"""Who has the word at the terminal: we speak and may be interrupted, the visitor speaks or types, or has gone.

One loop, one thread: sound is read in 20 ms frames, and frames are also its clock while it listens. Without a
microphone people type, without a voice they read; each is said in plain words.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from assistant.channels.terminal_devices import Devices
from assistant.channels.terminal_ports import Mouth, TurnReply, Voice
from assistant.channels.terminal_screen import Keys, Screen
from assistant.questions import question_of
from assistant.wording import canned
from audio.bargein import BargeIn
from audio.devices import FRAME_SECONDS, DeviceError
from audio.hearing import OPEN, Heard
from audio.listener import Listener, turn_words
from audio.models import ModelError
from audio.pace import Pace
from audio.voice import VoiceUnavailable

WARNING_SECONDS = 20.0  # WCAG 2.2.1: warned at least 20 s before the session goes
TYPING_WAIT = 0.2  # seconds

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turn:
    """What the visitor typed, or what was heard; the other is None."""

    text: str | None = None
    heard: Heard | None = None

    @property
    def said(self) -> str:
        return self.text if self.text is not None else self.heard.text if self.heard else ""


class Floor:
    """Turn-taking with one visitor after the other; each begins with `begin`.

    `left`: the visitor has ended the terminal. `deserted`: this visitor said something and is gone.
    """

    def __init__(
        self,
        screen: Screen,
        keys: Keys,
        devices: Devices,
        idle_seconds: float,
        listen: Callable[..., Listener],
        voice: Voice,
    ) -> None:
        self._screen, self._keys, self._devices = screen, keys, devices
        self._idle_seconds, self._listen, self._voice = idle_seconds, listen, voice
        self.left = False

    def begin(self, dialect: str) -> None:
        """A new visitor: nothing of the last one is left here."""
        self._dialect, self._question, self._pace = dialect, OPEN, Pace()
        self._interrupting: Listener | None = None
        self._ended_at = 0.0
        self._rate = self._volume = 1.0  # as this visitor wished, for our own prompts too
        self._typed: str | None = None
        self._clean = True
        self.deserted = False

    def follow(self, reply: TurnReply) -> None:
        """From now on speak and expect as the reply says."""
        self._dialect, self._question = reply.dialect, question_of(reply.expecting)
        self._rate, self._volume = reply.rate, reply.volume

    def next_turn(self) -> Turn | None:
        """What the visitor says or types next; None when nothing came of it (see `left` and `deserted`)."""
        turn = self._interruption() or (self._hear() if self._devices.look_for_ears() else self._read())
        if turn is not None:
            self._clean = False
        return turn

    def say(self, text: str) -> bool:
        """Speak sentence by sentence; voice, button or typing interrupts (audio.bargein). Whether somebody did."""
        devices, mouth = self._devices, self._devices.look_for_mouth()
        if mouth is None:
            self._screen.note(text)
            return False
        bargein = BargeIn(text, self._question, words=turn_words(self._dialect))
        listener = self._listener()
        if devices.ears:
            devices.ears.flush()
        interrupts = devices.ears is not None and devices.ears.listens_while_speaking
        self._screen.state("我在说，您随时可以插话" if interrupts else "我在说，要打断请按回车")
        try:
            for _, wav in _ahead(self._voice(text, self._dialect, self._rate, self._volume)):
                mouth.play(wav)
                while mouth.playing:
                    listener = self._attend(mouth, bargein, listener)
                    if bargein.stopped:
                        mouth.stop()
                        if listener is not None:  # by voice: perhaps the turn before was not over
                            self._pace.resumed(time.monotonic() - self._ended_at)
                        self._interrupting = listener
                        return True
        except VoiceUnavailable as error:
            log.error("voice: %s", error.detail)
            self._screen.note(str(error))
            devices.give_up_mouth()
        except DeviceError as error:
            devices.lose_mouth(error)
            self._screen.note(text)
        if bargein.ducked:  # somebody began just before we ended
            self._interrupting = listener
        return bargein.ducked

    def _interruption(self) -> Turn | None:
        """What was typed while we spoke."""
        typed, self._typed = self._typed, None
        return None if typed is None else Turn(text=typed)

    def _hear(self) -> Turn | None:
        listener, self._interrupting = self._interrupting or self._listener(), None
        self._screen.state("请说…")
        quiet, warned = 0.0, False
        while listener is not None:
            if self._typed is not None or self.left:
                return self._interruption()
            key = self._keys.get()
            if key:
                return self._key(key)
            if key == "" and listener.started:
                listener.press()
            elif key == "":  # the button before a word was said: welcome, or simply begin again
                if self._clean:
                    self.say(canned("welcome"))
                quiet, listener = 0.0, self._listener()
                continue
            frame = self._devices.frame()
            if frame is None:
                return None
            partial = listener.feed(frame)
            if partial:
                self._screen.partial(partial)
            quiet = 0.0 if listener.started else quiet + FRAME_SECONDS
            if listener.ended and listener.started:
                self._ended_at = time.monotonic()
                return Turn(heard=listener.finish())
            if listener.ended:
                listener = self._listener()
            if not self._clean and not warned and quiet >= self._idle_seconds - WARNING_SECONDS:
                warned = True
                if self.say(canned("terminal_still_there")):
                    quiet, warned = 0.0, False
                listener, self._interrupting = self._interrupting or listener, None
            if not self._clean and quiet >= self._idle_seconds:
                self.deserted = True
                return None
        return None

    def _read(self) -> Turn | None:
        """Without a microphone: the keyboard, with the wall clock for the idle time.

        An idle time gone by ends this even when there is nothing to wipe: the microphone may be back.
        """
        since, warned = time.monotonic(), False
        self._screen.state("请打字…")
        while True:
            if self._typed is not None or self.left:
                return self._interruption()
            key = self._keys.get(TYPING_WAIT)
            if key:
                return self._key(key)
            waited = time.monotonic() - since
            if not self._clean and not warned and waited >= self._idle_seconds - WARNING_SECONDS:
                warned = True
                if self.say(canned("terminal_still_there")):
                    since, waited, warned = time.monotonic(), 0.0, False
            if waited >= self._idle_seconds:
                self.deserted = not self._clean
                return None

    def _key(self, key: str) -> Turn | None:
        if key == "q":
            self.left = True
            return None
        return Turn(text=key)

    def _listener(self) -> Listener | None:
        """None without a microphone, and without a usable speech model: then typing takes over too."""
        if self._devices.ears is None:
            return None
        try:
            return self._listen(self._dialect, self._question, pace=self._pace)
        except ModelError as error:
            log.error("cannot hear: %s %s", error, error.detail)
            self._screen.note(canned("no_recogniser"))
            self._devices.give_up_ears()
            return None

    def _attend(self, mouth: Mouth, bargein: BargeIn, listener: Listener | None) -> Listener | None:
        """One frame while we speak: keys and voice."""
        devices = self._devices
        deaf = listener is None or devices.ears is None
        key = self._keys.get(FRAME_SECONDS if deaf else 0.0)  # without a microphone only this paces the loop
        if key is not None:
            bargein.press()
            self.left = key == "q"
            self._typed = key if key not in ("", "q") else None
        if key is not None or listener is None or devices.ears is None:
            return None
        frame = devices.frame()
        if frame is None:
            return None
        if not devices.ears.listens_while_speaking:  # our own voice would interrupt us: the button does it
            return listener
        partial = listener.feed(frame)
        if partial:
            self._screen.partial(partial)
        action = bargein.step(FRAME_SECONDS, listener.speech, listener.partial)
        if action == "duck":
            mouth.duck()
        elif action == "resume":
            mouth.resume()
        return self._listener() if action == "resume" or listener.ended else listener


def _ahead(sentences: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The next sentence is rendered while this one is heard."""
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, sentences, None)
        while (ready := coming.result()) is not None:
            coming = worker.submit(next, sentences, None)
            yield ready

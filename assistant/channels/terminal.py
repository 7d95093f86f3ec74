"""The community terminal: speaks first, listens, shows what it hears, lets itself be interrupted, forgets.

One loop, one thread: sound is read in 20 ms frames, and frames are also its clock while it listens. Devices,
voice, screen and keys are ports, so that a test runs it without a sound card. Without a microphone people
type, without a voice they read; each is said in plain words.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from assistant.channels.terminal_ports import Ears, Mouth, TakeTurn, TurnReply, Voice
from assistant.channels.terminal_screen import Keys, Screen
from assistant.questions import question_of
from assistant.wording import canned
from audio.bargein import BargeIn
from audio.devices import FRAME_SECONDS, DeviceError, Microphone, Speaker
from audio.echo_devices import EchoFreeMicrophone, PlayedSound, echo_mode, use_system_canceller
from audio.hearing import OPEN, Heard
from audio.listener import Listener, turn_words
from audio.models import ModelError
from audio.pace import Pace
from audio.speaking import RATE_HZ
from audio.voice import VoiceUnavailable, speak_sentences

WARNING_SECONDS = 20.0  # WCAG 2.2.1: warned at least 20 s before the session goes
TYPING_WAIT = 0.2  # seconds
_LONG_NUMBER = re.compile(r"[0-9零〇一二三四五六七八九幺xX]{6,}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Turn:
    text: str | None = None
    heard: Heard | None = None


def run_terminal(
    take_turn: TakeTurn,
    *,
    dialect: str = "mandarin",
    transcript: Path | None = None,
    idle_seconds: float = 60.0,
    new_conversation: Callable[[], str],
    end_conversation: Callable[[str], None],
) -> None:
    """Run until `q` or the end of input. A missing device is said and shown; typing always works."""
    with ExitStack() as stack:
        screen = stack.enter_context(Screen())
        microphone = stack.enter_context(ExitStack())
        ears: Ears | None = None
        mouth: Mouth | None = None
        mode, played = echo_mode(), PlayedSound(RATE_HZ)
        if mode == "system":
            use_system_canceller()

        def open_ears() -> Ears:
            microphone.close()  # a card that was pulled out is let go of before it is opened again
            return EchoFreeMicrophone(microphone.enter_context(Microphone()), played, mode)

        try:
            ears = open_ears()
        except DeviceError as error:
            screen.note(str(error))
        try:
            mouth = stack.enter_context(Speaker(rate=RATE_HZ, played=played.add))
        except DeviceError as error:
            screen.note(str(error))
        log.info("echo: %s", mode)
        Terminal(
            take_turn, new_conversation, end_conversation, screen, Keys(), ears, mouth,
            dialect=dialect, transcript=transcript, idle_seconds=idle_seconds, open_ears=open_ears,
        ).run()  # fmt: skip


class Terminal:
    """The loop. `listen` and `voice` are replaced in tests.

    `open_ears` opens a microphone that was missing or lost once more; it raises DeviceError where there is none.
    """

    def __init__(
        self,
        take_turn: TakeTurn,
        new_conversation: Callable[[], str],
        end_conversation: Callable[[str], None],
        screen: Screen,
        keys: Keys,
        ears: Ears | None,
        mouth: Mouth | None,
        *,
        dialect: str = "mandarin",
        transcript: Path | None = None,
        idle_seconds: float = 60.0,
        open_ears: Callable[[], Ears] | None = None,
        listen: Callable[..., Listener] = Listener,
        voice: Voice | None = None,
    ) -> None:
        self._take_turn = take_turn
        self._new_conversation, self._end_conversation = new_conversation, end_conversation
        self._screen, self._keys, self._ears, self._mouth = screen, keys, ears, mouth
        self._first_dialect, self._transcript = dialect, transcript
        self._idle_seconds, self._listen, self._open_ears = idle_seconds, listen, open_ears
        self._voice: Voice = voice or (lambda text, d, r, v: speak_sentences(text, d, rate=r, volume=v))
        self._left = False
        self._begin()

    def run(self) -> None:
        """Until the visitor leaves."""
        try:
            self._talk()
        finally:
            self._end_conversation(self._conversation)

    def _talk(self) -> None:
        self._screen.clear()
        self._say(canned("welcome"))
        while not self._left:
            turn = self._next_turn()
            if turn is None:
                continue
            self._clean = False
            said = turn.text if turn.text is not None else turn.heard.text if turn.heard else ""
            self._screen.heard(said)
            self._screen.state("我想一下…")
            reply = self._answer(turn)
            if reply is None:
                self._say(canned("engine_garbage"))
                continue
            self._write(said, reply.speech)
            self._screen.reply(reply.display)
            self._dialect, self._question = reply.dialect, question_of(reply.expecting)
            self._rate, self._volume = reply.rate, reply.volume
            self._say(reply.speech)

    def _begin(self) -> None:
        """A new visitor: nothing of the last one is left here."""
        self._conversation = self._new_conversation()
        self._dialect, self._question, self._pace = self._first_dialect, OPEN, Pace()
        self._interrupting: Listener | None = None
        self._ended_at = 0.0
        self._rate = self._volume = 1.0  # as this visitor wished, for our own prompts too
        self._typed: str | None = None
        self._clean = True

    def _answer(self, turn: _Turn) -> TurnReply | None:
        try:
            return self._take_turn(self._conversation, turn.text, turn.heard)
        except Exception:
            log.exception("turn failed at the terminal")
            return None

    def _next_turn(self) -> _Turn | None:
        """What the visitor says or types next; None when the session was wiped or the visitor left."""
        if self._typed is not None:
            typed, self._typed = self._typed, None
            return _Turn(text=typed)
        if self._ears is None:
            self._reopen()
        return self._hear() if self._ears else self._read()

    def _reopen(self) -> None:
        """A microphone that is plugged in again is used from the next turn on."""
        if self._open_ears is None:
            return
        try:
            ears = self._open_ears()
            ears.read()  # one that opens and gives no sound is not back
        except DeviceError as error:
            log.info("still no microphone: %s", error.detail)
            return
        self._ears = ears

    def _hear(self) -> _Turn | None:
        listener, self._interrupting = self._interrupting or self._listener(), None
        self._screen.state("请说…")
        quiet, warned = 0.0, False
        while listener is not None:
            key = self._keys.get()
            if key:
                return self._key(key)
            if key == "" and listener.started:
                listener.press()
            elif key == "":  # the button before a word was said: welcome, or simply begin again
                if self._clean:
                    self._say(canned("welcome"))
                quiet, listener = 0.0, self._listener()
                continue
            frame = self._frame()
            if frame is None:
                return None
            partial = listener.feed(frame)
            if partial:
                self._screen.partial(partial)
            quiet = 0.0 if listener.started else quiet + FRAME_SECONDS
            if listener.ended and listener.started:
                self._ended_at = time.monotonic()
                return _Turn(heard=listener.finish())
            if listener.ended:
                listener = self._listener()
            if not self._clean and not warned and quiet >= self._idle_seconds - WARNING_SECONDS:
                warned = True
                self._say(canned("terminal_still_there"))
                listener, self._interrupting = self._interrupting or listener, None
            if not self._clean and quiet >= self._idle_seconds:
                self._wipe()
                return None
        return None

    def _read(self) -> _Turn | None:
        """Without a microphone: the keyboard, with the wall clock for the idle time.

        An idle time gone by ends this even when there is nothing to wipe: the microphone may be back.
        """
        since, warned = time.monotonic(), False
        self._screen.state("请打字…")
        while True:
            key = self._keys.get(TYPING_WAIT)
            if key:
                return self._key(key)
            waited = time.monotonic() - since
            if not self._clean and not warned and waited >= self._idle_seconds - WARNING_SECONDS:
                warned = True
                self._say(canned("terminal_still_there"))
            if waited >= self._idle_seconds:
                if not self._clean:
                    self._wipe()
                return None

    def _key(self, key: str) -> _Turn | None:
        if key == "q":
            self._left = True
            return None
        return _Turn(text=key)

    def _wipe(self) -> None:
        self._end_conversation(self._conversation)
        self._begin()
        self._screen.clear()
        self._screen.note(canned("session_ended"))

    def _listener(self) -> Listener | None:
        """None without a microphone, and without a usable speech model: then typing takes over too."""
        if self._ears is None:
            return None
        try:
            return self._listen(self._dialect, self._question, pace=self._pace)
        except ModelError as error:
            log.error("cannot hear: %s %s", error, error.detail)
            self._screen.note(canned("no_recogniser"))
            self._ears = self._open_ears = None  # another microphone would not help
            return None

    def _frame(self) -> bytes | None:
        """20 ms of sound; None when the microphone is gone, and then typing takes over."""
        assert self._ears is not None
        try:
            return self._ears.read()
        except DeviceError as error:
            self._screen.note(str(error))
            self._ears = None
            return None

    def _say(self, text: str) -> None:
        """Speak sentence by sentence; voice, button or typing interrupts (audio.bargein)."""
        if self._mouth is None:
            self._screen.note(text)
            return
        bargein = BargeIn(text, self._question, words=turn_words(self._dialect))
        listener = self._listener()
        if self._ears:
            self._ears.flush()
        interrupts = self._ears is not None and self._ears.listens_while_speaking
        self._screen.state("我在说，您随时可以插话" if interrupts else "我在说，要打断请按回车")
        try:
            for _, wav in _ahead(self._voice(text, self._dialect, self._rate, self._volume)):
                self._mouth.play(wav)
                while self._mouth.playing:
                    listener = self._attend(bargein, listener)
                    if bargein.stopped:
                        self._mouth.stop()
                        if listener is not None:  # by voice: perhaps the turn before was not over
                            self._pace.resumed(time.monotonic() - self._ended_at)
                        self._interrupting = listener
                        return
        except VoiceUnavailable as error:
            log.error("voice: %s", error.detail)
            self._screen.note(str(error))
            self._mouth = None
        if bargein.ducked:  # somebody began just before we ended
            self._interrupting = listener

    def _attend(self, bargein: BargeIn, listener: Listener | None) -> Listener | None:
        """One frame while we speak: keys and voice."""
        assert self._mouth is not None
        deaf = listener is None or self._ears is None
        key = self._keys.get(FRAME_SECONDS if deaf else 0.0)  # without a microphone only this paces the loop
        if key is not None:
            bargein.press()
            self._left = key == "q"
            self._typed = key if key not in ("", "q") else None
        if key is not None or listener is None or self._ears is None:
            return None
        frame = self._frame()
        if frame is None:
            return None
        if not self._ears.listens_while_speaking:  # our own voice would interrupt us: the button does it
            return listener
        partial = listener.feed(frame)
        if partial:
            self._screen.partial(partial)
        action = bargein.step(FRAME_SECONDS, listener.speech, listener.partial)
        if action == "duck":
            self._mouth.duck()
        elif action == "resume":
            self._mouth.resume()
        return self._listener() if action == "resume" or listener.ended else listener

    def _write(self, said: str, answered: str) -> None:
        """The transcript that was asked for; long numbers (ID, telephone, code) stay out of it."""
        if self._transcript is None:
            return
        with self._transcript.open("a", encoding="utf-8") as file:
            for who, text in (("说", said), ("答", answered)):
                file.write(f"{who}：{_LONG_NUMBER.sub('＊＊＊', text)}\n")


def _ahead(sentences: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The next sentence is rendered while this one is heard."""
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, sentences, None)
        while (ready := coming.result()) is not None:
            coming = worker.submit(next, sentences, None)
            yield ready

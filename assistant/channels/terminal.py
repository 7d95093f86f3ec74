"""The community terminal: speaks first, listens, shows what it hears, lets itself be interrupted, forgets.

Devices, voice, screen and keys are ports, so that a test runs it without a sound card. Turn-taking is
`terminal_floor`'s, lost devices are `terminal_devices`'s; here is what becomes of a turn and of a visitor.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from assistant.channels.terminal_devices import Devices
from assistant.channels.terminal_floor import Floor, Turn
from assistant.channels.terminal_ports import Ears, Mouth, TakeTurn, TurnReply, Voice
from assistant.channels.terminal_screen import Keys, Screen
from assistant.wording import canned
from audio.devices import DeviceError, Microphone, Speaker
from audio.echo_devices import EchoFreeMicrophone, PlayedSound, echo_mode, use_system_canceller
from audio.listener import Listener
from audio.speaking import RATE_HZ
from audio.voice import speak_sentences

_LONG_NUMBER = re.compile(r"[0-9零〇一二三四五六七八九幺xX]{6,}")

log = logging.getLogger(__name__)


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
        microphone, speaker = stack.enter_context(ExitStack()), stack.enter_context(ExitStack())
        ears: Ears | None = None
        mouth: Mouth | None = None
        mode, played = echo_mode(), PlayedSound(RATE_HZ)
        if mode == "system":
            use_system_canceller()

        def open_ears() -> Ears:
            microphone.close()  # a card that was pulled out is let go of before it is opened again
            return EchoFreeMicrophone(microphone.enter_context(Microphone()), played, mode)

        def open_mouth() -> Mouth:
            speaker.close()
            return speaker.enter_context(Speaker(rate=RATE_HZ, played=played.add))

        try:
            ears = open_ears()
        except DeviceError as error:
            screen.note(str(error))
        try:
            mouth = open_mouth()
        except DeviceError as error:
            screen.note(str(error))
        log.info("echo: %s", mode)
        Terminal(
            take_turn, new_conversation, end_conversation, screen, Keys(), ears, mouth,
            dialect=dialect, transcript=transcript, idle_seconds=idle_seconds,
            open_ears=open_ears, open_mouth=open_mouth,
        ).run()  # fmt: skip


class Terminal:
    """The loop. `listen` and `voice` are replaced in tests; `open_ears` and `open_mouth` as in `Devices`."""

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
        open_mouth: Callable[[], Mouth] | None = None,
        listen: Callable[..., Listener] = Listener,
        voice: Voice | None = None,
    ) -> None:
        self._take_turn = take_turn
        self._new_conversation, self._end_conversation = new_conversation, end_conversation
        self._screen, self._first_dialect, self._transcript = screen, dialect, transcript
        voice = voice or (lambda text, d, r, v: speak_sentences(text, d, rate=r, volume=v))
        devices = Devices(screen, ears, mouth, open_ears, open_mouth)
        self._floor = Floor(screen, keys, devices, idle_seconds, listen, voice)
        self._begin()

    def run(self) -> None:
        """Until the visitor leaves."""
        try:
            self._talk()
        finally:
            self._end_conversation(self._conversation)

    def _talk(self) -> None:
        self._screen.clear()
        self._floor.say(canned("welcome"))
        while not self._floor.left:
            turn = self._floor.next_turn()
            if self._floor.deserted:
                self._wipe()
            elif turn is not None:
                self._reply_to(turn)

    def _reply_to(self, turn: Turn) -> None:
        self._screen.heard(turn.said)
        self._screen.state("我想一下…")
        reply = self._answer(turn)
        if reply is None:
            self._floor.say(canned("engine_garbage"))
            return
        self._write(turn.said, reply.speech)
        self._screen.reply(reply.display)
        self._floor.follow(reply)
        self._floor.say(reply.speech)

    def _answer(self, turn: Turn) -> TurnReply | None:
        try:
            return self._take_turn(self._conversation, turn.text, turn.heard)
        except Exception:
            log.exception("turn failed at the terminal")
            return None

    def _begin(self) -> None:
        self._conversation = self._new_conversation()
        self._floor.begin(self._first_dialect)

    def _wipe(self) -> None:
        self._end_conversation(self._conversation)
        self._begin()
        self._screen.clear()
        self._screen.note(canned("session_ended"))

    def _write(self, said: str, answered: str) -> None:
        """The transcript that was asked for; long numbers (ID, telephone, code) stay out of it."""
        if self._transcript is None:
            return
        with self._transcript.open("a", encoding="utf-8") as file:
            for who, text in (("说", said), ("答", answered)):
                file.write(f"{who}：{_LONG_NUMBER.sub('＊＊＊', text)}\n")

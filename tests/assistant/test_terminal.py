"""The terminal without a stack: scripted speakers in virtual time, and once on a virtual sound card."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from assistant.channels.terminal import Terminal
from assistant.channels.terminal_screen import Keys, Screen
from assistant.turn import Reply
from assistant.wording import canned
from audio.devices import DeviceError
from audio.hearing import Heard, Partial, Question
from audio.listener import Listener
from audio.models import ModelError
from audio.voice import VoiceUnavailable

FRAME = bytes(640)
WELCOME = canned("welcome")


@dataclass
class Script:
    """What happens, frame by frame: `say` puts speech from a time on, `keys` puts lines at a time."""

    speech: list[tuple[float, float, str]] = field(default_factory=list)  # from, to, text
    lines: list[tuple[float, str]] = field(default_factory=list)
    lost_at: float = 1e9
    back_at: float = 1e9
    opened: list[float] = field(default_factory=list)
    now: float = 0.0

    def read(self) -> bytes:
        self.now += 0.02
        if self.lost_at <= self.now < self.back_at:
            raise DeviceError("lost")
        if self.now > 600:
            raise AssertionError("the terminal never left")
        return FRAME

    listens_while_speaking = True

    def open(self) -> Script:
        """Opens even while it is lost, as sound servers do; only `read` finds out."""
        self.opened.append(self.now)
        return self

    def flush(self) -> None:
        return

    def get(self, timeout: float = 0.0) -> str | None:
        self.now += timeout
        if self.lines and self.now >= self.lines[0][0]:
            return self.lines.pop(0)[1]
        return None


class Ear:
    """A listener that follows the script instead of sound."""

    def __init__(self, script: Script, question: Question) -> None:
        self._script, self.question = script, question
        self.partial, self.speech, self._pressed = "", 0.0, False
        self.started = self.ended = False
        self._quiet = 0.0

    def feed(self, frame: bytes) -> str | None:
        now = self._script.now
        said = next((text for start, end, text in self._script.speech if start <= now < end), None)
        self.speech = 0.9 if said is not None else 0.0
        self._quiet = 0.0 if said is not None else self._quiet + 0.02
        before, self.partial = self.partial, said if said is not None else self.partial
        self.started = self.started or said is not None
        self.ended = self.ended or self._quiet >= (1.0 if self.started else 7.0)
        return self.partial if self.partial != before else None

    def press(self) -> None:
        self.ended = True

    def finish(self) -> Heard:
        return Heard(self.partial, 0.9, (), (), 1.0, 0.01, "script", "silence")


class Mouth:
    """Plays each sentence for three seconds of the script's time; lost at `lost_at`, another opens at `back_at`."""

    def __init__(self, script: Script, lost_at: float = 1e9, back_at: float = 1e9) -> None:
        self._script, self.log, self._until = script, [], 0.0
        self.lost_at, self.back_at = lost_at, back_at

    @property
    def playing(self) -> bool:
        if self._script.now >= self.lost_at:
            raise DeviceError("speaker_lost")
        return self._script.now < self._until

    def open(self) -> Mouth:
        """The next one, with the same log."""
        if self._script.now < self.back_at:
            raise DeviceError("no_speaker")
        again = Mouth(self._script)
        again.log = self.log
        return again

    def play(self, wav: bytes) -> None:
        self.log.append(("play", wav.decode(), round(self._script.now, 1)))
        self._until = self._script.now + 3.0

    def duck(self) -> None:
        self.log.append(("duck", "", round(self._script.now, 1)))

    def resume(self) -> None:
        self.log.append(("resume", "", round(self._script.now, 1)))

    def stop(self) -> None:
        self.log.append(("stop", "", round(self._script.now, 1)))
        self._until = 0.0

    def said(self) -> list[str]:
        return [text for action, text, _ in self.log if action == "play"]


def voice(text: str, dialect: str, rate: float, volume: float) -> Iterator[tuple[str, bytes]]:
    for sentence in text.split("|"):
        yield sentence, sentence.encode()


@dataclass
class House:
    """Everything around the terminal."""

    script: Script
    turns: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    output: io.StringIO = field(default_factory=io.StringIO)
    conversations: int = 0
    ended: list[str] = field(default_factory=list)

    def take_turn(self, conversation: str, text: str | None, heard: Heard | None) -> Reply:
        self.turns.append((conversation, text, heard.text if heard else None))
        said = text if text is not None else heard.text if heard else ""
        if said == "坏":
            raise RuntimeError("engine gone")
        return Reply(conversation, said, "answered", f"答{said}|第二句", f"屏幕{said}[red]",
                     expecting={"kind": "yes_no", "choices": []}, rate=0.85)  # fmt: skip

    def conversation(self) -> str:
        self.conversations += 1
        return f"terminal-{self.conversations}"

    def run(self, *, ears: bool = True, mouth: Mouth | None = None, **options: Any) -> Mouth:
        mouth = mouth or Mouth(self.script)

        def listen(dialect: str, question: Question, pace: object) -> Ear:
            self.questions.append(question)
            return Ear(self.script, question)

        options.setdefault("voice", voice)
        Terminal(
            self.take_turn, self.conversation, self.ended.append,
            Screen(Console(file=self.output, width=100)), self.script,  # type: ignore[arg-type]
            self.script if ears else None, mouth, listen=listen, **options,  # type: ignore[arg-type]
        ).run()  # fmt: skip
        return mouth


def test_speaks_first_hears_and_answers() -> None:
    house = House(Script(speech=[(5.0, 6.0, "社保卡丢了")], lines=[(30.0, "q")]))
    mouth = house.run()
    assert mouth.said() == [WELCOME, "答社保卡丢了", "第二句"]
    assert house.turns == [("terminal-1", None, "社保卡丢了")]
    shown = house.output.getvalue()
    assert "您说：社保卡丢了" in shown and "屏幕社保卡丢了[red]" in shown  # never read as markup
    assert house.questions[0].kind == "open" and house.questions[-1].kind == "yes_no"


def test_real_words_interrupt_and_become_the_next_turn() -> None:
    house = House(Script(speech=[(5.0, 6.0, "社保卡"), (8.0, 9.5, "那我问养老")], lines=[(40.0, "q")]))
    mouth = house.run()
    assert [turn[2] for turn in house.turns] == ["社保卡", "那我问养老"]
    stops = [at for action, _, at in mouth.log if action == "stop"]
    assert len(stops) == 1 and 8.0 <= stops[0] <= 8.3
    assert "第二句" not in mouth.said()[:2]


def test_a_nod_does_not_take_the_word() -> None:
    house = House(Script(speech=[(5.0, 6.0, "社保卡"), (8.0, 8.4, "嗯")], lines=[(40.0, "q")]))
    mouth = house.run()
    assert len(house.turns) == 1
    assert [action for action, _, _ in mouth.log] == ["play", "play", "duck", "resume", "play"]


@pytest.mark.parametrize(("line", "turns"), [("", 1), ("打字问的", 2)])
def test_button_and_typing_interrupt(line: str, turns: int) -> None:
    house = House(Script(speech=[(5.0, 6.0, "社保卡")], lines=[(8.0, line), (40.0, "q")]))
    mouth = house.run()
    assert ("stop", "", 8.0) in [(a, b, round(c)) for a, b, c in mouth.log]
    assert len(house.turns) == turns
    assert turns == 1 or house.turns[1] == ("terminal-1", "打字问的", None)


def test_the_button_ends_a_turn() -> None:
    house = House(Script(speech=[(5.0, 60.0, "说个没完")], lines=[(9.0, ""), (9.5, "q")]))
    house.run()
    assert house.turns == [("terminal-1", None, "说个没完")]


def test_the_session_is_warned_and_wiped() -> None:
    house = House(Script(speech=[(5.0, 6.0, "社保卡"), (150.0, 151.0, "下一位")], lines=[(200.0, "q")]))
    mouth = house.run(idle_seconds=60.0)
    assert [turn[0] for turn in house.turns] == ["terminal-1", "terminal-2"]
    assert house.ended[0] == "terminal-1"
    assert canned("terminal_still_there") in mouth.said()
    assert canned("session_ended") in house.output.getvalue()
    warned = next(at for _, text, at in mouth.log if text == canned("terminal_still_there"))
    assert warned == pytest.approx(13.0 + 40.0, abs=2.5)
    second = [q.kind for q in house.questions]
    assert "open" in second[3:]  # the next visitor starts with an open question again


@pytest.mark.parametrize("hears", [True, False])
@pytest.mark.parametrize(("line", "turns"), [("还在", ["社保卡", "还在"]), ("", ["社保卡"])])
def test_who_answers_the_warning_by_key_is_not_forgotten(
    hears: bool, line: str, turns: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With typed words or the button alone, in the middle of the warning; then it begins anew."""
    script = Script(lines=[(8.0, "社保卡"), (55.5, line), (100.0, "q")])
    monkeypatch.setattr(
        "assistant.channels.terminal_floor.time", SimpleNamespace(monotonic=lambda: script.now)
    )
    house = House(script)
    mouth = house.run(ears=hears)
    assert ("stop", "", 55.5) in mouth.log  # it was being said
    assert [turn[1] for turn in house.turns] == turns
    assert house.conversations == 1
    assert mouth.said().count(canned("terminal_still_there")) == (2 if line == "" else 1)


def test_who_leaves_while_warned_has_left() -> None:
    script = Script(lines=[(8.0, "社保卡"), (55.5, "q")])
    house = House(script)
    house.run()
    assert script.now < 56.0 and house.conversations == 1


def test_words_typed_into_the_welcome_that_the_button_asked_for_are_a_turn() -> None:
    house = House(Script(lines=[(5.0, ""), (6.0, "社保卡"), (30.0, "q")]))
    house.run()
    assert [turn[1] for turn in house.turns] == ["社保卡"]


def test_leaving_ends_the_conversation() -> None:
    house = House(Script(speech=[(5.0, 6.0, "社保卡丢了")], lines=[(30.0, "q")]))
    house.run()
    assert house.ended == ["terminal-1"]


def test_nothing_is_wiped_when_nothing_was_said() -> None:
    house = House(Script(lines=[(300.0, "q")]))
    mouth = house.run(idle_seconds=60.0)
    assert house.conversations == 1 and mouth.said() == [WELCOME]


def test_transcript_only_when_asked_and_without_numbers(tmp_path: Path) -> None:
    file = tmp_path / "transcript.txt"
    said = "我的身份证是一一零一零一一九四九一二三一零零二六"
    house = House(Script(speech=[(5.0, 9.0, said)], lines=[(40.0, "q")]))
    house.run(transcript=file)
    text = file.read_text(encoding="utf-8")
    assert "说：我的身份证是＊＊＊" in text and "答：" in text and "一一零" not in text


def test_a_failing_turn_is_said_and_the_terminal_goes_on() -> None:
    house = House(Script(speech=[(5.0, 6.0, "坏"), (15.0, 16.0, "好")], lines=[(60.0, "q")]))
    mouth = house.run()
    assert canned("engine_garbage") in mouth.said() and "答好" in mouth.said()


def test_microphone_pulled_out_leaves_typing() -> None:
    house = House(Script(lost_at=10.0, lines=[(20.0, "打字"), (40.0, "q")]))
    house.run()
    assert "麦克风断了" in house.output.getvalue()
    assert house.turns == [("terminal-1", "打字", None)]


def test_microphone_plugged_in_again_is_used_from_the_next_turn() -> None:
    lines = [(15.0, "打字"), (25.0, "再打字"), (60.0, "q")]
    house = House(Script(speech=[(40.0, 41.0, "又能说了")], lost_at=10.0, back_at=20.0, lines=lines))
    house.run(open_ears=house.script.open)
    assert [turn[1:] for turn in house.turns] == [("打字", None), ("再打字", None), (None, "又能说了")]
    assert house.output.getvalue().count("麦克风断了") == 1  # a try that fails is not said again


@pytest.mark.parametrize("typed", [["打字"], []])
def test_microphone_is_looked_for_again_after_an_idle_time(
    typed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [*((12.0, text) for text in typed), (130.0, "q")]
    script = Script(speech=[(100.0, 101.0, "下一位")], lost_at=10.0, back_at=50.0, lines=lines)
    clock = SimpleNamespace(monotonic=lambda: script.now)
    monkeypatch.setattr("assistant.channels.terminal_floor.time", clock)
    house = House(script)
    house.run(open_ears=script.open, idle_seconds=60.0)
    assert [turn[1:] for turn in house.turns] == [*((text, None) for text in typed), (None, "下一位")]
    assert house.conversations == 1 + len(typed)  # nobody had come: nothing was wiped


def test_without_a_speech_model_no_microphone_is_opened_again() -> None:
    def deaf(dialect: str, question: Question, pace: object) -> Listener:
        raise ModelError("no model")

    house = House(Script(lines=[(10.0, "打字"), (20.0, "q")]))
    mouth = Mouth(house.script)
    Terminal(
        house.take_turn, house.conversation, house.ended.append, Screen(Console(file=house.output, width=100)),
        house.script, house.script, mouth, listen=deaf, voice=voice, open_ears=house.script.open,  # type: ignore[arg-type]
    ).run()  # fmt: skip
    assert house.turns == [("terminal-1", "打字", None)] and not house.script.opened
    assert house.output.getvalue().count(canned("no_recogniser")) == 1


def test_a_loudspeaker_that_is_back_speaks_from_the_next_answer_on() -> None:
    """Both devices go with the sound server, in the middle of an answer, and come back with it."""
    lines = [(15.0, "打字"), (30.0, "再打字"), (60.0, "q")]
    script = Script([(5.0, 6.0, "社保卡"), (40.0, 41.0, "又能说了")], lines, lost_at=8.0, back_at=30.0)
    house = House(script)
    mouth = Mouth(script, lost_at=8.0, back_at=30.0)
    house.run(mouth=mouth, open_ears=script.open, open_mouth=mouth.open)
    assert [turn[1] or turn[2] for turn in house.turns] == ["社保卡", "打字", "再打字", "又能说了"]
    assert mouth.said() == [WELCOME, "答社保卡", "答再打字", "第二句", "答又能说了", "第二句"]
    lost, back = house.output.getvalue().split(canned("terminal_speaker_back"))  # said once
    assert lost.count("喇叭断了") == 1 and "答社保卡|第二句" in lost and "答打字|第二句" in lost  # to be read
    assert "喇叭" not in back


def test_no_microphone_and_no_speaker_at_all() -> None:
    script = Script(lines=[(1.0, "社保卡"), (2.0, "q")])
    house = House(script)
    Terminal(
        house.take_turn, house.conversation, house.ended.append, Screen(Console(file=house.output, width=100)), script,  # type: ignore[arg-type]
        None, None,
    ).run()  # fmt: skip
    shown = house.output.getvalue()
    assert WELCOME[:10] in shown and "屏幕社保卡" in shown


def test_without_a_voice_people_read() -> None:
    def broken(text: str, dialect: str, rate: float, volume: float) -> Iterator[tuple[str, bytes]]:
        raise VoiceUnavailable("no espeak")
        yield

    house = House(Script(speech=[(5.0, 6.0, "社保卡")], lines=[(30.0, "q")]))
    mouth = Mouth(house.script, back_at=0.0)
    house.run(mouth=mouth, voice=broken, open_mouth=mouth.open)
    assert canned("terminal_speaker_back") not in house.output.getvalue()
    assert "请看屏幕" in house.output.getvalue() and "屏幕社保卡" in house.output.getvalue()


def test_end_of_input_leaves() -> None:
    keys = Keys(io.StringIO("你好\n\n"))
    got = [keys.get(2.0) for _ in range(3)]
    assert got == ["你好", "", "q"] and keys.get() is None


class Counting:
    """A recogniser that writes a character for each half second of sound it was given."""

    def start(self, question: Question) -> Counting:
        fresh = Counting()
        fresh._bytes = 0
        return fresh

    def feed(self, pcm16k_int16: bytes) -> Partial | None:
        self._bytes += len(pcm16k_int16)
        return Partial("字" * (self._bytes // 16_000), self._bytes / 32_000)

    def finish(self) -> Heard:
        return Heard(
            "字" * (self._bytes // 16_000), 0.9, (), (), self._bytes / 32_000, 0.0, "counting", "silence"
        )


@pytest.mark.process
def test_on_a_sound_card(sound_card: Any, tmp_path: Path, speech_file: Callable[[Path], Path]) -> None:
    """A person speaks into the microphone, the terminal answers through the speaker."""
    from audio.devices import Microphone, Speaker, list_devices

    list_devices(again=True)
    question = speech_file(tmp_path)
    house = House(Script())
    asked: list[Any] = []

    class Person:
        """Speaks when the terminal is silent for the first time, leaves after the answer."""

        def get(self, timeout: float = 0.0) -> str | None:
            if house.turns and not speaker.playing and "第二句" in house.output.getvalue() + str(spoken):
                return "q"
            if not asked and spoken and not speaker.playing:
                asked.append(sound_card.speak_into_microphone(question))
            return None

    spoken: list[str] = []

    def real_voice(text: str, dialect: str, rate: float, volume: float) -> Iterator[tuple[str, bytes]]:
        from audio.speaking import as_wav

        for sentence in text.split("|"):
            spoken.append(sentence)
            yield sentence, as_wav(bytes(22_050))

    with Microphone() as microphone, Speaker() as speaker:
        Terminal(
            house.take_turn, house.conversation, house.ended.append,
            Screen(Console(file=house.output, width=100)), Person(),  # type: ignore[arg-type]
            microphone, speaker, voice=real_voice,
            listen=lambda dialect, question, pace: Listener(dialect, question, pace=pace, recogniser=Counting()),
        ).run()  # fmt: skip
    assert asked[0].wait(20) == 0
    assert len(house.turns) == 1 and len(house.turns[0][2] or "") >= 3  # at least a second and a half heard
    assert spoken[0] == WELCOME and spoken[-1] == "第二句"


def test_in_half_duplex_only_the_button_interrupts() -> None:
    script = Script(speech=[(5.0, 6.0, "社保卡"), (8.0, 9.5, "那我问养老")], lines=[(12.0, ""), (40.0, "q")])
    script.listens_while_speaking = False  # type: ignore[misc]
    house = House(script)
    mouth = house.run()
    assert [turn[2] for turn in house.turns] == ["社保卡"]  # what came while we spoke may have been ourselves
    stops = [round(at) for action, _, at in mouth.log if action == "stop"]
    assert stops == [12]

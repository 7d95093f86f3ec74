"""The terminal's devices: missing, lost, back again, and once real ones on a virtual sound card."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from assistant.channels.terminal import Terminal
from assistant.channels.terminal_screen import Screen
from assistant.wording import canned
from audio.hearing import Heard, Partial, Question
from audio.listener import Listener
from audio.models import ModelError
from audio.voice import VoiceUnavailable
from tests.assistant.scripted_terminal import WELCOME, House, Mouth, Script, voice


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

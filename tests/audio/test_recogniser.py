"""The recogniser: its logic on a scripted engine, its working on the real one where a model is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from audio import recogniser, vosk_models
from audio.hearing import QUESTION_KINDS, Question
from audio.models import ModelError, find_model
from audio.recogniser import VoskRecogniser, hear, joined, recogniser_for
from audio.resampling import resample

SECOND = bytes(32_000)


class Engine:
    """Says what the script of its folder and grammar holds; notes what it was given."""

    scripts: ClassVar[dict[str, Any]] = {}
    made: ClassVar[list[Engine]] = []

    def __init__(self, model: str, rate: float, grammar: str | None = None) -> None:
        self.model, self.grammar = model, grammar
        self.words = self.alternatives = 0
        self.pieces: list[bytes] = []
        Engine.made.append(self)

    def SetWords(self, wanted: bool) -> None:
        self.words = int(wanted)

    def SetMaxAlternatives(self, number: int) -> None:
        self.alternatives = number

    def AcceptWaveform(self, sound: bytes) -> int:
        self.pieces.append(sound)
        return int(len(self.pieces) in Engine.scripts.get("endpoints", ()) and len(sound) <= 32_000)

    def PartialResult(self) -> str:
        return json.dumps({"partial": Engine.scripts.get("partial", "")})

    def Result(self) -> str:
        return self._result("社保")

    def FinalResult(self) -> str:
        if self.alternatives:
            return json.dumps({"alternatives": [{"text": text} for text in Engine.scripts.get("n_best", ())]})
        return self._result(Engine.scripts.get(self.model, ""))

    @staticmethod
    def _result(text: str) -> str:
        words = [
            {"word": w, "start": i, "end": i + 1, "conf": 0.5 + 0.1 * i} for i, w in enumerate(text.split())
        ]
        return json.dumps({"text": text, "result": words})


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for kind in ("open", "yes_no"):
        for name in ("am/final.mdl", "conf/model.conf", "graph/HCLG.fst"):
            (tmp_path / "m" / kind / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "m" / kind / name).touch()
    Engine.scripts, Engine.made = {}, []
    monkeypatch.setattr(vosk_models, "load", lambda folder: folder.name)
    monkeypatch.setattr(recogniser.vosk, "KaldiRecognizer", Engine)
    return tmp_path / "m"


def test_blanks_between_chinese_words_are_removed() -> None:
    assert joined(["社保 卡 丢 了"]) == "社保卡丢了"
    assert joined(["wi fi 密码", " ", "open  door"]) == "wi fi密码open door"
    assert joined(["[unk] 对 [unk]", "#0 不对"]) == "对不对"
    assert joined([]) == ""


def test_words_confidence_and_alternatives(model: Path) -> None:
    Engine.scripts = {"open": "社保 卡", "n_best": ["社保 卡", "社 保卡", "[unk]", "射 包卡", "射包 卡"]}
    stream = VoskRecogniser(model).start()
    assert stream.feed(SECOND) is None
    heard = stream.finish()
    assert (heard.text, heard.alternatives) == ("社保卡", ("射包卡",))
    assert [word.text for word in heard.words] == ["社保", "卡"]
    assert heard.confidence == pytest.approx((0.5 * 2 + 0.6) / 3)
    assert heard.audio_seconds == 1.0 and heard.model == "m" and heard.ended_because == "end_of_sound"
    words, n_best = Engine.made
    assert words.words and not words.alternatives and n_best.alternatives == 5
    assert b"".join(n_best.pieces) == SECOND


def test_partials_only_when_they_change(model: Path) -> None:
    stream = VoskRecogniser(model).start()
    Engine.scripts["partial"] = "社保 卡"
    first = stream.feed(SECOND)
    assert first is not None and first.text == "社保卡" and first.audio_seconds == 1.0
    assert stream.feed(SECOND) is None


def test_what_vosk_cut_in_pieces_is_heard_again_whole(model: Path) -> None:
    """peers.md #6: digits vanish between results."""
    Engine.scripts = {"open": "社保 卡 丢了", "endpoints": (2,)}
    stream = VoskRecogniser(model, n_best=0).start()
    for _ in range(4):
        stream.feed(SECOND)
    assert stream.finish().text == "社保卡丢了"
    assert Engine.made[-1].pieces == [SECOND * 4]


@pytest.mark.parametrize(
    ("closed", "speech_seconds", "text"),
    [
        ("对", 0.4, "对"),
        ("对", None, "对"),
        ("对", 3.0, "我想问养老金"),  # one syllable cannot be three seconds of speech
        ("", None, "我想问养老金"),
        ("[unk] 对 [unk]", 0.5, "我想问养老金"),
    ],
)
def test_a_closed_list_that_does_not_fit_is_opened(model: Path, closed, speech_seconds, text) -> None:
    Engine.scripts = {"yes_no": closed, "open": "我想问 养老金"}
    stream = VoskRecogniser(model, n_best=0).start(Question("yes_no"))
    stream.feed(SECOND)
    assert stream.finish(speech_seconds).text == text


def test_the_open_graph_saying_less_does_not_replace(model: Path) -> None:
    Engine.scripts = {"yes_no": "[unk] 不对", "open": "不"}
    stream = VoskRecogniser(model, n_best=0).start(Question("yes_no"))
    stream.feed(SECOND)
    assert stream.finish().text == "不对"


def test_memory_is_bounded(model: Path) -> None:
    Engine.scripts = {"open": "社保"}
    stream = VoskRecogniser(model, max_seconds=2.0).start()
    for _ in range(10):
        stream.feed(SECOND[:24_000])
    heard = stream.finish()
    assert heard.audio_seconds == 2.0 and heard.ended_because == "limit"
    assert sum(map(len, Engine.made[0].pieces)) == 64_000


def test_every_kind_has_a_graph(model: Path) -> None:
    for kind in QUESTION_KINDS:
        VoskRecogniser(model).start(Question(kind))
    assert {engine.model for engine in Engine.made} == {"open", "yes_no"}


def test_a_lookahead_model_gets_a_grammar_of_words_it_knows(tmp_path: Path, monkeypatch) -> None:
    for name in ("am/final.mdl", "conf/model.conf", "graph/HCLr.fst"):
        (tmp_path / "official" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "official" / name).touch()

    class Model:
        def vosk_model_find_word(self, word: str) -> int:
            return 7 if word in ("社保", "卡", "对", "一", "二", "人工") else -1

    Engine.made = []
    monkeypatch.setattr(vosk_models, "load", lambda folder: Model())
    monkeypatch.setattr(recogniser.vosk, "KaldiRecognizer", Engine)
    official = VoskRecogniser(tmp_path / "official")
    for question in (
        Question("choice", ("社保卡", "医保卡")),
        Question("digits"),
        Question("open"),
        Question("name"),
    ):
        official.start(question)
    choice, digits, opened, name = (json.loads(e.grammar) if e.grammar else None for e in Engine.made)
    assert choice[0] == "社保 卡" and "[unk]" in choice and not any("医" in phrase for phrase in choice)
    assert {"一", "二", "人工"} <= set(digits) and "九" not in digits
    assert opened is None and name is None


@pytest.mark.parametrize(
    "samples", [np.zeros(16_000, np.float32), np.zeros(8_000, np.int16), np.zeros(0, np.float32)]
)
def test_silence_is_unheard(model: Path, monkeypatch, samples) -> None:
    monkeypatch.setattr(recogniser, "recogniser_for", lambda dialect: VoskRecogniser(model))
    heard = hear(samples, 8_000)
    assert heard.unheard and heard.ended_because == "no_speech" and Engine.made == []


def test_no_model_is_a_sentence(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(recogniser, "find_model", lambda name: None)
    monkeypatch.setattr(recogniser, "list_models", lambda: ())
    with pytest.raises(ModelError, match="没有装语音模型"):
        recogniser_for("mandarin")


def test_a_model_is_loaded_once_and_a_broken_one_named(tmp_path: Path, monkeypatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(vosk_models.vosk, "Model", loaded.append)
    monkeypatch.setattr(vosk_models, "_loaded", {})
    vosk_models.load(tmp_path / "a")
    vosk_models.load(tmp_path / "b" / ".." / "a")
    assert loaded == [str(tmp_path / "a")]

    def fails(path: str) -> None:
        raise Exception("Failed to create a model")

    monkeypatch.setattr(vosk_models.vosk, "Model", fails)
    with pytest.raises(ModelError, match="打不开"):
        vosk_models.load(tmp_path / "c")


@pytest.mark.skipif(
    find_model("xiangyin-small") is None, reason="needs the model xiangyin-small (make setup)"
)
class TestRealModel:
    """That it works, not how well: error rates are measured by audio.evaluation."""

    @pytest.fixture
    def spoken(self) -> np.ndarray:
        import ctypes.util

        if ctypes.util.find_library("espeak-ng") is None:
            pytest.skip("needs libespeak-ng1")
        from audio.speaking import frames_of
        from audio.voice import speak

        sound = np.frombuffer(frames_of(speak("养老金怎么认证")), dtype=np.int16)
        return resample(sound.astype(np.float32) / 32768, 22_050)

    @pytest.mark.parametrize("kind", ["open", "yes_no", "digits"])
    def test_hears(self, spoken: np.ndarray, kind) -> None:
        heard = hear(spoken, 16_000, "mandarin", Question(kind))
        assert 0.0 <= heard.confidence <= 1.0 and heard.model == "xiangyin-small"
        assert " " not in heard.text and "#" not in heard.text and "[" not in heard.text
        assert heard.text not in heard.alternatives
        assert all(a.start <= b.start for a, b in zip(heard.words, heard.words[1:], strict=False))
        if kind == "open":
            assert heard.text and "".join(word.text for word in heard.words) == heard.text

"""The Vosk recogniser: streaming with partials, words with confidences, n-best, a graph for each question.

Vosk gives either words with confidences or alternatives, never both (reference/vosk-model.md §5). So the
words come from the stream, and the alternatives from a second pass over the sound that was kept. The second
pass also mends what Vosk's own endpointing cut in pieces: it takes the whole utterance in one call.

A closed list accepts whatever it is forced to. When its answer cannot be all that was said (nothing, an
unknown word, or far too few characters for so much speech), the utterance is heard again with the open graph.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import vosk
from numpy.typing import NDArray

from audio import vosk_models
from audio.hearing import (
    BYTES_A_SECOND,
    OPEN,
    SAMPLE_RATE,
    TURN_SECONDS,
    EndReason,
    Heard,
    Partial,
    Question,
    QuestionKind,
    Word,
    nothing_heard,
)
from audio.models import ModelError, find_model, kind_folder, list_models
from audio.resampling import resample, to_float, to_int16
from audio.turn_words import TurnWords
from audio.vad import around, speech_spans
from dialects.packs import PackError, load_pack

N_BEST = 5
PATIENCE = 1.5  # seconds that the second pass for alternatives may take; it costs about what the first did
SLOWEST = 0.7  # seconds a character that even slow speech does not exceed (3.5-4 syllables/s is usual)
UNKNOWN = "[unk]"
NO_WORDS = (UNKNOWN, "#0", "<eps>")  # symbols of a graph that nobody says
_DIGIT_WORDS = tuple("零一二三四五六七八九幺两")
_NARROW = ("yes_no", "choice", "digits")  # kinds for which a lookahead model gets a grammar at run time


def hear(
    samples: NDArray[np.int16] | NDArray[np.float32],
    rate: int,
    dialect: str = "mandarin",
    question: Question = OPEN,
) -> Heard:
    """Recognise a whole recording: mono samples, int16 or float in [-1, 1], at any rate.

    Silence around the speech is cut off. `unheard` when nobody spoke or nothing was understood.
    Raises ModelError when no model is installed.
    """
    return hear_with(recogniser_for(dialect), samples, rate, question)


def hear_with(
    recogniser: VoskRecogniser,
    samples: NDArray[np.int16] | NDArray[np.float32],
    rate: int,
    question: Question = OPEN,
) -> Heard:
    """`hear` with a recogniser of one's own."""
    began = time.perf_counter()
    floats = to_float(samples.astype(np.int16)) if samples.dtype == np.int16 else samples.astype(np.float32)
    pcm = to_int16(resample(floats, rate)).tobytes()
    seconds = samples.size / rate
    spans = speech_spans(pcm[: int(TURN_SECONDS) * BYTES_A_SECOND])
    if not spans:
        return nothing_heard(recogniser.name, seconds, "no_speech", time.perf_counter() - began)
    stream = recogniser.start(question)
    stream.feed(around(pcm, spans))  # in one piece: Vosk looks for an endpoint only between pieces
    heard = stream.finish(sum(span.end - span.start for span in spans))
    return replace(heard, audio_seconds=seconds, processing_seconds=time.perf_counter() - began)


def recogniser_for(dialect: str) -> VoskRecogniser:
    """The first installed model of the dialect's preference list, else any that is installed.

    `<model>-<dialect>` has graphs of the dialect's own (`xiangyin models build --dialect`) and goes first."""
    try:
        wanted = load_pack(dialect).models
    except PackError:
        wanted = ()
    installed = [model.name for model in list_models() if model.path]
    for name in (*wanted, *installed):
        folder = find_model(f"{name}-{dialect}") or find_model(name)
        if folder is not None:
            return VoskRecogniser(folder)
    raise ModelError("没有装语音模型，听不了。请运行 make setup。", f"wanted {wanted}")


class VoskRecogniser:
    """A model folder with all its graphs; cheap to make, models are loaded at first use and shared."""

    def __init__(self, folder: Path, *, n_best: int = N_BEST, max_seconds: float = TURN_SECONDS) -> None:
        self.name = folder.name
        self._folder = folder
        self._n_best = n_best
        self._max_bytes = int(max_seconds * SAMPLE_RATE) * 2

    def start(self, question: Question = OPEN) -> VoskStream:
        """Begin an utterance with the graph that fits the question."""
        return VoskStream(
            self.name, self._decoding(question), self._decoding(OPEN), self._n_best, self._max_bytes
        )

    def prepare(self, *questions: Question) -> None:
        """Load the graphs of these questions ahead, so that the first caller does not wait."""
        for question in questions or (OPEN,):
            self._decoding(question)

    def _decoding(self, question: Question) -> _Decoding:
        folder = kind_folder(self._folder, question.kind)
        model = vosk_models.load(folder)
        if question.kind not in _NARROW or not vosk_models.takes_grammars(folder):
            closed = question.kind != "open" and folder.name == question.kind
            return _Decoding(model, None, question.kind if closed else "open")
        grammar = _grammar(model, question)
        return _Decoding(model, grammar, question.kind if grammar else "open")


class _Decoding:
    """A model with an optional run-time grammar; `closed` when it cannot hear everything."""

    def __init__(self, model: vosk.Model, grammar: str | None, kind: QuestionKind) -> None:
        self._model, self._grammar, self.kind = model, grammar, kind
        self.closed = kind != "open"

    def recogniser(self) -> Any:
        extra = [self._grammar] if self._grammar else []
        return vosk.KaldiRecognizer(self._model, SAMPLE_RATE, *extra)


class VoskStream:
    """One utterance. `feed` takes sound as it comes, `finish` closes; see audio.hearing.Stream."""

    def __init__(
        self, name: str, decoding: _Decoding, opened: _Decoding, n_best: int, max_bytes: int
    ) -> None:
        self._name, self._decoding, self._open = name, decoding, opened
        self._n_best, self._max_bytes = n_best, max_bytes
        self._engine = decoding.recogniser()
        self._engine.SetWords(True)
        self._sound = bytearray()
        self._pieces: list[dict[str, Any]] = []
        self._shown = ""
        self._seconds = 0.0  # of processing
        self._full = False

    def feed(self, pcm16k_int16: bytes) -> Partial | None:
        """Any number of whole samples; sound beyond the longest utterance is not decoded any more."""
        began = time.perf_counter()
        room = self._max_bytes - len(self._sound)
        self._full = self._full or len(pcm16k_int16) > room
        sound = pcm16k_int16[:room]
        if not sound:
            return None
        self._sound += sound
        if self._engine.AcceptWaveform(sound):  # Vosk's own endpoint; ours decides, so the utterance goes on
            self._pieces.append(json.loads(self._engine.Result()))
        text = joined([*(piece["text"] for piece in self._pieces), self._partial()])
        self._seconds += time.perf_counter() - began
        if text == self._shown:
            return None
        self._shown = text
        return Partial(text, len(self._sound) / BYTES_A_SECOND)

    def finish(self, speech_seconds: float | None = None) -> Heard:
        """`speech_seconds`: how much of the sound was speech, if known; it unmasks a closed list's guess."""
        began = time.perf_counter()
        self._pieces.append(json.loads(self._engine.FinalResult()))
        pieces, decoding = [piece for piece in self._pieces if piece["text"]], self._decoding
        if len(pieces) > 1:
            pieces = [self._again(decoding)]
        if decoding.closed and _misfits(pieces, speech_seconds):
            opened = self._again(self._open)
            if len(joined([opened["text"]])) > len(joined(piece["text"] for piece in pieces)):
                pieces, decoding = [opened], self._open
        words = tuple(word for piece in pieces for word in _words(piece))
        text = joined(piece["text"] for piece in pieces)
        heard = Heard(
            text=text,
            confidence=_confidence(words),
            alternatives=self._alternatives(decoding, text) if text else (),
            words=words,
            audio_seconds=len(self._sound) / BYTES_A_SECOND,
            processing_seconds=self._seconds + time.perf_counter() - began,
            model=self._name,
            ended_because=self._reason(),
            graph=decoding.kind,
            sound=bytes(self._sound),
        )
        self._sound.clear()
        return heard

    def _reason(self) -> EndReason:
        return "limit" if self._full else "end_of_sound"

    def _partial(self) -> str:
        return str(
            json.loads(self._engine.PartialResult()).get("partial", "")
        )  # none right after an endpoint

    def _again(self, decoding: _Decoding) -> dict[str, Any]:
        """The whole utterance in one call: no endpoint inside."""
        engine = decoding.recogniser()
        engine.SetWords(True)
        engine.AcceptWaveform(bytes(self._sound))
        result: dict[str, Any] = json.loads(engine.FinalResult())
        return result

    def _alternatives(self, decoding: _Decoding, text: str) -> tuple[str, ...]:
        if self._n_best < 2 or self._seconds > PATIENCE:
            return ()
        engine = decoding.recogniser()
        engine.SetMaxAlternatives(self._n_best)
        engine.AcceptWaveform(bytes(self._sound))
        listed = json.loads(engine.FinalResult()).get("alternatives", [])
        texts = dict.fromkeys(joined([str(one["text"])]) for one in listed)
        return tuple(other for other in texts if other and other != text)


def joined(pieces: Any) -> str:
    """Words as Vosk prints them, without the blanks that touch a Chinese character (peers.md #22)."""
    words = [word for piece in pieces for word in str(piece).split() if word not in NO_WORDS]
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", " ".join(words))


def _words(piece: dict[str, Any]) -> list[Word]:
    return [
        Word(str(word["word"]), float(word["start"]), float(word["end"]), float(word["conf"]))
        for word in piece.get("result", ())
        if word["word"] not in NO_WORDS
    ]


def _confidence(words: tuple[Word, ...]) -> float:
    weight = sum(len(word.text) for word in words)
    return min(1.0, sum(word.confidence * len(word.text) for word in words) / weight) if weight else 0.0


def _misfits(pieces: list[dict[str, Any]], speech_seconds: float | None) -> bool:
    text = joined(piece["text"] for piece in pieces)
    if not text or any(UNKNOWN in piece["text"] for piece in pieces):
        return True
    return speech_seconds is not None and speech_seconds > 1.0 + SLOWEST * len(text)


def _grammar(model: vosk.Model, question: Question) -> str | None:
    """A run-time grammar for a lookahead model, None where its words are not in the vocabulary."""
    turn = TurnWords()
    phrases = {
        "yes_no": turn.answers,
        "choice": (*question.choices, *turn.answers, "第一个", "第二个", "第三个", "都不是"),
        "digits": _DIGIT_WORDS,
    }[question.kind]
    known = [words for phrase in (*phrases, *turn.stops) if (words := vosk_models.in_words(model, phrase))]
    return json.dumps([*dict.fromkeys(known), UNKNOWN], ensure_ascii=False) if known else None

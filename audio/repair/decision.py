"""Accept, only answer, ask “您是说…吗”, or ask again: a weighted decision with calibrated confidences. Pure.

Two logistic models give the probability that the heard text, or the likeliest phrase, is what was meant; a third
that text retrieval found the topic, which often survives words that were heard wrongly. Their
weights and the limits are data (``calibration.json``), fitted by ``xiangyin eval speech-fit`` (``fit.py``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from audio.repair.evidence import Evidence, Hypothesis, Situation

Verdict = Literal["accept", "answer", "ask", "again"]
CALIBRATION = Path(__file__).with_name("calibration.json")
FEATURES = (
    "one",
    "score",
    "margin",
    "likeness",
    "vote",
    "voted",
    "words",
    "expected",
    "same",
    "short",
    "named",
)
"""Inputs of the models, in order: see `features`."""
TOPIC_FEATURES = ("one", "share", "words", "score", "short")
"""Inputs of the model of text retrieval's topic: see `topic_features`."""
LIMITS = ("clear", "accept", "ask", "binding", "answer", "topic")
_WORST_SCORE, _WIDEST = -4.0, 3.0
_SUREST = 0.995
DOUBTED = 0.5  # below this share text retrieval would ask back by itself


@dataclass(frozen=True)
class Calibration:
    """``weights``: model (asis, best, topic; each with and without sound) → weights in the order of FEATURES, or
    of TOPIC_FEATURES.

    Limits are probabilities: ``clear``, from which heard words are left alone; ``accept``; ``ask``, from which
    a reading is worth asking about; ``binding``, for a yes that submits. Words that text retrieval takes for a
    topic may be answered, but start nothing, from ``answer``, and are asked about from ``topic``.
    ``accents``: `accents.py`.
    """

    weights: dict[str, tuple[float, ...]]
    clear: float
    accept: float
    ask: float
    binding: float
    answer: float = 1.0
    topic: float = 1.0
    about: str = ""
    accents: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Judged:
    """The decision. ``text`` is what to go on with (`accept`; `answer`: as a question that must start and confirm
    nothing) or to ask about (`ask`; an empty text with a topic as meaning: its title); ``confidence`` its
    probability; ``repaired`` when it is not what was heard; ``because`` is for the log, without any words.
    ``accents``: how well each dialect's sounds fit, in standard deviations over speakers of plain Mandarin."""

    verdict: Verdict
    text: str
    confidence: float
    meaning: str = ""
    repaired: bool = False
    because: str = ""
    accents: tuple[tuple[str, float], ...] = ()


@lru_cache(maxsize=2)
def calibration(path: Path = CALIBRATION) -> Calibration:
    """The stored calibration. Raises OSError, ValueError, KeyError for a file that is none."""
    content = json.loads(path.read_text("utf-8"))
    if tuple(content["features"]) != FEATURES or tuple(content["topic_features"]) != TOPIC_FEATURES:
        raise ValueError(f"{path.name} was fitted for other features; fit it again")
    weights = {name: tuple(map(float, row)) for name, row in content["weights"].items()}
    limits = {name: float(content["limits"][name]) for name in LIMITS}
    accents = {
        name: (float(mean), float(spread)) for name, (mean, spread) in content.get("accents", {}).items()
    }
    return Calibration(weights, about=str(content.get("about", "")), accents=accents, **limits)


def decide(evidence: Evidence, situation: Situation, known: Calibration) -> Judged:
    """What to do with an utterance of which something was heard."""
    asis, best = evidence.asis, evidence.best
    p_asis = probability(asis, evidence, known)
    p_best = probability(best, evidence, known) if best else 0.0
    needed = known.binding if situation.binding else known.accept
    if p_asis >= max(known.clear, needed):
        return Judged("accept", asis.text, p_asis, asis.meaning, because="clear")
    if best and p_best >= needed and p_best > p_asis:
        same = best.text == asis.text
        return Judged("accept", best.text, p_best, best.meaning, not same, "heard" if same else "repaired")
    if p_asis >= needed:
        return Judged("accept", asis.text, p_asis, asis.meaning, because="heard")
    p_topic = topic_probability(evidence, known) if evidence.topic and open_to_questions(situation) else 0.0
    if p_topic >= known.answer and p_topic >= p_best:
        return Judged("answer", asis.text, p_topic, evidence.topic, because="topic")
    likelier, p = (best, p_best) if best and p_best >= p_asis else (asis, p_asis)
    reading = Judged("ask", likelier.text, p, likelier.meaning, likelier.text != asis.text, "unsure")
    if p >= known.ask and p >= p_topic:
        return reading
    if p_topic >= known.topic and evidence.topic.startswith("topic:"):
        if evidence.share < DOUBTED:
            return Judged("answer", asis.text, p_topic, evidence.topic, because="topics")
        return Judged("ask", "", p_topic, evidence.topic, because="topic")
    if p >= known.ask:
        return reading
    return Judged("again", asis.text, p, because="unlike anything" if p_best < known.ask else "unsure")


def open_to_questions(situation: Situation) -> bool:
    """Whether words may be answered as a question: that binds nobody."""
    return situation.question.kind == "open" and not situation.binding


def topic_probability(evidence: Evidence, known: Calibration) -> float:
    """That text retrieval's first topic is what was meant."""
    return _chance(known.weights[topic_model(evidence)], topic_features(evidence))


def topic_model(evidence: Evidence) -> str:
    """Which of the models judges the topic."""
    return f"topic-{'sound' if evidence.sounded else 'text'}"


def topic_features(evidence: Evidence) -> tuple[float, ...]:
    """One, the log odds of retrieval's share, the recogniser's confidence, the sound of the words, their shortness."""
    share = min(max(evidence.share, 1 - _SUREST), _SUREST)
    score = 0.0 if evidence.asis.score is None else max(_WORST_SCORE, evidence.asis.score)
    odds = math.log(share / (1 - share))
    return (1.0, odds / 2, evidence.word_confidence, score, 1.0 / max(evidence.asis.units, 1))


def probability(hypothesis: Hypothesis, evidence: Evidence, known: Calibration) -> float:
    """That this reading is what was meant."""
    return _chance(known.weights[model_name(hypothesis, evidence)], features(hypothesis, evidence))


def model_name(hypothesis: Hypothesis, evidence: Evidence) -> str:
    """Which of the models judges this hypothesis."""
    return f"{'asis' if hypothesis is evidence.asis else 'best'}-{'sound' if evidence.sounded else 'text'}"


def features(hypothesis: Hypothesis, evidence: Evidence) -> tuple[float, ...]:
    """Numbers of about the size of one; unknown ones are 0."""
    best, asis = evidence.best, evidence.asis
    score = 0.0 if hypothesis.score is None else max(_WORST_SCORE, hypothesis.score)
    return (
        1.0,
        score,
        max(-_WIDEST, min(_WIDEST, hypothesis.margin)),
        hypothesis.likeness if hypothesis is not asis else (best.likeness if best else 0.0),
        hypothesis.vote,
        float(hypothesis.vote > 0),
        evidence.word_confidence,
        float(hypothesis.expected),
        float(best is not None and best.text == asis.text),
        1.0 / max(hypothesis.units, 1),
        float(not hypothesis.meaning.startswith("words:")),
    )


def _chance(weights: Sequence[float], row: Sequence[float]) -> float:
    x = sum(w * value for w, value in zip(weights, row, strict=True))
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, x))))

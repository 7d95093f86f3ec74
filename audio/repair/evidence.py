"""What speaks for each reading of an utterance: sound, the words of the first pass, text retrieval, the question.

Hypotheses are the heard text itself and phrases that can be said now: what was offered, answers and commands,
the known phrases nearest by sound, and phrasings of what text retrieval thinks. Pure but for the phrasebook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio.graphs.accent import Accent
from audio.hearing import OPEN, Heard, Question
from audio.repair.likeness import likeness
from audio.repair.meanings import Phrase, command_words
from audio.repair.phrasebook import Phrasebook, Units, spoken_units
from audio.repair.scores import Sound, scores

NEAREST = 150  # phrases by sound
OF_A_VOTE = 30  # phrasings for each of text retrieval's topics
VOTES = 3
EXPECTED = 3.0
"""Nats in favour of an answer to the open question: about log of (0.8 / 30 answers) over (0.2 / 170 commands)."""
COMPARED = 6  # hypotheses whose likeness to the heard words is computed
ORDINALS = ("第一个", "第二个", "第三个", "第四个", "都不是", "前面那个", "后面那个")

Vote = Callable[[str], Sequence[tuple[str, float]]]
"""Text retrieval: a text to meanings (``topic:…``, ``emergency:…``) with shares, the likeliest first. Never raises."""


@dataclass(frozen=True)
class Situation:
    """What may be said now. ``binding``: yes would submit something; ``dictated``: any words are a value;
    ``guessing``: the dialect is not chosen yet, so the sound is compared with every pack's."""

    question: Question = OPEN
    binding: bool = False
    dictated: bool = False
    guessing: bool = False


@dataclass(frozen=True)
class Hypothesis:
    """A reading. ``score``: nats a unit against the free path (None without sound); ``margin``: by how much it
    beats the best reading of another meaning; ``likeness`` to the heard words 0–1; ``vote``: text retrieval's
    share for its meaning; ``expected``: an answer to the open question; ``heard``: exactly the first pass."""

    text: str
    meaning: str
    units: int
    score: float | None = None
    margin: float = 0.0
    likeness: float = 1.0
    vote: float = 0.0
    expected: bool = False
    heard: bool = False


@dataclass(frozen=True)
class Evidence:
    """`asis` is the heard text, `best` the likeliest phrase that can be said (None when there is none);
    `topic` what text retrieval takes the heard text for, "" for nothing, with its `share`."""

    asis: Hypothesis
    best: Hypothesis | None
    word_confidence: float
    sounded: bool
    topic: str = ""
    share: float = 0.0


def gather(
    heard: Heard,
    sound: Sound | None,
    situation: Situation,
    book: Phrasebook,
    accent: Accent,
    vote: Vote | None,
    dialect: str = "mandarin",
) -> Evidence:
    """The evidence for one utterance whose text is not empty."""
    own = spoken_units(heard.text)
    voted = list(vote(heard.text)[:VOTES]) if vote else []
    votes = dict(voted)
    topic, share = voted[0] if voted else ("", 0.0)
    expected = _expected(situation, dialect)
    phrases, units = _phrases(heard, sound, own, book, votes, expected, dialect)
    fits = _fits(sound, accent, [own, *units])
    length = max(len(sound.greedy) if sound else 0, 1)
    lengths = [max(len(u), length) for u in [own, *units]]
    per_unit = [float(fit) / n for fit, n in zip(fits, lengths, strict=True)]
    texts = [heard.text, *(phrase.text for phrase in phrases)]
    likely = [s + EXPECTED / n * (t in expected) for s, n, t in zip(per_unit, lengths, texts, strict=True)]
    known = book.find(heard.text)
    meaning = expected.get(heard.text) or (known.meaning if known else _voted(votes) or f"words:{heard.text}")
    asis = Hypothesis(
        heard.text, meaning, len(own), per_unit[0] if sound and own else None, vote=votes.get(meaning, 0.0),
        expected=heard.text in expected, heard=True,
        margin=_margin(likely[0], meaning, phrases, likely[1:]) if sound and own else 0.0,
    )  # fmt: skip
    best = _best(heard.text, own, phrases, units, per_unit[1:], likely[1:], sound, votes, expected, accent)
    return Evidence(asis, best, heard.confidence, sound is not None, topic, share)


def _expected(situation: Situation, dialect: str) -> dict[str, str]:
    """What answers the open question, with its meaning."""
    found = {choice: f"choice:{choice}" for choice in situation.question.choices}
    if situation.question.kind == "choice" or situation.question.choices:
        found |= {ordinal: f"choice:{ordinal}" for ordinal in ORDINALS}
    if situation.question.kind in ("yes_no", "choice"):
        answers = command_words(dialect)
        for intent in ("affirm", "deny"):
            found |= {said: f"command:{intent}" for said in answers.get(intent, ())}
    return found


def _phrases(
    heard: Heard,
    sound: Sound | None,
    own: Units,
    book: Phrasebook,
    votes: Mapping[str, float],
    expected: Mapping[str, str],
    dialect: str,
) -> tuple[list[Phrase], list[Units]]:
    queries = [sound.greedy] if sound else []
    queries += [units for text in heard.alternatives[:2] if (units := spoken_units(text))]
    numbers = book.nearest([*queries, own], NEAREST)
    for meaning in votes:
        numbers += book.meaning(meaning)[:OF_A_VOTE]
    numbers += book.commands
    foreign = {n for n in book.commands if book.phrases[n].dialect not in ("mandarin", dialect)}
    found = {book.phrases[n].text: (book.phrases[n], book.units[n]) for n in numbers if n not in foreign}
    for text, meaning in expected.items():
        units = spoken_units(text)
        if units:
            found[text] = (Phrase(text, meaning), units)
    return [phrase for phrase, _ in found.values()], [units for _, units in found.values()]


def _fits(sound: Sound | None, accent: Accent, units: Sequence[Units]) -> NDArray[np.float64]:
    if sound is None:
        return np.zeros(len(units))
    fits = np.zeros(len(units))
    spoken = [number for number, sequence in enumerate(units) if sequence]
    fits[spoken] = scores(sound.accented(accent), [units[number] for number in spoken])
    return fits


def _best(
    text: str,
    own: Units,
    phrases: Sequence[Phrase],
    units: Sequence[Units],
    per_unit: Sequence[float],
    likely: Sequence[float],
    sound: Sound | None,
    votes: Mapping[str, float],
    expected: Mapping[str, str],
    accent: Accent,
) -> Hypothesis | None:
    """The phrase with the best sound, answers to the question preferred; without sound, with the likest words."""
    if not phrases:
        return None
    order = sorted(range(len(phrases)), key=lambda n: -likely[n])
    compared = order[:COMPARED] if sound else range(len(phrases))
    alike = {n: likeness(own, units[n], accent) for n in compared}
    if sound is None:
        order = sorted(alike, key=lambda n: -alike[n])
    first = order[0]
    meaning = phrases[first].meaning
    margin = (
        _margin(likely[first], meaning, phrases, likely)
        if sound
        else _text_margin(alike, meaning, phrases, first)
    )
    return Hypothesis(
        phrases[first].text, meaning, len(units[first]), per_unit[first] if sound else None, margin,
        alike[first], votes.get(meaning, 0.0), phrases[first].text in expected, phrases[first].text == text,
    )  # fmt: skip


def _margin(own: float, meaning: str, phrases: Sequence[Phrase], likely: Sequence[float]) -> float:
    others = [s for phrase, s in zip(phrases, likely, strict=True) if phrase.meaning != meaning]
    return own - max(others, default=own - 5.0)


def _text_margin(alike: Mapping[int, float], meaning: str, phrases: Sequence[Phrase], first: int) -> float:
    others = [share for n, share in alike.items() if phrases[n].meaning != meaning]
    return alike[first] - max(others, default=0.0)


def _voted(votes: Mapping[str, float]) -> str | None:
    first = next(iter(votes), None)
    return first if first and votes[first] >= 0.5 else None

"""Accept, ask or again: tables of evidence, and the promises that a wrong hearing costs nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.graphs.accent import PLAIN
from audio.hearing import Question
from audio.repair.decision import (
    CALIBRATION,
    FEATURES,
    TOPIC_FEATURES,
    Judged,
    calibration,
    decide,
    features,
    probability,
)
from audio.repair.evidence import Evidence, Hypothesis, Situation, gather
from audio.repair.fit import MODELS
from audio.repair.meanings import Phrase
from audio.repair.phrasebook import Phrasebook, spoken_units
from tests.audio.repair.small_book import KNOWN, PHRASES, book, heard, sound_of

OPEN = Situation()


def judged(text: str, said: str, confidence: float = 0.6, situation: Situation = OPEN, sure: float = 0.95):  # type: ignore[no-untyped-def]
    evidence = gather(heard(text, confidence), sound_of(said, sure), situation, book(), PLAIN, None)
    return decide(evidence, situation, KNOWN)


def test_a_misheard_sentence_becomes_the_one_that_was_said() -> None:
    found = judged("样老金怎么人正", "养老金怎么认证")
    assert (found.verdict, found.text) == ("accept", "养老金怎么认证")
    found = judged("杨柳青怎么人生", "养老金怎么认证")
    assert (found.verdict, found.text, found.repaired) == ("accept", "养老金怎么认证", True)
    assert found.meaning == "topic:pension" and found.because == "repaired"


def test_what_was_clear_is_left_alone() -> None:
    asis = Hypothesis("去哪里缴费", "topic:fee", 9, score=-0.05, margin=0.0, heard=True, vote=0.99)
    best = Hypothesis("去哪里缴税", "topic:tax", 9, score=-0.04, margin=2.0, likeness=0.9)
    sure = Evidence(asis, best, word_confidence=1.5, sounded=True)
    assert probability(best, sure, KNOWN) > KNOWN.accept
    assert decide(sure, OPEN, KNOWN).text == "去哪里缴费" and decide(sure, OPEN, KNOWN).because == "clear"


def test_other_speech_is_asked_for_again() -> None:
    found = judged("今天去公园", "红烧肉放多少糖", confidence=0.3)
    assert found.verdict == "again" and not found.repaired


def test_an_offered_choice_is_heard_though_no_graph_held_it() -> None:
    situation = Situation(Question("choice", ("高龄津贴", "养老金")))
    found = judged("高林金贴", "高龄津贴", situation=situation)
    assert (found.verdict, found.meaning) == ("accept", "choice:高龄津贴")
    assert found.text == "高龄津贴"


def test_what_was_asked_for_is_likelier_and_other_dialects_words_are_not_said() -> None:
    asked = Situation(Question("yes_no", ("对", "不对")))
    phrases = [*PHRASES, Phrase("喂", "command:greet"), Phrase("未", "command:deny", "cantonese")]
    made = Phrasebook(phrases, [spoken_units(phrase.text) for phrase in phrases])
    evidence = gather(heard("对"), sound_of("未"), asked, made, PLAIN, None)
    assert evidence.best is not None and evidence.best.text != "未"
    in_cantonese = gather(heard("未"), sound_of("未"), asked, made, PLAIN, None, "cantonese")
    assert in_cantonese.best is not None and in_cantonese.best.meaning == "command:deny"


def test_a_yes_that_binds_needs_more_than_one_that_does_not() -> None:
    yes = Hypothesis("对", "command:affirm", 2, score=0.0, margin=0.0, likeness=1.0, expected=True)
    asis = Hypothesis("队", "words:队", 2, score=0.0, heard=True)
    evidence = Evidence(asis, yes, 0.5, True)
    chance = probability(yes, evidence, KNOWN)
    assert KNOWN.accept < chance
    plain, binding = (
        decide(evidence, Situation(Question("yes_no"), bound), KNOWN) for bound in (False, True)
    )
    assert plain.verdict == "accept"
    assert binding.verdict == ("accept" if chance >= KNOWN.binding else "ask")


def test_a_topic_that_survived_wrong_words_is_answered_or_asked_about_and_binds_nothing() -> None:
    known = replace(KNOWN, answer=0.6, topic=0.3)

    def verdict(
        share: float, words: float = 0.5, situation: Situation = OPEN, topic: str = "topic:card"
    ) -> Judged:
        asis = Hypothesis("哪张咖没料", f"words:{topic}", 8, score=-0.9, heard=True)
        return decide(Evidence(asis, None, words, True, topic, share), situation, known)

    answered, asked, choices, again = verdict(0.97), verdict(0.85), verdict(0.49, 0.9), verdict(0.1)
    assert (answered.verdict, answered.text, answered.repaired) == ("answer", "哪张咖没料", False)
    assert (asked.verdict, asked.text, asked.meaning) == ("ask", "", "topic:card")
    assert (choices.verdict, choices.because) == ("answer", "topics")  # retrieval asks which one by itself
    assert again.verdict == "again"
    for situation in (Situation(Question("yes_no")), Situation(binding=True)):
        assert verdict(0.97, situation=situation).verdict != "answer"


def test_an_emergency_is_passed_on_when_it_is_likely_and_never_asked_about() -> None:
    known = replace(KNOWN, answer=0.6, topic=0.3)

    def verdict(share: float) -> Judged:
        asis = Hypothesis("我不想货了", "words:我不想货了", 9, score=-0.9, heard=True)
        return decide(Evidence(asis, None, 0.5, True, "emergency:suicide", share), OPEN, known)

    assert (verdict(0.97).verdict, verdict(0.97).text) == ("answer", "我不想货了")
    assert verdict(0.85).verdict == "again"  # it has no title to ask about


def test_without_time_for_the_sound_the_words_decide() -> None:
    evidence = gather(heard("养老金怎么认正", 0.9), None, OPEN, book(), PLAIN, None)
    assert not evidence.sounded and evidence.best is not None
    assert evidence.best.text == "养老金怎么认证" and evidence.best.score is None
    assert decide(evidence, OPEN, KNOWN).text in ("养老金怎么认证", "养老金怎么认正")


def test_text_retrieval_has_a_vote() -> None:
    def vote(text: str) -> list[tuple[str, float]]:
        return [("topic:card", 0.9)]

    with_vote = gather(heard("那张卡没了"), None, OPEN, book(), PLAIN, vote)
    assert with_vote.asis.meaning == "topic:card" and with_vote.asis.vote == 0.9
    assert (with_vote.topic, with_vote.share) == ("topic:card", 0.9)
    without = gather(heard("那张卡没了"), None, OPEN, book(), PLAIN, None)
    assert probability(with_vote.asis, with_vote, KNOWN) > probability(without.asis, without, KNOWN)


@given(
    st.floats(-50, 1), st.floats(-20, 20), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.booleans(),
    st.sampled_from(["对", "转人工", "养老金怎么认证", "乱七八糟"]), st.booleans(),
)  # fmt: skip
def test_any_evidence_gives_a_verdict_whose_confidence_reaches_its_limit(  # type: ignore[no-untyped-def]
    score, margin, likeness, vote, words, expected, text, binding
) -> None:
    asis = Hypothesis("听到的", "words:听到的", 8, score, margin, heard=True, vote=vote)
    best = Hypothesis(text, "topic:x", 8, score, margin, likeness, vote, expected)
    evidence, situation = Evidence(asis, best, words, True), Situation(binding=binding)
    assert len(features(best, evidence)) == len(FEATURES)
    found = decide(evidence, situation, KNOWN)
    assert 0.0 <= found.confidence <= 1.0 and found.text in (text, "听到的")
    if found.verdict == "accept":
        assert found.confidence >= (KNOWN.binding if binding else KNOWN.accept)
    if found.verdict == "again":
        assert found.confidence < KNOWN.ask


def test_the_shipped_calibration_is_whole_and_cautious() -> None:
    known = calibration()
    assert set(known.weights) == set(MODELS)
    for name, row in known.weights.items():
        assert len(row) == len(TOPIC_FEATURES if name.startswith("topic") else FEATURES)
    assert 0.5 <= known.ask <= known.accept <= known.binding < 1.0
    assert 0.0 < known.topic <= known.answer < 1.0
    assert json.loads(CALIBRATION.read_text("utf-8"))["about"]


def test_a_calibration_for_other_features_is_refused(tmp_path: Path) -> None:
    content = json.loads(CALIBRATION.read_text("utf-8"))
    path = tmp_path / "old.json"
    path.write_text(json.dumps({**content, "features": ["one"]}), "utf-8")
    with pytest.raises(ValueError, match="fit it again"):
        calibration(path)

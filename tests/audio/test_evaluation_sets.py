"""Alignment, covering and joining on made-up recordings; phrases from the project's own files."""

from __future__ import annotations

import random

import numpy as np
import pytest

pytest.importorskip("kaldi_native_fbank")

from audio.evaluation_sets.alignment import boundaries, force
from audio.evaluation_sets.assembled import changed, chosen
from audio.evaluation_sets.cuts import Recording, load, save, sound_key
from audio.evaluation_sets.joining import RATE, Bank, joined
from audio.evaluation_sets.phrases import Phrase, commands, labelled_phrases
from audio.evaluation_sets.synthetic import accented


def posteriors(path: list[int], outputs: int = 5) -> np.ndarray:
    table = np.full((len(path), outputs), np.log(0.02), np.float32)
    table[np.arange(len(path)), path] = np.log(0.92)
    return table


def test_alignment_follows_the_spikes() -> None:
    spans = force(posteriors([0, 1, 1, 0, 2, 0, 0, 2, 3, 0]), [1, 2, 2, 3])
    assert [(span.first, span.last) for span in spans] == [(1, 2), (4, 4), (7, 7), (8, 8)]
    assert all(span.score > -0.2 for span in spans)


def test_what_was_not_said_scores_badly_and_too_many_labels_are_refused() -> None:
    assert min(span.score for span in force(posteriors([0, 1, 0, 2, 0]), [1, 4])) < -3
    with pytest.raises(ValueError, match="too few"):
        force(posteriors([1, 0]), [1, 2, 3])


def test_a_boundary_is_where_the_sound_is_weakest() -> None:
    sound = np.full(RATE, 0.2, np.float32)
    sound[int(0.39 * RATE) : int(0.41 * RATE)] = 0.0
    (_, first), (second, _) = boundaries(sound, RATE, [(8, 10), (17, 20)])  # spikes until 0.3 s, from 0.51 s
    assert first == second == pytest.approx(0.4, abs=0.02)
    (_, end), (start, _) = boundaries(sound, RATE, [(3, 5), (25, 28)])  # a pause between them
    assert end < start


def recording(speaker: str, pinyin: str, gender: str = "") -> Recording:
    syllables = pinyin.split()
    times = tuple((0.2 * n, 0.2 * n + 0.2) for n in range(len(syllables)))
    tones = tuple(one[-1] for one in syllables)
    keys, scores = tuple(map(sound_key, syllables)), (-0.1,) * len(times)
    return Recording(f"{speaker}.wav", speaker, gender, keys, tones, times, scores)


def test_the_longest_stretches_are_taken() -> None:
    bank = Bank([recording("a", "yi1 bao3 ka3 le5"), recording("b", "ka3 diu1 le5")])
    phrase = [sound_key(one) for one in ("yi1", "bao3", "ka3", "diu1", "le5")]
    pieces = bank.cover(phrase, ["1", "3", "3", "1", "5"])
    assert pieces is not None
    assert [(piece.recording.speaker, piece.first, piece.last) for piece in pieces] == [("a", 0, 2), ("b", 1, 2)]
    assert bank.cover([sound_key("wang2")], ["2"]) is None


def test_one_speaker_before_several() -> None:
    own = recording("a", " ".join(["yi1 bao3"] * 13))
    others = [recording("b", " ".join(["shen1"] * 13) + " fen4" * 13), recording("c", "zheng4 " * 26)]
    phrases = [Phrase("医保", ("yi1", "bao3"), topic="x"), Phrase("身份证", ("shen1", "fen4", "zheng4"), topic="y")]
    assert [(phrase.text, who) for phrase, who, _ in chosen([own, *others], phrases, 5)] == [
        ("医保", "a"),
        ("身份证", "several unknown"),
    ]


def test_joined_sound_has_the_length_and_no_jump() -> None:
    bank = Bank([recording("a", "yi1 bao3")])
    pieces = bank.cover([sound_key("bao3"), sound_key("yi1")], ["3", "1"])
    assert pieces is not None
    tone = (0.3 * np.sin(np.arange(RATE) / 9)).astype(np.float32)
    sound = joined(pieces, lambda _: tone, np.random.default_rng(1))
    assert sound.size / RATE == pytest.approx(0.4 + 0.5, abs=0.06) and np.abs(np.diff(sound)).max() < 0.05
    for condition, rate in (("room", RATE), ("noise", RATE), ("8k-alaw", 8000), ("plain", RATE)):
        copy, its_rate = changed(condition, sound, np.random.default_rng(2))
        assert its_rate == rate and copy.size / rate == pytest.approx(sound.size / RATE, abs=0.01)


def test_recordings_are_kept(tmp_path) -> None:
    kept = [recording("a", "yi1 bao3", "female")]
    save(kept, tmp_path / "aligned.jsonl")
    assert load(tmp_path / "aligned.jsonl") == kept


def test_phrases_have_one_label_and_are_mandarin() -> None:
    phrases = labelled_phrases(1)
    assert len(phrases) > 3000 and len({phrase.text for phrase in phrases}) == len(phrases)
    assert all(bool(phrase.topic) != bool(phrase.service) for phrase in phrases)
    assert all(4 <= len(phrase.text) <= 14 and len(phrase.pinyin) == len(phrase.text) for phrase in phrases[:300])
    assert phrases == labelled_phrases(1) and all(phrase.command for phrase in commands())


def test_an_accent_changes_some_syllables_and_leaves_syllables() -> None:
    dice = random.Random(1)
    heard = {accented("zhong1", "south", dice) for _ in range(30)}
    assert heard == {"zhong1", "zong1"}
    assert accented("ma1", "south", dice) == "ma1" and accented("zhong1", "", dice) == "zhong1"

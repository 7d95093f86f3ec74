"""The general text behind the domain: how pairs are counted, and what they change in the `open` grammar."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from audio.graphs import kinds
from audio.graphs.word_pairs import LAW_WEIGHT, count_pairs, word_pairs

ROOT = Path(__file__).resolve().parents[3]


def test_stretches_between_marks_are_counted_once_with_their_weight() -> None:
    counts = count_pairs(iter([("今天下雨，我们回家。", 1.0), ("我们回家", 1.0), ("不得", LAW_WEIGHT)]))
    assert counts["<s>", "我们"] == counts["我们", "回家"] == counts["回家", "</s>"] == 1.0
    assert counts["<s>", "不得"] == LAW_WEIGHT
    assert ("下雨", "我们") not in counts


def test_the_shipped_counts_hold_no_sentence_only_pairs_of_known_words() -> None:
    pairs = word_pairs()
    assert 20_000 < len(pairs) < 60_000
    assert all(count >= 2.0 for count in pairs.values())
    assert all(len(word) <= 8 for pair in pairs for word in pair)
    assert pairs["<s>", "我们"] > pairs["<s>", "一下"]


def test_general_pairs_make_general_text_cheaper_and_our_own_hardly_dearer() -> None:
    command = [sys.executable, "-m", "tests.audio.graphs.general_costs"]
    out = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    (general_without, ours_without, _), (general_beside, ours_beside, unreachable) = json.loads(out)
    assert general_beside < general_without - 2  # the last word has no follower: it ends through back-off
    assert ours_beside < ours_without + 0.7
    assert math.isinf(unreachable)  # follows nothing, so nothing leads to it


def test_the_share_of_general_text_does_not_depend_on_how_much_we_have_ourselves() -> None:
    few = kinds._general({("低保",): 1.0})
    many = kinds._general({("低保", "怎么"): 50.0})
    assert sum(many.values()) / sum(few.values()) == pytest.approx(100)
    assert sum(few.values()) == pytest.approx(kinds.GENERAL_SHARE)

"""Words spelt by sound go back to those of the index; what the index knows, and what sounds like nothing, stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.answering import Knowledge
from knowledge.index import build
from knowledge.retrieval.respelling import Respelling
from tests.knowledge.small_folder import BagEncoder, Folder

ROWS = [
    "高考能加分吗",
    "高考几月报名",
    "今年高考改期没",
    "大学考完",
    "公证处在哪",
    "婚前公证",
    "房产公证要钱不",
    "很公正",
]


@pytest.fixture(scope="module")
def respelling() -> Respelling:
    return Respelling.of(ROWS)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("高烤几月报名", "高考几月报名"),
        ("今年的高靠", "今年的高考"),
        ("很公正", "很公正"),  # a word of the index, although a commoner one sounds the same
        ("天上的云", "天上的云"),
        ("高烤abc，2026", "高考abc，2026"),
        ("", ""),
        ("高", "高"),
    ],
)
def test_only_what_no_row_has_is_spelt_anew(respelling: Respelling, heard: str, meant: str) -> None:
    assert respelling.mend(heard) == meant


def test_a_word_must_be_common_to_be_put_in_place_of_another() -> None:
    assert Respelling.of(["高考一次", "高考两次"]).mend("高烤") == "高烤"


def test_it_is_read_back_and_may_be_missing(respelling: Respelling, tmp_path: Path) -> None:
    assert Respelling.load(tmp_path).mend("高烤") == "高烤"
    respelling.save(tmp_path)
    assert Respelling.load(tmp_path) == respelling


def test_a_doubtful_question_is_read_again_as_it_sounds(
    folder: Folder, fusion_file: Path, tmp_path: Path
) -> None:
    folder.topic("exam", "高考", "六月考，十一月报名。", ["高考几月报名", "高考能加分吗", "今年高考改期没"])
    fusion = json.loads(fusion_file.read_text("utf-8"))
    fusion["thresholds"] |= {"answer": 0.99999, "clarify": 0.1}  # the misheard words alone come to 0.99995
    fusion_file.write_text(json.dumps(fusion), "utf-8")
    build(folder.root, tmp_path / "index", BagEncoder(), fusion_file, quiet=True)
    knowledge = Knowledge(tmp_path / "index", BagEncoder())
    spelt, heard = knowledge.answer("高考几月报名"), knowledge.answer("高烤几月报名")
    assert (heard.outcome, heard.topic, heard.confidence) == ("answered", "exam", spelt.confidence)

"""Help and harm are counted as the table says, and a text means the same in every column."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audio.repair.compare import Compared, Reader, Said, counted, group, read_manifest, summary
from audio.repair.decision import Judged
from tests.audio.repair.small_book import book


def row(
    ours_right: bool, verdict: str, judged_right: bool, binds: tuple[bool, bool, bool] = (False,) * 3
) -> Compared:  # type: ignore[assignment]
    judged = Judged(verdict, "x", 0.9)  # type: ignore[arg-type]
    return Compared("a", "listed", "16k", "s", "p", "o", judged, False, ours_right, judged_right, binds)


def test_help_harm_and_questions_are_counted_apart() -> None:
    rows = [
        row(True, "accept", True),
        row(False, "accept", True),  # helped
        row(True, "accept", False),  # harmed
        row(True, "again", False),  # lost
        row(True, "ask", False),  # asked
        row(False, "accept", False, (True, True, False)),
    ]
    found = counted(rows)
    assert found["recordings"] == 6 and found["ours"] == pytest.approx(4 / 6, abs=1e-4)
    for name in ("helped", "harmed", "lost", "asked", "again"):
        assert found[name] == pytest.approx(1 / 6, abs=1e-4), name
    assert found["repair"] == pytest.approx(2 / 6, abs=1e-4)
    assert found["accepted_wrong"] == pytest.approx(2 / 6, abs=1e-4)
    assert (found["binds_plain"], found["binds_ours"], found["binds_repair"]) == (1, 1, 0)
    assert list(summary(rows)) == ["listed|16k"]


def test_what_a_text_means() -> None:
    reader = Reader(book(), lambda text: [("topic:card", 0.9)] if "卡" in text else [])
    assert reader.meaning("养老金怎么认证") == "topic:pension"
    assert reader.meaning("我那个卡不见了") == "topic:card"
    assert reader.meaning("养老金怎么人正") == "topic:pension"  # the same sounds
    assert reader.meaning("红烧肉怎么做") == ""
    assert reader.binds("我要办养老认证") and reader.binds("对") and not reader.binds("不对")


def test_right_is_the_same_sound_or_the_same_meaning() -> None:
    reader = Reader(book(), None)
    said = Said(Path("a"), "养老金怎么认证", "open", "topic:pension", False, True, "s")
    assert reader.right("养老认证怎么办", said) and not reader.right("社保卡丢了怎么办", said)
    number = Said(Path("a"), "一三八", "digits", "", False, False, "s")
    assert (
        reader.right("一三八", number) and not reader.right("一三", number) and not reader.right("", number)
    )


def test_a_manifest_says_what_is_outside(tmp_path: Path) -> None:
    rows = [
        {"path": "a.ogg", "text": "社保卡丢了怎么办", "topic": "card", "listed": True},
        {"path": "b.ogg", "text": "幺三八", "kind": "digits"},
        {"path": "c.ogg", "text": ""},
        {"path": "d.ogg", "text": "对", "kind": "yes_no", "meaning": "command:affirm"},
    ]
    path = tmp_path / "manifest.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    assert [group(one) for one in read_manifest(path)] == ["listed", "values", "commands"]
    assert [one.meaning for one in read_manifest(path)] == ["topic:card", "", "command:affirm"]
    outside = read_manifest(path, outside=True)
    assert [one.text for one in outside] == ["社保卡丢了怎么办"] and outside[0].outside
    assert len(read_manifest(path, most=2)) == 2

"""The phrasebook: meanings from the other rooms' files, a search that forgives what people confuse, a kept file."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio.graphs.accent import PLAIN, Accent
from audio.repair.likeness import likeness
from audio.repair.meanings import Phrase, command_words, known_phrases
from audio.repair.phrasebook import make, spoken_units
from tests.audio.repair.small_book import PHRASES, book


def test_the_project_s_own_phrases_have_meanings() -> None:
    found = {phrase.text: phrase.meaning for phrase in known_phrases()}
    assert found["人工"] == "command:human" and found["不对"] == "command:deny"
    kinds = {meaning.split(":")[0] for meaning in found.values()}
    assert kinds == {"topic", "service", "command", "boundary"}
    assert len({m for m in found.values() if m.startswith("topic:")}) >= 240
    assert len({m for m in found.values() if m.startswith("service:")}) == 16
    assert "四川话" in command_words()["switch_dialect"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [("样老金怎么人真", "养老金怎么认证"), ("射包卡丢了真么办", "社保卡丢了怎么办"), ("专人供", "转人工")],
)
def test_the_nearest_phrase_is_found_by_sound(said: str, meant: str) -> None:
    made = book()
    assert made.phrases[made.nearest([spoken_units(said)], 1)[0]].text == meant


def test_nothing_in_common_finds_nothing() -> None:
    assert book().nearest([("ü",)], 5) == [] and book().nearest([], 5) == []


def test_units_are_kept_in_a_file_and_read_again(tmp_path: Path) -> None:
    first = make(PHRASES, tmp_path)
    (path,) = tmp_path.glob("phrases-*.json")
    path.write_text(path.read_text("utf-8").replace("zh", "z"), "utf-8")
    assert first.units != make(PHRASES, tmp_path).units  # the file was read, not made again
    other = make((*PHRASES, Phrase("新的一句", "topic:new")), tmp_path)
    assert other.units[: len(PHRASES)] == first.units


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    assert len(make(PHRASES, blocked).phrases) == len(PHRASES)


def test_what_cannot_be_spoken_has_no_units() -> None:
    assert spoken_units("养老") == ("i", "ang", "l", "ao") or spoken_units("养老") == ("iang", "l", "ao")
    assert spoken_units("abc") == () and spoken_units("") == ()


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("社保卡", "社保卡", 1, 1),
        ("社保卡", "射宝卡", 1, 1),
        ("四十", "是十", 0.8, 0.95),
        ("社保卡", "红烧肉", 0, 0.4),
    ],
)
def test_likeness(one: str, other: str, least: float, most: float) -> None:
    assert least <= likeness(spoken_units(one), spoken_units(other), PLAIN) <= most


def test_a_dialect_s_weights_make_its_pairs_alike() -> None:
    h, f = spoken_units("花费"), spoken_units("发费")
    accent = Accent(shifts={"h": (("f", 0.9),), "ua": (("a", 0.5),)})
    assert likeness(f, h, accent) > likeness(f, h, PLAIN)

"""The whole way from files to findings, on a folder of three topics."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.answering import IndexMissing, Knowledge, current_version
from knowledge.index import build
from knowledge.retrieval.bags import ChannelBags
from knowledge.retrieval.snapshot import read_snapshot
from knowledge.retrieval.sounds import Sounds
from tests.knowledge.small_folder import BagEncoder, Folder


@pytest.fixture
def index(folder: Folder, fusion_file: Path, tmp_path: Path) -> Path:
    place = tmp_path / "index"
    _build(folder, fusion_file, place)
    return place


def _build(folder: Folder, fusion_file: Path, place: Path) -> Path:
    return build(folder.root, place, BagEncoder(), fusion_file, quiet=True)


def test_a_question_is_answered_with_its_source(index: Path) -> None:
    found = Knowledge.load(index, BagEncoder()).answer("老伴走了，他那页咋办")
    assert (found.outcome, found.topic) == ("answered", "death-cancel")
    assert found.entry is not None and found.entry.sources[0].document == "某某条例"
    assert found.candidates[0].topic == "death-cancel"
    assert 0 < found.confidence <= 1


def test_a_misheard_question_is_found_by_sound(index: Path) -> None:
    found = Knowledge.load(index, BagEncoder()).answer("深分正丢了咋补")
    assert found.candidates[0].topic == "id-loss"


def test_an_index_built_upon_another_is_the_one_built_from_nothing(
    folder: Folder, fusion_file: Path, tmp_path: Path
) -> None:
    _build(folder, fusion_file, tmp_path / "index")
    folder.topic("heating", "取暖补贴", "每户补三百块钱。", ["取暖给不给补钱", "冬天烧煤有没有补助"])
    upon, fresh = (_build(folder, fusion_file, tmp_path / name) for name in ("index", "fresh"))
    for file in ("dense.faiss", "head.npy"):
        assert (upon / file).read_bytes() == (fresh / file).read_bytes()


def test_processes_share_the_vectors_of_an_index(index: Path) -> None:
    place = index / current_version(index)
    snapshot = read_snapshot(place)
    assert f"{place}/dense.faiss" in Path("/proc/self/maps").read_text("utf-8")
    assert snapshot.dense.ntotal == len(snapshot.owners)


def test_an_index_asks_by_the_sounds_it_was_built_with(folder: Folder, fusion_file: Path, tmp_path: Path) -> None:
    place, others = tmp_path / "index", ChannelBags(Sounds({"d": "d", "t": "d"}))
    plain = _build(folder, fusion_file, place)
    merged = build(folder.root, place, BagEncoder(), fusion_file, quiet=True, bags=others)
    assert merged != plain  # so a pack that is edited has its index built anew
    assert [read_snapshot(path).terms["sounds"]("腾") for path in (plain, merged)] == [["ten"], ["deng"]]


def test_emergencies_weather_and_the_wish_for_a_person_are_told_apart(index: Path) -> None:
    knowledge = Knowledge.load(index, BagEncoder())
    fire = knowledge.answer("着火了快来救火")
    assert (fire.outcome, fire.boundary and fire.boundary.hotline) == ("emergency", "119")
    assert knowledge.answer("明天会下雨不").outcome == "unanswered"
    assert knowledge.answer("给我转人工").outcome == "human"


def test_a_question_that_leans_on_the_last_answer_gets_that_section(index: Path) -> None:
    knowledge = Knowledge.load(index, BagEncoder())
    papers = knowledge.answer("那要带什么材料？", context_topic="id-loss")
    assert (papers.outcome, papers.topic, papers.section) == ("answered", "id-loss", "材料")
    place = knowledge.answer("在成都呢？", context_topic="id-loss", jurisdiction="北京")
    assert (place.topic, place.jurisdiction, place.section) == ("id-loss", "成都", None)
    kept = knowledge.answer("老年卡在哪办", context_topic="id-loss", jurisdiction="成都")
    assert (kept.topic, kept.jurisdiction) == ("old-bus", "成都")


def test_an_expired_entry_is_never_found(folder: Folder, fusion_file: Path, tmp_path: Path) -> None:
    folder.topic("old-rule", "取暖补贴", "每户补三百块钱。", ["取暖给不给补钱"], expires="2024-06-30")
    place = tmp_path / "index"
    _build(folder, fusion_file, place)
    knowledge = Knowledge.load(place, BagEncoder())
    assert knowledge.answer("取暖给不给补钱", as_of=date(2024, 6, 30)).topic == "old-rule"
    late = knowledge.answer("取暖给不给补钱", as_of=date(2024, 7, 1))
    assert "old-rule" not in [c.topic for c in late.candidates] and late.topic != "old-rule"
    assert late.outcome == "unanswered" and late.lapsed is not None and late.lapsed.id == "old-rule", (
        "no neighbour is answered in its place, and it can be said why"
    )
    leaning = knowledge.answer("要带什么材料", context_topic="old-rule", as_of=date(2024, 7, 1))
    assert leaning.topic != "old-rule" and leaning.lapsed is not None


def test_a_day_before_a_rule_is_not_answered_with_it(index: Path) -> None:
    knowledge = Knowledge.load(index, BagEncoder())
    assert knowledge.answer("身份证丢了咋补", as_of=date(2024, 1, 1)).topic == "id-loss"
    before = knowledge.answer("身份证丢了咋补", as_of=date(2023, 12, 31))
    assert (before.outcome, before.topic) == ("unanswered", None)
    assert before.lapsed is not None and before.lapsed.id == "id-loss"


def test_a_topic_added_as_files_is_live_without_a_restart(
    folder: Folder, fusion_file: Path, index: Path
) -> None:
    knowledge = Knowledge.load(index, BagEncoder())
    before = current_version(index)
    assert knowledge.answer("摆个卖红薯的摊要办照吗").topic != "stall"
    folder.topic(
        "stall", "摆摊与占道经营", "在划好的地方摆，先问街道。", ["摆摊要不要办照", "卖红薯的摊能摆哪"]
    )
    _build(folder, fusion_file, index)
    assert current_version(index) != before
    assert knowledge.answer("摆个卖红薯的摊要办照吗").topic == "stall"


def test_building_again_without_changes_encodes_nothing(
    folder: Folder, fusion_file: Path, index: Path
) -> None:
    class Refusing(BagEncoder):
        def queries(self, texts):  # type: ignore[no-untyped-def]
            raise AssertionError(f"{len(texts)} texts encoded")

        documents = queries

    same = build(folder.root, index, Refusing(), fusion_file, quiet=True)
    assert same.name == current_version(index)


def test_a_broken_entry_leaves_the_rest_answering(folder: Folder, fusion_file: Path, index: Path) -> None:
    (folder.root / "entries" / "things" / "old-bus.md").write_text("没有开头", encoding="utf-8")
    _build(folder, fusion_file, index)
    knowledge = Knowledge.load(index, BagEncoder())
    assert knowledge.answer("身份证丢了咋补").topic == "id-loss"
    assert "old-bus" not in knowledge.entries


def test_without_an_index_the_fix_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match=r"knowledge\.index build"):
        Knowledge.load(tmp_path, BagEncoder())


def test_an_empty_question_is_not_answered(index: Path) -> None:
    assert Knowledge.load(index, BagEncoder()).answer("").outcome != "answered"

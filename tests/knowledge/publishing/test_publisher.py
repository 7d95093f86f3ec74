"""What an author saves goes live or says why not; every version can be had again."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.answering import Knowledge
from knowledge.publishing.publisher import NoSuchVersion, Publisher
from knowledge.publishing.status import read_status
from knowledge.publishing.versions import Change, Versions, VersionsUnavailable
from tests.knowledge.small_folder import BagEncoder, Folder

LOSS = "entries/things/id-loss.md"


@pytest.fixture
def knowledge(index: Path, publisher: Publisher) -> Knowledge:
    return Knowledge.load(index, BagEncoder())


def edit(folder: Folder, path: str, old: str, new: str) -> None:
    file = folder.root / path
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")


def said(knowledge: Knowledge) -> str:
    entry = knowledge.answer("身份证丢了咋补").entry
    return entry.said if entry else ""


def test_the_first_round_takes_everything_as_version_one(publisher: Publisher, versions: Versions) -> None:
    newest = versions.newest()
    assert {"id-loss", "old-bus", "weather", "catalogue-things"} <= set(newest)
    assert {(v.version, v.by, v.kind) for v in newest.values()} == {(1, "起始", "first")}
    assert not publisher.publish().published


def test_an_edit_is_live_and_kept_with_who_and_when(
    folder: Folder, publisher: Publisher, versions: Versions, knowledge: Knowledge
) -> None:
    edit(folder, LOSS, "二十块钱", "四十块钱")
    publication = publisher.publish("李秀兰", "涨价了")
    assert [(v.item, v.version, v.by) for v in publication.published] == [("id-loss", 2, "李秀兰")]
    assert "四十块钱" in said(knowledge)
    last, first = versions.history("id-loss")
    assert last.at >= first.at and last.note == "涨价了"
    assert "四十块钱" in last.files[LOSS] and "二十块钱" in first.files[LOSS]


def test_without_a_name_the_owner_of_the_file_is_written_down(folder: Folder, publisher: Publisher) -> None:
    edit(folder, LOSS, "二十块钱", "四十块钱")
    (version,) = publisher.publish().published
    assert version.by == (folder.root / LOSS).owner()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("effective: 2024-01-01", "effective: 去年", "这样的日期"),
        ("带户口本去任何派出所补", "带户口本去任何派出所补" * 5, "最多 40 个"),
        ("## 材料", "## 要带的", "没有“要带的”这一节"),
        ("本人去就行。", "【待填：要点】", "还没有填"),
        ("near: []", "near: [nowhere]", "不是主题"),
    ],
    ids=["date", "length", "section", "blank", "near"],
)
def test_a_broken_edit_leaves_the_old_version_live_and_says_why(
    folder: Folder, publisher: Publisher, knowledge: Knowledge, index: Path, old: str, new: str, why: str
) -> None:
    edit(folder, LOSS, old, new)
    edit(folder, "entries/things/old-bus.md", "满六十五岁", "满七十岁")
    publication = publisher.publish()
    assert list(publication.held) == ["id-loss"]
    assert [v.item for v in publication.published] == ["old-bus"]
    assert said(knowledge) == "带户口本去任何派出所补，二十块钱。"
    status = read_status(index)
    assert status and status.held[0].file == LOSS and any(why in held.message for held in status.held)
    edit(folder, LOSS, new, old)
    assert not publisher.publish().held


def test_a_phrasing_that_belongs_to_another_topic_is_held_back(folder: Folder, publisher: Publisher) -> None:
    edit(folder, "entries/things/death-cancel.phrasings.txt", "# plain\n", "# plain\n身份证丢了咋补\n")
    publication = publisher.publish()
    assert list(publication.held) == ["death-cancel"]


def test_a_broken_catalogue_holds_back_itself_only(
    folder: Folder, publisher: Publisher, knowledge: Knowledge
) -> None:
    (folder.root / "catalogue" / "things.yml").write_text("topics: [{", "utf-8")
    edit(folder, LOSS, "二十块钱", "四十块钱")
    publication = publisher.publish()
    assert list(publication.held) == ["catalogue-things"]
    assert "四十块钱" in said(knowledge)


def test_going_back_restores_file_and_answer_as_a_new_version(
    folder: Folder, publisher: Publisher, versions: Versions, knowledge: Knowledge
) -> None:
    edit(folder, LOSS, "二十块钱", "四十块钱")
    publisher.publish("李秀兰")
    publisher.revert("id-loss", 1, "王主任")
    assert "二十块钱" in said(knowledge) and "二十块钱" in (folder.root / LOSS).read_text("utf-8")
    assert [(v.version, v.by, v.kind) for v in versions.history("id-loss")] == [
        (3, "王主任", "reverted"),
        (2, "李秀兰", "published"),
        (1, "起始", "first"),
    ]
    assert not publisher.publish().published
    with pytest.raises(NoSuchVersion):
        publisher.revert("id-loss", 9, "王主任")


def test_a_withdrawn_entry_is_no_longer_found_and_can_come_back(
    folder: Folder, publisher: Publisher, versions: Versions, knowledge: Knowledge
) -> None:
    for path in (folder.root / "entries" / "things").glob("id-loss.*"):
        path.unlink()
    publisher.publish("李秀兰")
    assert "id-loss" not in knowledge.entries
    assert versions.history("id-loss")[0].kind == "withdrawn"
    publisher.revert("id-loss", 1, "王主任")
    assert "二十块钱" in said(knowledge)


def test_nothing_goes_live_that_cannot_be_kept(
    folder: Folder, fusion_file: Path, index: Path, publisher: Publisher, knowledge: Knowledge, tmp_path: Path
) -> None:
    edit(folder, LOSS, "二十块钱", "四十块钱")
    nowhere = Versions(f"sqlite:///{tmp_path}/no/such/folder/x.db")
    with pytest.raises(VersionsUnavailable):
        Publisher(folder.root, index, nowhere, BagEncoder(), fusion_file).publish()
    assert "二十块钱" in said(knowledge)


def test_a_hurried_index_is_settled_and_answers_the_same(
    folder: Folder, publisher: Publisher, index: Path, knowledge: Knowledge
) -> None:
    edit(folder, "entries/things/id-loss.phrasings.txt", "# plain\n", "# plain\n补一张身份证\n")
    assert publisher.publish().index.endswith("-live")
    quick = knowledge.answer("补一张身份证")
    assert publisher.settle() and not knowledge.refresh().endswith("-live")
    exact = knowledge.answer("补一张身份证")
    assert quick.topic == exact.topic == "id-loss"
    assert not publisher.settle()


def test_only_changed_rows_are_encoded(
    folder: Folder, fusion_file: Path, index: Path, versions: Versions, publisher: Publisher
) -> None:
    seen: list[str] = []

    class Counting(BagEncoder):
        def queries(self, texts):  # type: ignore[no-untyped-def]
            seen.extend(texts)
            return super().queries(texts)

        documents = queries

    edit(folder, "entries/things/id-loss.phrasings.txt", "# plain\n", "# plain\n补一张身份证\n")
    Publisher(folder.root, index, versions, Counting(), fusion_file).publish()
    assert seen == ["补一张身份证"]


def test_the_same_content_is_no_new_version(versions: Versions) -> None:
    change = Change("a", {"entries/x/a.md": "甲"}, "李秀兰")
    assert len(versions.record([change])) == 1
    assert versions.record([change]) == []
    assert versions.get("a", 1) is not None and versions.get("a", 2) is None

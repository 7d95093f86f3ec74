"""A whole import: report, preview, atomicity, duplicates and contradictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from knowledge.importing.conflicts import Known
from knowledge.importing.passage import Passage, passage_from_json
from knowledge.importing.store import PassageStore
from knowledge.importing.taking import ImportReport, import_paths
from knowledge.laws.index import stage
from tests.knowledge.importing import office_files as files


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder as an office would hand it over: good files between bad ones."""
    folder = tmp_path / "office"
    folder.mkdir()
    (folder / "办法.md").write_text(files.LAW, encoding="utf-8")
    (folder / "README.md").write_text("# 说明", encoding="utf-8")
    (folder / "old.doc").write_bytes(b"old")
    (folder / "macro.xlsm").write_bytes(b"macro")
    (folder / "photo.jpg").write_bytes(b"jpg")
    files.encrypted_office(folder / "secret.docx")
    files.too_large(folder / "scan.pdf")
    files.workbook(folder / "问答.xlsx", {"一": [["问题", "答案"], ["寄存多少钱", "一年一百五十元"]]})
    return folder


@pytest.fixture
def store(tmp_path: Path) -> PassageStore:
    return PassageStore(tmp_path / "imported")


def by_name(report: ImportReport) -> dict[str, str]:
    return {Path(f.file).name: "refused" if f.refused else f"{f.taken}" for f in report.files}


def test_the_good_are_taken_and_each_bad_one_has_its_sentence(office: Path, store: PassageStore) -> None:
    report = import_paths([office], store=store)
    assert by_name(report) == {
        "macro.xlsm": "refused",
        "old.doc": "refused",
        "photo.jpg": "refused",
        "scan.pdf": "refused",
        "secret.docx": "refused",
        "办法.md": "4",
        "问答.xlsx": "1",
    }
    for file in report.files:
        assert all(str(refusal).endswith("。") for refusal in file.refusals)
    article = next(p for p in store.passages() if p.article == "第三条")
    assert article.provenance.file == "office/办法.md" and article.provenance.location == "第18行"
    assert article.source.article == "第三条" and article.imported_at
    assert passage_from_json(article.as_json()) == article


def test_preview_writes_nothing(office: Path, store: PassageStore, tmp_path: Path) -> None:
    report = import_paths([office], store=store, preview=True)
    assert report.taken == 5 and not report.stored
    assert not (tmp_path / "imported").exists()


def test_the_second_time_nothing_is_new_and_a_changed_file_replaces_itself(
    office: Path, store: PassageStore
) -> None:
    import_paths([office], store=store)
    again = import_paths([office], store=store)
    assert again.taken == 0 and sum(f.unchanged for f in again.files) == 2
    law = office / "办法.md"
    law.write_text(files.LAW.replace("一百二十元", "一百元"), encoding="utf-8")
    assert import_paths([office], store=store).taken == 4
    texts = [p.text for p in store.passages() if p.article == "第三条"]
    assert texts == ["骨灰寄存每年收费一百元。\n城乡特困人员不收费。"]


def test_a_failing_index_leaves_store_and_index_as_they_were(
    office: Path, store: PassageStore, tmp_path: Path
) -> None:
    index = tmp_path / "passages"
    import_paths([office / "问答.xlsx"], store=store, indexer=lambda passages: stage(passages, index))
    before, current = store.passages(), (index / "current").read_text()

    def failing(passages: Sequence[Passage]) -> Callable[[], str]:
        assert len(passages) == 5
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        import_paths([office], store=store, indexer=failing)
    assert store.passages() == before and (index / "current").read_text() == current
    assert (
        import_paths([office], store=store, indexer=lambda passages: stage(passages, index)).index != current
    )


def test_two_versions_that_differ_are_flagged_with_both_places(office: Path, store: PassageStore) -> None:
    import_paths([office], store=store)
    other = office / "办法-旧.md"
    other.write_text(files.LAW.replace("一百二十元", "八十元"), encoding="utf-8")
    flags = import_paths([other], store=store).flags
    money = [flag for flag in flags if flag.kind == "contradiction"]
    assert [(f.detail, f.here, f.there) for f in money] == [
        ("元：120 与 80", "办法-旧.md 第18行", "office/办法.md 第18行")
    ]
    assert any(flag.kind == "duplicate" for flag in flags)


def test_an_answer_that_differs_from_our_entry_is_flagged(office: Path, store: PassageStore) -> None:
    known = [Known("寄存多少钱", "一年一百二十元。", "条目 ashes")]
    flags = import_paths([office / "问答.xlsx"], store=store, known=known).flags
    assert [(flag.kind, flag.there) for flag in flags] == [("contradiction", "条目 ashes")]


def test_near_duplicates_are_found(tmp_path: Path, store: PassageStore) -> None:
    text = "申请人应当持居民身份证、居住证明到居住地派出所提出申请，派出所应当当场受理并出具回执，不得推诿。"
    for name, body in (("甲", text), ("乙", text.replace("不得推诿", "不得拒绝"))):
        (tmp_path / f"{name}.txt").write_text(f"{name}通知\n{body}\n", encoding="utf-8")
    flags = import_paths([tmp_path / "甲.txt", tmp_path / "乙.txt"], store=store).flags
    assert [flag.kind for flag in flags] == ["near"]


def test_a_missing_file_is_a_sentence(tmp_path: Path, store: PassageStore) -> None:
    report = import_paths([tmp_path / "没有.md"], store=store)
    assert "没有这个文件" in str(report.files[0].refusals[0])

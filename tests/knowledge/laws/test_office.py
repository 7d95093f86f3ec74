"""Answers from an office's own documents: right or silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge.importing.passage import Draft, Passage, PassageSource
from knowledge.laws.finding import Passages, PassagesMissing
from knowledge.laws.index import stage
from knowledge.laws.office import OfficeAnswer, heading, office_answer, where

HERE = Path(__file__).parent
DAY = date(2026, 1, 1)
ASKED = "图书室几点关门呀"


def rows(name: str) -> list[list[str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def corpus() -> list[Passage]:
    made = []
    for number, (kind, document, section, text) in enumerate(rows("office.tsv"), start=1):
        source = PassageSource(document, "", "青山镇人民政府", "", "", date(2025, 1, 1))
        draft = Draft(document, section, "", text, f"第{number}行", source, kind)
        made.append(draft.finish("青山镇.xlsx", "2026-01-01"))
    return made


def altered(**source: object) -> list[Passage]:
    return [replace(p, source=replace(p.source, **source)) for p in corpus()]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Passages:
    folder = tmp_path_factory.mktemp("office")
    stage(corpus(), folder)()
    return Passages(folder)


def ask(passages: list[Passage], folder: Path, **about: str) -> OfficeAnswer | None:
    stage(passages, folder)()
    return office_answer(Passages(folder), ASKED, as_of=DAY, **about)


def test_most_are_answered_and_no_answer_is_wrong(found: Passages) -> None:
    right, wrong, asked = 0, [], 0
    for question, section in rows("office-questions.tsv"):
        answer = office_answer(found, question, as_of=DAY)
        asked += section != "-"
        right += answer is not None and answer.passage.section == section
        wrong += [question] if answer is not None and answer.passage.section != section else []
    assert wrong == []
    assert right >= 0.7 * asked


def test_an_answer_cites_its_section_and_place(found: Passages) -> None:
    answer = office_answer(found, ASKED, as_of=DAY)
    assert answer is not None and (answer.heading, answer.place) == ("图书室几点关门", "青山镇")
    assert answer.passage.provenance.location == "第8行" and answer.passage.source.document == "青山镇常见问题"


@pytest.mark.parametrize("lacking", [{"issuer": ""}, {"effective": None}, {"document": ""}])
def test_a_source_that_is_not_whole_is_no_answer(tmp_path: Path, lacking: dict[str, object]) -> None:
    assert ask(corpus(), tmp_path) is not None
    assert ask(altered(**lacking), tmp_path) is None


def test_what_does_not_hold_yet_is_no_answer(tmp_path: Path) -> None:
    assert ask(altered(effective=date(2030, 1, 1)), tmp_path) is None


def test_two_passages_that_fit_alike_are_no_answer(tmp_path: Path) -> None:
    first = corpus()[7]
    other = replace(first, id="other", text="晚上八点关门。")
    assert ask([*corpus(), other], tmp_path) is None
    same = replace(first, id="same", section="图书室几点钟关门")
    assert ask([*corpus(), same], tmp_path) is not None, "two wordings of one answer are no doubt"


def test_the_place_of_a_text_must_be_known_and_be_the_one_asked_about(tmp_path: Path) -> None:
    placeless = altered(issuer="便民服务中心")
    assert ask(placeless, tmp_path) is None
    answer = ask(placeless, tmp_path, home="青山县")
    assert answer is not None and answer.place == "青山县"
    assert ask(corpus(), tmp_path, named="成都") is None and ask(corpus(), tmp_path, named="青山") is not None
    assert ask(altered(issuer="国务院"), tmp_path, named="成都") is not None


@pytest.mark.parametrize(
    ("issuer", "place"),
    [("青山镇人民政府", "青山镇"), ("成都市人力资源和社会保障局", "成都市"), ("国家税务总局", "全国"),
     ("住房和城乡建设局", None), ("民政局", None)],
)  # fmt: skip
def test_where_a_text_holds(issuer: str, place: str | None) -> None:
    assert where(issuer, None) == place


@pytest.mark.parametrize("words", ["要什么材料", "几点关门", "图书室几点关门，依据是哪条", "老年法第二条"])
def test_what_leans_on_an_answer_before_and_what_asks_for_a_basis(found: Passages, words: str) -> None:
    assert office_answer(found, words, as_of=DAY) is None


def test_an_item_is_about_its_name_and_part(found: Passages) -> None:
    papers = next(p for p in corpus() if p.kind == "item")
    assert heading(papers) == "红白喜事场地预约：申请材料"
    answer = office_answer(found, "红白喜事场地预约的申请材料", as_of=DAY)
    assert answer is not None and answer.passage == papers


def test_laws_are_left_to_their_own_answers(tmp_path: Path) -> None:
    assert ask([replace(p, kind="law") for p in corpus()], tmp_path) is None


def test_nothing_imported(tmp_path: Path) -> None:
    with pytest.raises(PassagesMissing):
        office_answer(Passages(tmp_path), ASKED)

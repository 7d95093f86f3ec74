"""The passage index: by article, by words, by vectors; dates; a swap while running; the real laws."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.importing.passage import Draft, Passage, PassageSource
from knowledge.importing.store import PassageStore
from knowledge.importing.taking import import_paths
from knowledge.laws.finding import Passages, PassagesMissing
from knowledge.laws.index import stage
from tests.knowledge.small_folder import BagEncoder

DAY = date(2026, 1, 1)


def passage(
    document: str, article: str, text: str, effective: date | None = DAY, issuer: str = "国务院"
) -> Passage:
    source = PassageSource(document, "", issuer, "", "", effective)
    return Draft(document, "", article, text, "第1行", source, "law").finish("a.md", "2026-01-01")


LAWS = [
    passage("中华人民共和国老年法", "第二条", "本法所称老年人是指六十周岁以上的公民。"),
    passage("中华人民共和国老年法", "第三条", "国家保障老年人依法享有的权益。"),
    passage("婚姻登记条例", "第九条", "申请结婚登记的当事人有下列情形之一的，婚姻登记机关不予登记。"),
    passage("公积金办法", "第五条", "公积金提取由中心办理。", date(2030, 1, 1)),
    passage("某规定", "第一条", "没有写发布机关的规定说驾驶证有效期六年。", issuer=""),
]


@pytest.fixture
def found(tmp_path: Path) -> Passages:
    stage(LAWS, tmp_path)()
    return Passages(tmp_path)


def test_a_named_article_comes_alone(found: Passages) -> None:
    hits = found.find("婚姻登记条例第9条是什么", as_of=DAY)
    assert [(h.passage.article, h.exact) for h in hits] == [("第九条", True)]


def test_words_find_the_definition(found: Passages) -> None:
    assert found.find("几岁算老年人", as_of=DAY)[0].passage.article == "第二条"


def test_a_basis_is_answered_and_an_ordinary_question_is_not(found: Passages) -> None:
    answer = found.law_answer("几岁算老年人 依据是哪条", as_of=DAY)
    assert answer is not None and answer.source.complete and answer.source.article == "第二条"
    assert found.law_answer("几岁算老年人", as_of=DAY) is None
    assert found.law_answer("养狗办证依据是哪条", as_of=DAY) is None
    assert found.law_answer("老年法第九十九条", as_of=DAY) is None


def test_not_in_force_and_without_issuer_are_never_answered(found: Passages) -> None:
    assert found.law_answer("公积金办法第五条", as_of=DAY) is None
    assert found.law_answer("公积金办法第五条", as_of=date(2030, 6, 1)) is not None
    assert found.find("某规定第一条", as_of=DAY) and found.law_answer("某规定第一条", as_of=DAY) is None


def test_the_wording_behind_an_entrys_source(found: Passages) -> None:
    cited = found.cited("老年法", "第二条、第三条", as_of=DAY)
    assert cited is not None and cited.article == "第二条"


def test_vectors_only_reorder_what_words_found(tmp_path: Path) -> None:
    stage(LAWS, tmp_path, BagEncoder())()
    hits = Passages(tmp_path, BagEncoder()).find("婚姻登记机关不予登记", as_of=DAY)
    assert hits[0].passage.article == "第九条" and all(hit.score > 0 for hit in hits)


def test_a_new_index_is_used_from_the_next_question(tmp_path: Path) -> None:
    stage(LAWS[:2], tmp_path)()
    found = Passages(tmp_path)
    assert not found.find("结婚登记", as_of=DAY)
    switch = stage(LAWS, tmp_path)
    assert not found.find("结婚登记", as_of=DAY)
    switch()
    assert found.find("结婚登记", as_of=DAY)


def test_nothing_imported(tmp_path: Path) -> None:
    with pytest.raises(PassagesMissing, match="还没有导入"):
        Passages(tmp_path).find("什么")
    assert Passages(tmp_path).law_answer("老年法第二条") is None
    stage([], tmp_path)()
    assert Passages(tmp_path).find("什么都没有的问题") == []


@pytest.mark.shared
def test_the_real_laws(shared: Path, tmp_path: Path) -> None:
    """The two questions of the request, over five of the laws."""
    names = ("社会保险法", "老年人权益保障法", "婚姻登记条例", "民法典-第五编婚姻家庭", "未成年人保护法")
    laws = [shared / "laws" / f"{name}.md" for name in names]
    store = PassageStore(tmp_path / "imported")
    report = import_paths(laws, store=store, indexer=lambda passages: stage(passages, tmp_path / "index"))
    assert report.refusals == 0 and all(file.kind == "法规" for file in report.files)
    found = Passages(tmp_path / "index")
    for question, document, article in (
        ("社会保险法第十六条", "中华人民共和国社会保险法", "第十六条"),
        ("几岁算老年人 依据是哪条", "中华人民共和国老年人权益保障法", "第二条"),
        ("民法典第一千零七十七条", "中华人民共和国民法典", "第一千零七十七条"),
        ("婚姻登记条例第9条", "婚姻登记条例", "第九条"),
    ):
        answer = found.law_answer(question)
        assert answer is not None and (answer.document, answer.article) == (document, article)
        assert answer.source.complete and answer.source.url

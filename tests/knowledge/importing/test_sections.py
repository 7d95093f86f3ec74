"""Cutting: what is no provision is left out, what stands beside it is not, annexed texts have their own name."""

from __future__ import annotations

from datetime import date

from knowledge.importing.reading import Facts, Line
from knowledge.importing.sections import cut

TEXT = """某某决定
（2024年9月13日第十一次会议通过）
为了适应新形势，决定如下：
一、分十五年慢慢来。
二、批准《某院关于慢慢来的办法》。
某院关于慢慢来的办法
第一条 每四个月推一个月。
第二条 三年为限。
第三条 自愿选择。"""


def test_an_approved_text_is_a_document_of_its_own() -> None:
    lines = [Line(text, f"第{n}行", 1 if n == 1 else 0) for n, text in enumerate(TEXT.split("\n"), 1)]
    drafts = cut(lines, Facts(issuer="某会", effective=date(2025, 1, 1)), "x").drafts
    own = [d for d in drafts if d.document == "某某决定"]
    assert [d.text for d in own] == [
        "为了适应新形势，决定如下：\n一、分十五年慢慢来。\n二、批准《某院关于慢慢来的办法》。"
    ], "who passed it and when is no provision; the rest of that passage stays"
    annexed = [d for d in drafts if d.document == "某院关于慢慢来的办法"]
    assert [d.article for d in annexed] == ["第一条", "第二条", "第三条"]
    assert {d.source.document for d in annexed} == {"某院关于慢慢来的办法"}
    assert {d.source.effective for d in annexed} == {date(2025, 1, 1)}

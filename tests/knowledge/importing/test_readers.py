"""Each kind of file: what is taken, with which place, and what is refused in which words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge.importing.archive import check_office, check_size
from knowledge.importing.items import read_items
from knowledge.importing.markdown import read_markdown, read_plain
from knowledge.importing.portable import read_pdf
from knowledge.importing.reading import Reading, Refused
from knowledge.importing.sheet import read_csv, read_workbook
from knowledge.importing.webpage import read_page
from knowledge.importing.word import read_word
from tests.knowledge.importing import office_files as files


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def said(reading: Reading) -> list[str]:
    return [str(refusal) for refusal in reading.refusals]


def test_a_law_in_markdown_is_cut_by_article(tmp_path: Path) -> None:
    reading = read_markdown(write(tmp_path / "a.md", files.LAW))
    assert reading.kind == "法规" and not reading.refusals
    assert [d.article for d in reading.drafts] == ["第一条", "第二条", "第三条", "第四条"]
    third = reading.drafts[2]
    assert third.section == "第一章 总则" and third.location == "第18行"
    assert third.text == "骨灰寄存每年收费一百二十元。\n城乡特困人员不收费。"
    assert third.source.document == "某某市殡葬服务办法" and third.source.effective == date(2024, 3, 1)
    assert third.source.number == "某某市人民政府令第12号" and third.source.complete


def test_a_book_of_a_code_belongs_to_the_code(tmp_path: Path) -> None:
    title = "某某法典 第五编家事"
    text = f"---\ntitle: {title}\n---\n# {title}\n### 第一章 规定\n\n第九条 甲。\n\n第十条 乙。\n"
    reading = read_markdown(write(tmp_path / "a.md", text))
    assert {d.document for d in reading.drafts} == {"某某法典"}
    assert reading.drafts[0].section == "第五编家事 第一章 规定"


@pytest.mark.parametrize(
    ("front", "sentence"),
    [
        ("title: 甲\neffective: 2024-02-30", "第3行：施行日期“2024-02-30”不是日期，没有收这个日期。"),
        ("title: 甲\nnote: OLD: by decree\nissuer: 乙局", "第3行：这一行的文件信息格式不对"),
        ("- 甲\n- 乙", "第2行：开头的文件信息应当是“名称: 内容”，没有读。"),
    ],
)
def test_bad_front_matter_is_named_by_line_and_the_text_still_taken(
    tmp_path: Path, front: str, sentence: str
) -> None:
    reading = read_markdown(write(tmp_path / "a.md", f"---\n{front}\n---\n\n正文在这里。\n"))
    assert any(line.startswith(sentence) for line in said(reading))
    assert [d.text for d in reading.drafts] == ["正文在这里。"]


def test_the_lines_beside_a_broken_one_are_still_read(tmp_path: Path) -> None:
    text = "---\ntitle: 甲办法\nnote: OLD: by decree\nissuer: 乙局\n---\n\n正文。\n"
    draft = read_markdown(write(tmp_path / "a.md", text)).drafts[0]
    assert (draft.document, draft.source.issuer, draft.note) == ("甲办法", "乙局", "OLD: by decree")


def test_front_matter_that_never_ends(tmp_path: Path) -> None:
    reading = read_markdown(write(tmp_path / "a.md", "---\ntitle: 甲\n\n正文。\n"))
    assert any("没有收尾" in line for line in said(reading)) and reading.drafts


def test_plain_text_in_gb18030(tmp_path: Path) -> None:
    reading = read_plain(write(tmp_path / "通知.txt", "通知\n请大家带身份证来。\n", "gb18030"))
    assert reading.encoding == "GB18030" and reading.drafts[0].document == "通知"


def test_word_headings_tables_and_facts(tmp_path: Path) -> None:
    reading = read_word(files.word(tmp_path / "a.docx"))
    sections = {d.section: d for d in reading.drafts}
    assert sections["发放标准"].location == "第6段"
    assert sections["发放标准"].source.number == "某府发〔2025〕7号"
    assert sections["发放标准"].source.effective == date(2025, 1, 1)
    assert sections["津贴多少钱"].text == "每月一百元" and sections["津贴多少钱"].kind == "question"
    assert "表1第3行：没有答案，没有收。" in said(reading)


def test_workbook_rows_formulas_and_dates(tmp_path: Path) -> None:
    rows = [
        ["常见问题", "", "", ""],
        ["问题", "答案", "依据", "施行日期"],
        ["补身份证多少钱", "四十元", "《身份证法》", "2024-01-01"],
        ["几天能拿", "=1+1", "", ""],
        ["", "没有问题的答案", "", ""],
        ["坏日期", "有答案", "", "2024年13月1日"],
    ]
    book = files.workbook(tmp_path / "a.xlsx", {"问答": rows, "说明": [["只有说明"]]})
    reading = read_workbook(book)
    assert [(d.section, d.location) for d in reading.drafts] == [
        ("补身份证多少钱", "表“问答”第3行"),
        ("坏日期", "表“问答”第6行"),
    ]
    assert reading.drafts[0].source.document == "身份证法"
    assert [r.location for r in reading.refusals] == [
        "表“问答”第4行",
        "表“问答”第5行",
        "表“问答”第6行",
        "表“说明”",
    ]
    assert "公式" in reading.refusals[0].message


def test_csv_in_gb18030_with_lines_in_cells(tmp_path: Path) -> None:
    text = '问题,答案\n"补证\n多少钱",四十元\n要几天,\n'
    reading = read_csv(write(tmp_path / "a.csv", text, "gb18030"))
    assert reading.drafts[0].location == "第2行" and said(reading) == ["第4行：没有答案，没有收。"]


def test_csv_without_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="没有“问题”和“答案”两列"):
        read_csv(write(tmp_path / "a.csv", "甲,乙\n一,二\n"))


def test_pdf_paragraphs_pages_and_scans(tmp_path: Path) -> None:
    pages = [
        ["某某市养犬办法", "第一条 为了管理养犬，", "制定本办法。", "- 1 -"],
        [],
        ["第二条 每户限养一只。", "第三条 登记费每年一百元。"],
    ]
    reading = read_pdf(files.pdf(tmp_path / "a.pdf", pages))
    assert [(d.article, d.text, d.location) for d in reading.drafts if d.article] == [
        ("第一条", "为了管理养犬，制定本办法。", "第1页"),
        ("第二条", "每户限养一只。", "第3页"),
        ("第三条", "登记费每年一百元。", "第3页"),
    ]
    assert "第2页：没有文字，可能是扫描的图片，没有收。" in said(reading)


def test_pdf_that_takes_too_long_is_taken_as_far_as_it_was_read(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="没有能用的文字"):
        read_pdf(files.pdf(tmp_path / "a.pdf", [["有字的一页。"]]), deadline=0.0)


def test_html_without_scripts_and_hidden_parts(tmp_path: Path) -> None:
    text = """<html><head><meta name="ContentSource" content="某某市民政局"><title>t</title></head><body>
<script>alert("偷偷")</script><h1>低保办事指南</h1>
<div style="display: none">看不见的字</div>
<h2>申请材料</h2><p>身份证、户口簿<b>原件</b>。</p>
<table><tr><th>问题</th><th>答案</th></tr><tr><td>多久</td><td>二十天</td></tr></table></body></html>"""
    reading = read_page(write(tmp_path / "a.html", text))
    everything = "".join(d.text for d in reading.drafts)
    assert "偷偷" not in everything and "看不见" not in everything
    papers = next(d for d in reading.drafts if d.section == "申请材料")
    assert papers.text == "身份证、户口簿原件。" and papers.location == "第4行"
    assert papers.source.issuer == "某某市民政局" and papers.document == "低保办事指南"
    assert any(d.section == "多久" and d.kind == "question" for d in reading.drafts)
    assert any("脚本" in line for line in said(reading))


def test_html_nested_absurdly_deep_is_text_or_a_sentence(tmp_path: Path) -> None:
    page = write(tmp_path / "a.html", "<div>" * 5000 + "底" + "</div>" * 5000)
    try:
        assert "".join(d.text for d in read_page(page).drafts) in ("底", "")
    except Refused as error:
        assert "套得太深" in str(error)


def test_items_by_section_and_broken_lines_by_number(tmp_path: Path) -> None:
    item = {
        "code": "1",
        "name": "居住证办理",
        "department": "公安局",
        "area": "某市",
        "conditions": "住满半年。",
        "materials": ["身份证", "租房合同"],
        "promised_limit": "15(工作日)",
        "where": "派出所",
        "phone": "12345",
    }
    lines = [json.dumps(item, ensure_ascii=False), "{broken", '["list"]', '{"name": "无部门"}']
    lines += [json.dumps(item, ensure_ascii=False), '{"name": "空", "department": "局", "code": "2"}']
    reading = read_items(write(tmp_path / "items.jsonl", "\n".join(lines)))
    assert [d.section.split()[-1] for d in reading.drafts] == ["受理条件", "申请材料", "办理时限", "办理地点"]
    assert reading.drafts[1].text == "身份证、租房合同"
    assert [r.location for r in reading.refusals] == ["第2行", "第3行", "第4行", "第5行", "第6行"]


@pytest.mark.parametrize(
    ("make", "name", "check", "sentence"),
    [
        (files.encrypted_office, "a.docx", check_office, "加了密码"),
        (files.bomb, "a.docx", check_office, "压缩炸弹"),
        (files.with_macros, "a.xlsx", check_office, "带有宏"),
        (files.too_large, "a.pdf", check_size, "太大了：200 MB"),
        (lambda p: write(p, "不是压缩包"), "a.docx", check_office, "文件坏了"),
        (lambda p: write(p, ""), "a.md", check_size, "空文件"),
        (lambda p: files.pdf(p, [["密"]], "secret"), "a.pdf", read_pdf, "加了密码"),
        (lambda p: write(p, "%PDF-1.4 broken"), "a.pdf", read_pdf, "坏了"),
    ],
)
def test_what_is_refused_whole(
    tmp_path: Path, make: Callable[[Path], Path], name: str, check: Callable[[Path], object], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        check(make(tmp_path / name))

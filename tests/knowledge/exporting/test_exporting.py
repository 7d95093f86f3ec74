"""The loudspeaker script and the large-print page."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest

from knowledge.entry import Entry, parse_entry
from knowledge.exporting.broadcast import LONGEST, broadcast_of, short_sentences
from knowledge.exporting.slip import PrinterMissing, find_browser, save_slip, slip_html
from knowledge.store import load_store
from tests.knowledge.small_folder import ENTRY


@pytest.fixture
def entry() -> Entry:
    text = ENTRY.format(
        id="old-bus", title="老人坐公交", said="满六十五岁坐公交不要钱。", near="", expires="null"
    )
    made, problems = parse_entry(text, "a.md", "things")
    assert made is not None and not problems
    return made


def test_the_script_says_everything_twice_in_short_sentences(entry: Entry) -> None:
    script = broadcast_of(entry)
    assert script.spoken.count("满六十五岁坐公交不要钱。") == 2
    assert "某某条例" in script.text and "某某条例" not in script.spoken
    assert all(len(sentence) <= LONGEST + 1 for sentence in script.sentences)


def test_every_entry_of_ours_makes_a_script() -> None:
    for entry in load_store().entries.values():
        script = broadcast_of(entry)
        assert all(len(sentence) <= LONGEST + 1 for sentence in script.sentences), entry.id
        assert not set("（）()“”《》【】") & set("".join(script.sentences)) - set("《》"), entry.id


def test_long_sentences_are_cut_at_their_marks() -> None:
    text = "本人带身份证、户口簿和两张一寸照片，到户籍所在地的派出所户籍窗口去申请补领（异地也可以）。"
    assert short_sentences(text) == [
        "本人带身份证、户口簿和两张一寸照片。",
        "到户籍所在地的派出所户籍窗口去申请补领。",
    ]


def test_the_page_escapes_what_it_is_given(entry: Entry) -> None:
    from dataclasses import replace

    page = slip_html(replace(entry, title="<script>alert(1)</script>"))
    assert "<script>" not in page and "某某条例" in page and "2024-01-01 起施行" in page


def test_without_a_browser_it_says_what_to_do(
    entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIANGYIN_CHROMIUM", "no-such-program")
    with pytest.raises(PrinterMissing, match="没有 Chromium"):
        save_slip(entry, tmp_path / "a.pdf")
    save_slip(entry, tmp_path / "a.html")
    assert "老人坐公交" in (tmp_path / "a.html").read_text(encoding="utf-8")


@pytest.mark.process
def test_the_pdf_is_one_a5_page(entry: Entry, tmp_path: Path) -> None:
    if find_browser() is None:
        pytest.skip("no Chromium here")
    save_slip(entry, tmp_path / "a.pdf")
    pages = pypdf.PdfReader(tmp_path / "a.pdf").pages
    width, height = (round(float(side) * 25.4 / 72) for side in pages[0].mediabox[2:])
    assert len(pages) == 1 and (width, height) == (148, 210)

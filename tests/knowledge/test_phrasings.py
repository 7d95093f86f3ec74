"""Phrasing files and boundary files: styles, dialects, faults with their lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.boundary import parse_boundary
from knowledge.phrasings import LONGEST, SHORTEST, parse_phrasings, same_wording


def test_styles_and_dialects_follow_their_headers() -> None:
    lines, problems = parse_phrasings(
        "# plain\n咋补身份证\n\n# dialect sichuan\n啷个补嘛\n# story\n包丢了", "x.txt"
    )
    assert problems == []
    assert [(p.text, p.style, p.dialect, p.line) for p in lines] == [
        ("咋补身份证", "plain", "mandarin", 2),
        ("啷个补嘛", "dialect", "sichuan", 5),
        ("包丢了", "story", "mandarin", 7),
    ]


def test_faults_name_their_line_and_the_rest_is_kept() -> None:
    text = "没有标题\n# plain\n好\n# dialect klingon\n咋补\n# fancy\n# plain\n怎么补身份证"
    lines, problems = parse_phrasings(text, "x.txt")
    assert [p.text for p in lines] == ["怎么补身份证"]
    assert [p.line for p in problems] == [1, 3, 4, 5, 6]


@given(st.text())
def test_whatever_is_kept_is_usable(text: str) -> None:
    lines, _ = parse_phrasings("# plain\n" + text, "x.txt")
    for line in lines:
        assert SHORTEST <= len(line.text) <= LONGEST
        assert line.text == line.text.strip()


@given(st.text())
def test_same_wording_ignores_marks_and_is_stable(text: str) -> None:
    assert same_wording(f"{text}？！ ") == same_wording(text)
    assert same_wording(same_wording(text)) == same_wording(text)


def test_a_boundary_file_is_read() -> None:
    text = "id: fire\ntitle: 火\noutcome: emergency\nhotline: '119'\nsay: 打。\nphrasings:\n  mandarin:\n    - 着火了\n"
    boundary, problems = parse_boundary(text, "fire.yml")
    assert problems == []
    assert boundary is not None
    assert (boundary.hotline, boundary.phrasings[0].text, boundary.phrasings[0].line) == ("119", "着火了", 8)


@given(st.text())
def test_any_boundary_text_is_read_or_refused(text: str) -> None:
    boundary, problems = parse_boundary(text, "x.yml")
    assert (boundary is None) == bool(problems)


def test_a_boundary_with_an_unknown_outcome_is_refused() -> None:
    boundary, problems = parse_boundary(
        "id: a\ntitle: b\noutcome: maybe\nsay: c\nphrasings: {mandarin: [着火了]}", "x.yml"
    )
    assert boundary is None
    assert str(problems[0]).startswith("x.yml:3: outcome 只能是 ")
    text = "id: a\ntitle: b\noutcome: human\nsay: c\nphrasings:\n  klingon: [着火了]\n  mandarin:\n    - 119"
    assert [p.line for p in parse_boundary(text, "x.yml")[1]] == [6, 8]

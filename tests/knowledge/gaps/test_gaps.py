"""Grouping, nearest topics, closing and drafting, on the small folder and with the encoder without a model."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from knowledge.answering import Knowledge
from knowledge.entry import parse_entry
from knowledge.gaps.case import Case
from knowledge.gaps.closing import Closings, failed_entry, open_groups
from knowledge.gaps.draft import Draft, draft
from knowledge.gaps.grouping import Group, group_cases, group_id
from knowledge.gaps.nearest import Near, Thoughts
from knowledge.index import build
from knowledge.lint import BLANK, lint
from knowledge.phrasings import parse_phrasings, same_wording
from knowledge.store import load_store
from tests.knowledge.small_folder import BagEncoder, Folder

DOGS = ["养狗的狗证在哪里办", "狗证在哪里办", "养狗的证在哪里办呀", "狗证在哪里办要钱不"]
GAS = ["天然气怎么开户", "新房子天然气开户要啥", "天然气开户去哪里"]


def case(turn: int, wording: str, **about: str) -> Case:
    fields = {"at": "2026-11-01T08:00:00+00:00", "kind": "unanswered", "channel": "web", "place": ""}
    fields |= {"conversation": f"c{turn}", "dialect": "mandarin", **about}
    return Case(turn=turn, wording=wording, **fields)  # type: ignore[arg-type]


def grouped(cases: list[Case], leads: list[str] | None = None) -> list[Group]:
    return group_cases(cases, BagEncoder(), lambda _: {}, leads or [])


def mixed() -> list[Case]:
    wordings = [w for pair in zip(DOGS, [*GAS, "天然气开户"], strict=True) for w in pair]
    return [case(i, wording) for i, wording in enumerate(wordings, start=1)]


def test_what_asks_for_the_same_is_one_group() -> None:
    groups = grouped(mixed())
    assert [{c.wording for c in g.cases} for g in groups] == [set(DOGS), {*GAS, "天然气开户"}]
    assert [g.lead for g in groups] == [DOGS[0], GAS[0]]


def test_what_sounds_the_same_is_one_group() -> None:
    first, second = grouped([case(1, "狗证在哪里办"), case(2, "天然气怎么开户")])
    misheard = grouped([case(1, "狗证在哪里办"), case(2, "天然气怎么开户"), case(3, "狗正在哪里办")])
    assert [len(g.cases) for g in misheard] == [2, 1]
    assert [g.id for g in misheard] == [first.id, second.id]


def test_later_cases_move_nothing_and_order_of_input_does_not_matter() -> None:
    cases = mixed()
    before, after = grouped(cases[:5]), grouped(list(reversed(cases)))
    for group in before:
        same = next(g for g in after if g.id == group.id)
        assert set(group.cases) <= set(same.cases)


def test_people_are_counted_once_and_wordings_compared_without_punctuation() -> None:
    cases = [case(1, "狗证在哪里办？", conversation="a"), case(2, "狗证在哪里办", conversation="a")]
    (group,) = grouped(cases)
    assert (group.people, len(group.cases)) == (1, 2)


@pytest.fixture
def closings(tmp_path: Path) -> Closings:
    return Closings(f"sqlite:///{tmp_path / 'x.db'}")


def test_what_is_not_ours_stays_closed_for_new_cases(closings: Closings) -> None:
    dogs, _ = grouped(mixed())
    closing = closings.close(dogs, "王主任", "out-of-scope", note="找公安")
    assert (closing.by, closing.how) == ("王主任", "out-of-scope") and closing.at
    known = closings.all()
    later = grouped([*mixed(), case(20, "养狗的狗证去哪里办")])
    assert [g.lead for g in open_groups(later, known)] == [GAS[0]]
    records_gone = grouped([case(20, "养狗的狗证去哪里办")], [c.lead for c in known])
    assert open_groups(records_gone, known) == []


def test_an_entry_that_does_not_answer_is_named_when_people_ask_again(closings: Closings) -> None:
    dogs, _ = grouped(mixed())
    closings.close(dogs, "李秀兰", "answered", "dog-licence")
    known = closings.all()
    assert [g.lead for g in open_groups(grouped(mixed()), known)] == [GAS[0]]
    again = open_groups(grouped([*mixed(), case(20, "养狗的狗证去哪里办")]), known)
    assert [[c.turn for c in g.cases] for g in again if g.id == dogs.id] == [[20]]
    assert failed_entry(again[0], known) == "dog-licence"


@pytest.mark.parametrize(("by", "how"), [("", "answered"), ("李秀兰", "later")])
def test_closing_needs_a_name_and_a_reason(closings: Closings, by: str, how: str) -> None:
    with pytest.raises(ValueError):
        closings.close(grouped(mixed())[0], by, how)


def test_nearest_topics_and_boundaries_are_named(folder: Folder, fusion_file: Path, tmp_path: Path) -> None:
    build(folder.root, tmp_path / "index", BagEncoder(), fusion_file, quiet=True)
    thoughts = Thoughts(Knowledge.load(tmp_path / "index", BagEncoder()))
    near = thoughts.near(["身份证让人偷了", "证件丢了咋补"])
    assert near[0].topic == "id-loss" and near[0].title == "身份证丢失补领" and 0 < near[0].share <= 1
    assert thoughts.boundary(["明天下不下雨", "今天多少度呀"]) == "weather"
    assert thoughts.boundary(["身份证丢了咋补"]) is None


def drafted(cases: list[Case], taken: set[str] | None = None) -> Draft:
    group = Group(group_id(cases[0].wording), cases[0].wording, tuple(cases))
    near = [Near("id-loss", "身份证丢失补领", 0.4)]
    return draft(group, "dog-licence", "things", near, taken or set(), date(2026, 11, 25))


def test_a_draft_is_wrong_in_its_blanks_only() -> None:
    made = drafted([case(i, w) for i, w in enumerate(DOGS, start=1)])
    entry, problems = parse_entry(made.entry, "dog-licence.md", "things")
    lines = made.entry.splitlines()
    assert entry is None and problems
    assert all(BLANK in lines[problem.line - 1] for problem in problems)


def test_a_draft_filled_in_is_an_entry_that_lint_accepts(folder: Folder) -> None:
    made = drafted([case(i, w) for i, w in enumerate(DOGS, start=1)])
    fill = {"level": "national", "effective": "2024-01-01"}

    def filled(text: str) -> str:
        lines = [
            re.sub(f"{BLANK}[^】]*】", fill.get(line.strip().split(":")[0], "养犬登记"), line)
            for line in text.splitlines()
        ]
        return "\n".join(lines) + "\n"

    place = folder.root / "entries" / "things"
    (place / "dog-licence.md").write_text(made.entry, "utf-8")
    (place / "dog-licence.phrasings.txt").write_text(made.phrasings, "utf-8")
    (place / "dog-licence.catalogue.yml").write_text(made.catalogue, "utf-8")
    assert any(problem.severity == "error" for problem in lint(load_store(folder.root)))
    (place / "dog-licence.md").write_text(filled(made.entry), "utf-8")
    folder.topic_row("dog-licence", "养犬登记")
    errors = [p for p in lint(load_store(folder.root)) if p.severity == "error"]
    assert errors == []
    assert load_store(folder.root).entries["dog-licence"].title == "养犬登记"
    assert "- id: dog-licence" in filled(made.catalogue)


def test_the_phrasings_are_the_real_wordings_by_style_without_masks() -> None:
    made = drafted(
        [
            case(1, "养狗要不要办证"),
            case(2, "我叫（姓名），养狗要不要办证嘛", dialect="sichuan"),
            case(3, "狗证咋办"),
            case(4, "嗯养狗那个证要不要办"),
            case(5, "儿子给我买了个小狗养在屋里头，邻居说养狗要不要办证我也不晓得"),
            case(6, "养狗要不要办证" * 12),
            case(7, "养狗要不要办证吗"),
        ],
        {same_wording("养狗要不要办证吗")},
    )
    lines, problems = parse_phrasings(made.phrasings, "x.phrasings.txt")
    assert not problems
    assert {(line.style, line.dialect) for line in lines} == {
        ("plain", "mandarin"), ("dialect", "sichuan"), ("fragment", "mandarin"),
        ("hesitating", "mandarin"), ("story", "mandarin"),
    }  # fmt: skip
    assert "姓名" not in made.phrasings
    assert {why for _, why in made.left_out} == {"超过 60 个字", "别的主题已经有这一句"}


@pytest.mark.parametrize("topic", ["狗证", "Dog", "dog licence", "../x", ""])
def test_an_id_is_plain(topic: str) -> None:
    with pytest.raises(ValueError):
        draft(grouped(mixed())[0], topic, "things", [], set(), date(2026, 11, 25))

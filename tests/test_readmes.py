"""What is written about the rooms is true: every file is named, both languages say the same, no command is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("actions", "assistant", "audio", "bench", "dialects", "knowledge", "nlu")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_a_readme_and_the_front_page_names_the_room(room: str) -> None:
    assert (ROOT / room / "README.md").is_file()
    assert f"`{room}/`" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("room", ["assistant", "bench", "nlu"])
def test_a_rooms_table_names_every_file_and_nothing_that_is_gone(room: str) -> None:
    text = (ROOT / room / "README.md").read_text("utf-8")
    table = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    named = {name for cell in table for name in re.findall(r"`([^`]+)`", cell)}
    files = {path.name for path in (ROOT / room).glob("*.*") if path.is_file()} - {"__init__.py", "README.md"}
    assert files <= named
    paths = [name.partition("<")[0] for name in named]
    assert [name for name in paths if not any((ROOT / room).glob(name))] == []


def test_the_chinese_front_page_is_a_twin_of_the_english_one() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md"))
    assert shape(english) == shape(chinese)
    links = re.compile(r"\]\((docs/[^)]+)\)")
    assert sorted(links.findall(english)) == sorted(links.findall(chinese))
    for link in links.findall(english):
        assert (ROOT / link).is_file()


def shape(text: str) -> list[tuple[int, int, int]]:
    """For each section: bullets, rows of tables, lines of commands."""
    sections = re.split(r"^## ", text, flags=re.M)
    return [
        (
            len(re.findall(r"^- ", part, flags=re.M)),
            len(re.findall(r"^\|", part, flags=re.M)),
            len(re.findall(r"^(?:make|\./xiangyin) ", part, flags=re.M)),
        )
        for part in sections
    ]


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_first_screen_has_the_two_commands_only(name: str) -> None:
    first = (ROOT / name).read_text("utf-8").partition("\n## ")[0]
    assert re.findall(r"^(?:make|\./xiangyin) \w+", first, flags=re.M) == ["make run", "make test"]


def test_hooks_before_a_commit_fetch_nothing_and_run_what_make_test_runs() -> None:
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    hooks = repositories[0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    recipe = (ROOT / "Makefile").read_text("utf-8")
    for hook, command in zip(hooks, ("ruff check --no-cache .", "mypy assistant", "lint-imports"), strict=True):
        assert command in recipe and command.split()[0] in hook["entry"]
    checked = re.search(r"mypy (assistant[^\n]*)", recipe)
    assert checked and checked.group(1) in hooks[1]["entry"]

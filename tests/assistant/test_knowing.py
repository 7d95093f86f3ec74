"""`knowledge show` on a day: what holds, what does not yet, what has to be read again."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from assistant.cli import knowing
from assistant.wording import sentences
from knowledge.store import Store, load_store

TOPIC = "marriage-registration"
app = typer.Typer()
knowing.add_to(app)


@pytest.fixture(scope="module")
def store() -> Store:
    return load_store()


@pytest.mark.parametrize(
    ("day", "words"),
    [("2025-05-09", "还没有施行"), ("2026-11-26", ""), ("2028-01-01", "超过一年")],
)
def test_an_entry_on_a_day(store: Store, monkeypatch: pytest.MonkeyPatch, day: str, words: str) -> None:
    monkeypatch.setattr(knowing, "load_store", lambda: store)
    result = CliRunner().invoke(app, ["knowledge", "show", TOPIC, "--as-of", day, "--json"])
    shown = json.loads(result.stdout)
    assert shown["source"]["effective"] == "2025-05-10" and shown["source"]["article"]
    assert (words in " ".join(shown["remarks"])) if words else shown["remarks"] == []


@pytest.mark.parametrize(("topic", "no_trip"), [("annual-report", True), (TOPIC, False)])
def test_show_says_what_needs_no_trip(
    store: Store, monkeypatch: pytest.MonkeyPatch, topic: str, no_trip: bool
) -> None:
    monkeypatch.setattr(knowing, "load_store", lambda: store)
    shown = CliRunner().invoke(app, ["knowledge", "show", topic, "--json"])
    assert json.loads(shown.stdout)["zero_trip"] is no_trip
    printed = CliRunner().invoke(app, ["knowledge", "show", topic]).stdout
    assert (sentences()["zero_trip_note"] in printed) is no_trip

"""`knowledge show` on a day: what holds, what does not yet, what has to be read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from assistant.cli import knowing
from assistant.wording import sentences
from knowledge.importing.passage import Draft, PassageSource
from knowledge.importing.store import PassageStore
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


def test_stats_count_entries_and_citations(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing imported: every citation is of a text that is not here. One law imported: those of it are."""
    monkeypatch.setattr(knowing, "load_store", lambda: store)
    kept = PassageStore(tmp_path)
    monkeypatch.setattr(knowing, "PassageStore", lambda: kept)

    def last_line() -> dict[str, int]:
        *domains, counted = map(
            json.loads, CliRunner().invoke(app, ["knowledge", "stats", "--json"]).stdout.splitlines()
        )
        assert sum(domain["entries"] for domain in domains) == len(store.entries)
        citations: dict[str, int] = counted["citations"]
        return citations

    cited = [source.document for entry in store.entries.values() for source in entry.sources]
    assert last_line() == {"imported": 0, "elsewhere": len(cited)}
    name = "居住证暂行条例"
    source = PassageSource(name, "", "国务院", "", "", None)
    law = Draft(name, "", "第一条", "内容", "第1行", source, "law").finish("a.md", "2026-01-01")
    with kept.replacing() as taking:
        taking.put("a.md", "0", "2026-01-01", [law])
    assert last_line() == {"imported": cited.count(name), "elsewhere": len(cited) - cited.count(name)}
    shown = CliRunner().invoke(app, ["knowledge", "stats"]).stdout
    assert "合计" in shown and f"引用 {len(cited)} 处：{cited.count(name)} 处" in shown

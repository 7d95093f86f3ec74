"""The measuring commands: the command line is built whole, options are read, figures become a table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli.__main__ import app
from assistant.cli.comparing import COLUMNS, channels_of, shown
from audio.repair.compare import Compared, summary
from audio.repair.decision import Judged

pytestmark = pytest.mark.unit


def test_the_commands_are_there() -> None:
    said = CliRunner().invoke(app, ["eval", "--help"])
    assert said.exit_code == 0 and "speech-compare" in said.output and "speech-fit" in said.output


def test_channels() -> None:
    assert channels_of("16k, 8k-alaw") == ["16k", "8k-alaw"]
    with pytest.raises(ValueError, match="16k"):
        channels_of("9k")


def test_every_column_has_a_figure(capsys: pytest.CaptureFixture[str]) -> None:
    judged = Judged("accept", "x", 0.9)
    row = Compared("a", "listed", "16k", "s", "p", "o", judged, False, True, True, (False, False, False))
    figures = summary([row])
    assert set(COLUMNS) <= figures["listed|16k"].keys()
    shown(figures)
    assert "listed|16k" in capsys.readouterr().out


def test_a_missing_manifest_is_a_sentence(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["eval", "speech-compare", str(tmp_path / "none.jsonl")])
    assert said.exit_code == 1 and "Traceback" not in said.output


def test_rows_are_json() -> None:
    judged = Judged("ask", "x", 0.9)
    row = Compared("a", "listed", "16k", "s", "p", "o", judged, False, True, False, (False, False, False))
    assert json.loads(json.dumps(row.as_dict()))["judged"]["verdict"] == "ask"

"""`rasa data validate` and `rasa test` (understanding and stories) on the trained model."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from bootstrap import engine_environment

pytestmark = pytest.mark.process
ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("XIANGYIN_VAR", ROOT / "var"))
DATA = Path(__file__).parent / "data"
MODEL = VAR / "engine-model" / "xiangyin.tar.gz"
CLEAR = 0.85
"""Share of unseen everyday utterances whose intent must be right; the measured figure is in docs/measurements.md."""


def rasa(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(VAR / "engine" / "bin" / "rasa"), *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=engine_environment(), capture_output=True, text=True, timeout=600
    )


def test_data_is_valid() -> None:
    result = rasa(
        "data",
        "validate",
        "--config",
        "config.yml",
        "--domain",
        str(VAR / "nlu" / "domain.yml"),
        "--data",
        str(VAR / "nlu" / "data"),
        "--fail-on-warnings",
    )
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]


def test_the_configuration_reads_from_the_var_folder_that_is_set(tmp_path: Path) -> None:
    """Both words lists are read at training; a fixed `var/…` would be another checkout's, or nobody's."""
    show = (
        "import json; from rasa.shared.utils.io import read_model_configuration as read\n"
        "print(json.dumps(read('config.yml')['pipeline']))"
    )
    environment = {**engine_environment(), "XIANGYIN_VAR": str(tmp_path)}
    result = subprocess.run(
        [str(VAR / "engine" / "bin" / "python"), "-c", show],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    pipeline = {part["name"]: part for part in json.loads(result.stdout)}
    assert pipeline["JiebaTokenizer"]["dictionary_path"] == f"{tmp_path}/nlu/dictionary"
    assert pipeline["nlu.components.command_words.CommandWords"]["words"] == f"{tmp_path}/nlu/commands.json"


def test_unseen_utterances_are_understood(tmp_path: Path) -> None:
    result = rasa(
        "test",
        "nlu",
        "--nlu",
        str(DATA / "nlu_test.yml"),
        "--model",
        str(MODEL),
        "--out",
        str(tmp_path),
        "--domain",
        str(VAR / "nlu" / "domain.yml"),
        "--no-plot",
    )
    assert result.returncode == 0, result.stderr[-2000:]
    report = json.loads((tmp_path / "intent_report.json").read_text("utf-8"))
    errors = json.loads((tmp_path / "intent_errors.json").read_text("utf-8"))
    assert report["accuracy"] >= CLEAR, [
        (e["text"], e["intent"], e["intent_prediction"]["name"]) for e in errors
    ]


def test_stories_go_the_way_they_are_written(tmp_path: Path) -> None:
    result = rasa(
        "test",
        "core",
        "--stories",
        str(DATA / "test_stories.yml"),
        "--model",
        str(MODEL),
        "--out",
        str(tmp_path),
        "--no-plot",
    )
    failed = tmp_path / "failed_test_stories.yml"
    text = failed.read_text("utf-8") if failed.exists() else "no report"
    assert result.returncode == 0 and "None of the test stories failed" in text, text + result.stderr[-1500:]

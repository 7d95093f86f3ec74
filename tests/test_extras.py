"""A test that the default mark expression leaves out is named, with its reason and its command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process
ROOT = Path(__file__).resolve().parents[1]
TEST = "tests/audio/test_kokoro_phonemes.py::test_the_table_is_misakis"


def collected(*arguments: str) -> list[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.splitlines()


def test_a_test_of_an_extra_is_named_with_its_reason_and_its_command() -> None:
    lines = [line for line in collected(TEST.partition("::")[0]) if line.startswith("NOT RUN")]
    assert lines == [f"NOT RUN needs misaki; then: python -m pytest -m extra {TEST}"]


def test_where_extras_are_asked_for_nothing_is_said_to_be_left_out() -> None:
    lines = collected("-m", "extra", TEST.partition("::")[0])
    assert TEST in lines and not any(line.startswith("NOT RUN") for line in lines)

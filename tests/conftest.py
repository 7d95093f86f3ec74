"""Shared fixtures. Tests are hermetic by default: their own `var`, their own ports, no data beside the checkout."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
left_out: list[pytest.Item] = []
"""Tests of extras that the mark expression in pyproject.toml keeps out of this run."""


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    left_out.extend(
        item
        for item in items
        if item.get_closest_marker("extra") and "not extra" in item.config.option.markexpr
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each of them: what it needs, and the command that runs it."""
    for item in left_out:
        condition = item.get_closest_marker("skipif")
        reason = condition.kwargs["reason"] if condition else "tests an extra"
        terminalreporter.write_line(f"NOT RUN {reason}; then: python -m pytest -m extra {item.nodeid}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of measuring data beside the checkout; skips by name where there is none."""
    folder = Path(os.environ.get("XIANGYIN_SHARED", ROOT.parent / "shared"))
    if not (folder / "speech" / "eval" / "manifest.jsonl").exists():
        pytest.skip(f"measuring data not there: {folder} (set XIANGYIN_SHARED)")
    return folder

"""Shared fixtures. Tests are hermetic by default: their own `var`, their own ports, no data beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of measuring data beside the checkout; skips by name where there is none."""
    folder = Path(os.environ.get("XIANGYIN_SHARED", ROOT.parent / "shared"))
    if not (folder / "speech" / "eval" / "manifest.jsonl").exists():
        pytest.skip(f"measuring data not there: {folder} (set XIANGYIN_SHARED)")
    return folder

"""Where things of this room lie: the ignored ``var`` folder, or what the environment says."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent


def var_folder() -> Path:
    """``$XIANGYIN_VAR`` or ``<root>/var``."""
    return Path(os.environ.get("XIANGYIN_VAR") or ROOT / "var")


def encoder_folder() -> Path:
    """``$XIANGYIN_ENCODER`` (any sentence-transformers folder) or the one expanded at set-up."""
    return Path(os.environ.get("XIANGYIN_ENCODER") or var_folder() / "models" / "encoder")


def index_folder() -> Path:
    """The folder whose ``current`` names the index in use."""
    return var_folder() / "knowledge"


def database_url() -> str:
    """``$XIANGYIN_DATABASE_URL`` or the SQLite file in ``var``."""
    return os.environ.get("XIANGYIN_DATABASE_URL") or f"sqlite:///{var_folder() / 'xiangyin.db'}"

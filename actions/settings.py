"""Where things are and how long we wait, from the environment (see the room's README)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEPARTMENT_SECONDS = 2.0
ACTION_SECONDS = 3.0


@dataclass(frozen=True)
class Settings:
    """Read once at start; `read()` reads the environment again (tests)."""

    var: Path
    database_url: str
    actions_port: int
    departments_port: int
    departments_database: Path
    departments_url: str
    faults: str
    secret: str
    index: Path
    jurisdiction: str | None


def read() -> Settings:
    """The settings of this process."""
    var = Path(os.environ.get("XIANGYIN_VAR", ROOT / "var"))
    port = int(os.environ.get("XIANGYIN_DEPARTMENTS_PORT", "5175"))
    return Settings(
        var=var,
        database_url=os.environ.get("XIANGYIN_DATABASE_URL", f"sqlite:///{var / 'xiangyin.db'}"),
        actions_port=int(os.environ.get("XIANGYIN_ACTIONS_PORT", "5155")),
        departments_port=port,
        departments_database=Path(os.environ.get("XIANGYIN_DEPARTMENTS_DATABASE", var / "departments.db")),
        departments_url=os.environ.get("XIANGYIN_DEPARTMENTS_URL", f"http://127.0.0.1:{port}"),
        faults=os.environ.get("XIANGYIN_DEPARTMENT_FAULTS", ""),
        secret=os.environ.get("XIANGYIN_SECRET", ""),
        index=var / "knowledge",
        jurisdiction=os.environ.get("XIANGYIN_JURISDICTION") or None,
    )

"""Where things are and which ports and deadlines hold; read from the environment once, in one place."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Deadlines:
    """Seconds; each outer one is longer, so the inner failure is the one that is told (DESIGN §2)."""

    department: float = 2.0
    action: float = 3.0
    engine: float = 6.0
    gateway: float = 8.0


@dataclass(frozen=True)
class Settings:
    """Settings of this process. Ports are TCP ports on `host` (gateway) or loopback (all others)."""

    var: Path
    secret: str
    host: str = "127.0.0.1"
    gateway_port: int = 8080
    engine_port: int = 5105
    actions_port: int = 5155
    departments_port: int = 5175
    sip_port: int = 5070
    deadlines: Deadlines = Deadlines()

    @property
    def engine_url(self) -> str:
        return f"http://127.0.0.1:{self.engine_port}/webhooks/turn"

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def departments_url(self) -> str:
        return f"http://127.0.0.1:{self.departments_port}"

    @property
    def database_url(self) -> str:
        return os.environ.get("XIANGYIN_DATABASE_URL") or f"sqlite:///{self.var / 'xiangyin.db'}"


def load_settings(**changes: object) -> Settings:
    """Settings from the environment. `changes` overrides single fields (tests, ephemeral stacks)."""
    var = Path(os.environ.get("XIANGYIN_VAR") or ROOT / "var")
    ports = {
        f"{name}_port": int(value)
        for name in ("gateway", "engine", "actions", "departments", "sip")
        if (value := os.environ.get(f"XIANGYIN_{name.upper()}_PORT"))
    }
    values: dict[str, object] = {
        "var": var,
        "secret": os.environ.get("XIANGYIN_SECRET") or stored_secret(var),
        "host": os.environ.get("XIANGYIN_HOST", "127.0.0.1"),
        **ports,
        **changes,
    }
    return Settings(**values)  # type: ignore[arg-type]


def stored_secret(var: Path) -> str:
    """The shared secret between our processes: made once, readable by the owner only."""
    path = var / "secret"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        var.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        value = secrets.token_hex(24)
        with os.fdopen(handle, "w") as file:
            file.write(value)
        return value

"""One private stack for all journeys: engine, actions and departments on free ports, own databases."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from assistant.assembly import assistant_for
from assistant.settings import ROOT, load_settings
from assistant.stack import Stack, on_free_ports
from tests.journeys.talk import Talk


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running private stack with a database of its own."""
    home = tmp_path_factory.mktemp("stack")
    settings = on_free_ports(load_settings())
    before = os.environ.get("XIANGYIN_DATABASE_URL")
    os.environ["XIANGYIN_DATABASE_URL"] = f"sqlite:///{home / 'xiangyin.db'}"
    os.environ["XIANGYIN_DEPARTMENTS_DATABASE"] = str(home / "departments.db")
    os.environ.setdefault("XIANGYIN_WATCH", "0")  # journeys share the index of this checkout
    try:
        with Stack(settings, gateway=True) as running:
            running.wait_ready()
            yield running
    finally:
        os.environ.pop("XIANGYIN_DEPARTMENTS_DATABASE", None)
        os.environ.pop("XIANGYIN_DATABASE_URL", None)
        if before:
            os.environ["XIANGYIN_DATABASE_URL"] = before


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


@pytest.fixture
def talk(stack: Stack, runner: asyncio.Runner) -> Talk:
    return Talk(assistant_for(stack.settings), runner)


@pytest.fixture
def protocol(request: pytest.FixtureRequest) -> Callable[[Iterable[str]], None]:
    """Keeps what was said in a journey as `var/journeys/TEST.txt`; docs/journeys.md quotes them."""

    def keep(lines: Iterable[str]) -> None:
        folder = load_settings().var / "journeys"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{request.node.name}.txt").write_text("\n".join(lines) + "\n", "utf-8")

    return keep


@pytest.fixture(scope="session")
def residents() -> list[dict[str, Any]]:
    """The synthetic residents, through the real command line."""
    result = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "departments", "residents", "--json"],
        cwd=ROOT,
        text=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    return [json.loads(text) for text in result.stdout.splitlines()]


@pytest.fixture(scope="session")
def command(stack: Stack) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `./xiangyin …` against the private stack."""
    ports = {
        "XIANGYIN_ENGINE_PORT": str(stack.settings.engine_port),
        "XIANGYIN_ACTIONS_PORT": str(stack.settings.actions_port),
        "XIANGYIN_DEPARTMENTS_PORT": str(stack.settings.departments_port),
        "XIANGYIN_GATEWAY_PORT": str(stack.settings.gateway_port),
        "XIANGYIN_SKIP_SETUP": "1",
    }

    def run(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(ROOT / "xiangyin"), *arguments],
            cwd=ROOT,
            text=True,
            capture_output=True,
            input=stdin,
            env={**os.environ, **ports},
            timeout=300,
        )

    return run

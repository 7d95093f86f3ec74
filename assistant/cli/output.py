"""How commands print: people get rich text on stderr or stdout, programs get one JSON object a line."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console

FAILED = 1
USAGE = 2
screen = Console(highlight=False)
notes = Console(stderr=True, highlight=False)


def line(content: Any) -> None:
    """One JSON line on standard output, at once."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()


def tell(text: str) -> None:
    """A note for people; never mixed with JSON."""
    notes.print(text)


def complain(text: str) -> None:
    """What went wrong, in one sentence."""
    notes.print(f"[red]{text}[/red]")

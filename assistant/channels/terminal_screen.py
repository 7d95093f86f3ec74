"""What a terminal shows and which keys it has: Enter is the big button, `q` leaves, anything else is typed."""

from __future__ import annotations

import queue
import sys
import threading
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

HELP = "直接说话就行。回车：打断我、或者说完了；打字后回车也可以；q 加回车退出。"


class Screen:
    """Large and plain: one state line, what was heard, the answer. Use as a context manager."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def __enter__(self) -> Screen:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def state(self, text: str) -> None:
        """One line that is replaced by the next: listening, thinking, speaking."""
        self._show(Text(text, style="dim"))

    def partial(self, text: str) -> None:
        self._show(Text(f"您说：{text}…", style="bold"))

    def heard(self, text: str) -> None:
        self._console.print(Text(f"您说：{text or '（没听清）'}", style="bold"))

    def reply(self, display: str) -> None:
        """Plain text: what comes from outside is never read as markup."""
        self._console.print(Panel(Text(display), border_style="green"))

    def note(self, text: str) -> None:
        self._console.print(Text(text, style="yellow"))

    def clear(self) -> None:
        """Nothing of the last visitor stays, not even in the scroll-back of the terminal."""
        self._console.clear()
        if self._console.is_terminal:
            self._console.file.write("\x1b[3J")
        self._console.print(Text(HELP, style="dim"))

    def _show(self, line: Text) -> None:
        self._live.update(line, refresh=True)


class Keys:
    """Lines typed at the terminal, read in a thread of their own; `get` never blocks longer than asked."""

    def __init__(self, source: TextIO | None = None) -> None:
        self._lines: queue.Queue[str] = queue.Queue()
        self._source = source or sys.stdin
        threading.Thread(target=self._read, daemon=True, name="keys").start()

    def get(self, timeout: float = 0.0) -> str | None:
        """A typed line without its end, or None."""
        try:
            return self._lines.get(timeout=timeout) if timeout else self._lines.get_nowait()
        except queue.Empty:
            return None

    def _read(self) -> None:
        for line in self._source:
            self._lines.put(line.strip())
        self._lines.put("q")  # the end of input is leaving

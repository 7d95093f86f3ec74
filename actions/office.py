"""What the actions of one process share: ledger, departments, knowledge. Each may be missing; then it says so."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from actions import settings
from actions.back_end import BackEnd
from actions.ledger import Ledger, LedgerUnavailable
from actions.settings import ACTION_SECONDS

WAIT_FOR_INDEX_SECONDS = 1.5
_log = logging.getLogger(__name__)


class Answering(Protocol):
    """What is used of `knowledge.Knowledge`."""

    @property
    def entries(self) -> Mapping[str, Any]:
        """Entries by topic id."""

    def refresh(self) -> str:
        """Change over to a newer index where there is one."""

    def answer(
        self,
        question: str,
        *,
        dialect: str = "mandarin",
        jurisdiction: str | None = None,
        context_topic: str | None = None,
    ) -> Any:
        """A `knowledge.answering.Finding`."""


def load_knowledge() -> Answering:
    """The knowledge index of this machine. Raises whatever is wrong with it (missing index, missing encoder)."""
    from knowledge.answering import Knowledge

    return Knowledge.load()


class Office:
    """Built once a process; tests build their own."""

    def __init__(
        self,
        ledger: Ledger,
        back_end: BackEnd,
        knowledge: Callable[[], Answering] = load_knowledge,
        jurisdiction: str | None = None,
        seconds: float = ACTION_SECONDS,
    ) -> None:
        self.ledger, self.back_end, self.jurisdiction = ledger, back_end, jurisdiction
        self._load, self.seconds = knowledge, seconds
        self._knowledge: Answering | None = None
        self._lock = threading.Lock()
        self._loading: asyncio.Task[Answering | None] | None = None
        self.knowledge_problem = ""

    def knowledge(self) -> Answering | None:
        """The index, loaded at the first call and tried again while it is missing; None when it cannot be had."""
        with self._lock:
            if self._knowledge is None:
                try:
                    self._knowledge = self._load()
                    self.knowledge_problem = ""
                except Exception as error:
                    self.knowledge_problem = type(error).__name__
                    _log.warning("knowledge is missing: %s", self.knowledge_problem)
            return self._knowledge

    async def knowledge_soon(self, seconds: float = WAIT_FOR_INDEX_SECONDS) -> Answering | None:
        """The index if it is there or there in a moment; loading goes on for the next question."""
        if self._knowledge is not None:
            return self._knowledge
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(asyncio.to_thread(self.knowledge))
        await asyncio.wait({self._loading}, timeout=seconds)
        return self._knowledge

    def follow_knowledge(self) -> None:
        """Change over to a newly published index now, so that no question has to wait for it."""
        if self._knowledge is not None:
            self._knowledge.refresh()

    @property
    def knowledge_loaded(self) -> bool:
        """Whether the index is in use."""
        return self._knowledge is not None

    async def open_case(self, kind: str, conversation: str, **about: Any) -> str:
        """A case's number, or an empty text when it could not be written (said without a number then)."""
        try:
            return await asyncio.to_thread(self.ledger.open_case, kind, conversation, **about)
        except LedgerUnavailable as error:
            _log.warning("case %s not written: %s", kind, error)
            return ""


_current: Office | None = None


def current() -> Office:
    """The office of this process."""
    global _current
    if _current is None:
        here = settings.read()
        with suppress(OSError):
            here.var.mkdir(parents=True, exist_ok=True)
        _current = Office(
            Ledger(here.database_url), BackEnd(here.departments_url), jurisdiction=here.jurisdiction
        )
    return _current


def use(office: Office | None) -> None:
    """Put another office in place (tests, embedding)."""
    global _current
    _current = office

"""Watches the authors' folder and publishes what is saved, within seconds, without a restart.

Polling file stamps needs no extra package, works on network folders, and costs a few milliseconds a second.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from pathlib import Path

from knowledge.answering import IndexMissing, current_version
from knowledge.index import LIVE
from knowledge.publishing.publisher import Publication, Publisher
from knowledge.publishing.status import write_failure
from knowledge.publishing.tree import stamps
from knowledge.publishing.versions import VersionsUnavailable
from knowledge.retrieval.rows import index_rows
from knowledge.store import load_store

LOG = logging.getLogger(__name__)
POLL_SECONDS = 0.4
SETTLE_SECONDS = 90.0
"""Quiet time after which an index made in a hurry is replaced by the exact one."""
RETRY_SECONDS = 10.0
WARMED_AT_ONCE = 300
SETTLE_COMMAND = (sys.executable, "-m", "knowledge.publishing", "settle")


class Watcher:
    """Call ``look`` again and again; it publishes when files changed and have been still for one look."""

    def __init__(self, root: Path, index_dir: Path, publisher: Publisher) -> None:
        self._root, self._index, self._publisher = root, index_dir, publisher
        self._done: object = None
        self._last: object = None
        self._cold: list[str] | None = None
        self.pause = POLL_SECONDS

    def look(self) -> Publication | None:
        """One look at the folder. What cannot be done is logged, told in the status, and tried again later."""
        now = stamps(self._root)
        still, self._last = now == self._last, now
        if not still or now == self._done:
            return None
        try:
            publication = self._publisher.publish()
        except (VersionsUnavailable, OSError) as error:
            LOG.error("nothing published: %s", error)
            write_failure(self._index, f"没有发布，线上的内容没有动：{error}")
            self.pause = RETRY_SECONDS
            return None
        self._done, self.pause = now, POLL_SECONDS
        _tell(publication)
        return publication

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop."""
        quiet_since = time.monotonic()
        while not stop.wait(self.pause):
            if self.look() or self._done != self._last:
                quiet_since = time.monotonic()
            elif self._cold != []:
                self._warm()
            elif time.monotonic() - quiet_since > SETTLE_SECONDS and self._hurried():
                subprocess.run(SETTLE_COMMAND, check=False)
                quiet_since = time.monotonic()

    def _warm(self) -> None:
        """Count the terms of some rows beforehand, so that the first edit is as quick as the next."""
        if self._cold is None:
            self._cold = sorted({row.text for row in index_rows(load_store(self._root))})
        batch, self._cold = self._cold[:WARMED_AT_ONCE], self._cold[WARMED_AT_ONCE:]
        self._publisher.bags.learn(batch)

    def _hurried(self) -> bool:
        try:
            return current_version(self._index).endswith(LIVE)
        except IndexMissing:
            return False


def _tell(publication: Publication) -> None:
    for version in publication.published:
        LOG.info("live: %s version %d by %s", version.item, version.version, version.by)
    for item, problems in publication.held.items():
        for problem in problems:
            LOG.warning("held back, the old version stays: %s: %s", item, problem)
    LOG.info("index %s after %.1f s", publication.index, publication.seconds)

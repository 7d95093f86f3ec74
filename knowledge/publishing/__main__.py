"""``python -m knowledge.publishing watch`` beside a running stack; ``settle`` once it is quiet."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading

from knowledge.paths import database_url, index_folder
from knowledge.publishing.publisher import Publisher
from knowledge.publishing.status import watching
from knowledge.publishing.versions import Versions
from knowledge.publishing.watching import Watcher
from knowledge.store import KNOWLEDGE

WAIT_SECONDS = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m knowledge.publishing", description=__doc__)
    parser.add_argument("command", choices=["watch", "settle"])
    command = parser.parse_args().command
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    publisher = Publisher(KNOWLEDGE, index_folder(), Versions(database_url()))
    if command == "settle":
        os.nice(10)
        publisher.settle()
        return 0
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        with watching(index_folder()) as mine:
            if mine:
                Watcher(KNOWLEDGE, index_folder(), publisher).run(stop)
        stop.wait(WAIT_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())

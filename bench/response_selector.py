"""Trains and asks Rasa's ResponseSelector; runs in the engine's interpreter (``bench.rivals`` calls it).

Argument: a folder with ``config.yml`` and ``nlu.yml``. Standard input: one JSON string a line. Standard output: for
each ``{"ranking": [[label, confidence], …], "ms": …}``. What Rasa itself prints goes to standard error.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from pathlib import Path

from rasa.core.agent import Agent
from rasa.model_training import train_nlu


def main() -> None:
    folder = Path(sys.argv[1])
    with contextlib.redirect_stdout(sys.stderr):
        model = train_nlu(
            str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), fixed_model_name="selector"
        )
        agent = Agent.load(model)
    for line in sys.stdin:
        begun = time.perf_counter()
        parsed = asyncio.run(agent.parse_message(json.loads(line)))
        ms = 1000 * (time.perf_counter() - begun)
        ranking = parsed["response_selector"]["faq"]["ranking"]
        rows = [[row["intent_response_key"].split("/", 1)[1], row["confidence"]] for row in ranking]
        print(json.dumps({"ranking": rows, "ms": round(ms, 2)}), flush=True)


if __name__ == "__main__":
    main()

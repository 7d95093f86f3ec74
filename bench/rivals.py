"""Our retrieval beside BM25 alone, dense alone, sounds alone and Rasa's ResponseSelector, in one run.

    python -m bench.rivals FILE… [--epochs 60] [--json]

All know the same phrasings and are asked the same queries. A rival answers what it is sure enough of; its limit is
set so that it answers as many questions in scope as ours does in this run, then false answers are counted. The
index must be current (`xiangyin knowledge stats`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.console import Console
from rich.table import Table

from bootstrap import engine_environment
from knowledge.answering import Knowledge, current_version
from knowledge.encoder.encode import question_encoder
from knowledge.evaluation.compare import ALONE
from knowledge.evaluation.queries import Query, read_queries
from knowledge.paths import encoder_folder, index_folder, var_folder
from knowledge.retrieval.channels import CHANNELS, score_labels
from knowledge.retrieval.rows import index_rows
from knowledge.retrieval.snapshot import Snapshot, read_snapshot
from knowledge.store import load_store

ROOT = Path(__file__).resolve().parents[1]
SELECTOR = Path(__file__).with_name("response_selector.py")


@dataclass(frozen=True)
class Said:
    """Topics best first, how sure the rival is of the first (any scale), and milliseconds."""

    topics: tuple[str, ...]
    sure: float
    ms: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.rivals", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--epochs", type=int, default=60, help="of the ResponseSelector")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    queries = [query for file in options.files for query in read_queries(file)]
    ours, answered, clarified = asked_ours(queries)
    said = {
        **{name: asked_channel(queries, channel) for name, channel in ALONE.items()},
        "ResponseSelector": asked_selector(queries, options.epochs),
        "ours": ours,
    }
    table = {name: figures(queries, found, sum(answered)) for name, found in said.items()}
    table["ours"] |= judged(queries, ours, answered)  # ours has its own limits, and asks back between them
    table["ours"]["asked back"] = share(clarified[i] for i, query in enumerate(queries) if query.topic)
    if options.json:
        print(json.dumps(table, ensure_ascii=False))
    else:
        show(table)
    return 0


def asked_ours(queries: Sequence[Query]) -> tuple[list[Said], list[bool], list[bool]]:
    """What ours said, which in-scope questions it answered at once, and where it asked back."""
    knowledge = Knowledge.load()
    said, answered, clarified = [], [], []
    for query in queries:
        begun = time.perf_counter()
        found = knowledge.answer(query.text)
        ms = 1000 * (time.perf_counter() - begun)
        said.append(Said(tuple(c.topic for c in found.candidates), found.confidence, ms))
        answered.append(found.outcome == "answered")
        clarified.append(found.outcome == "clarifying")
    return said, answered, clarified


def asked_channel(queries: Sequence[Query], channel: str) -> list[Said]:
    """One channel of our index by itself; boundaries compete as topics do. Milliseconds are of all channels."""
    snapshot = _snapshot()
    encoder = question_encoder(encoder_folder())
    said = []
    for query in queries:
        begun = time.perf_counter()
        scores = score_labels(snapshot, query.text, encoder.queries([query.text])[0])[CHANNELS.index(channel)]
        ms = 1000 * (time.perf_counter() - begun)
        order = np.argsort(-scores, kind="stable")
        first = snapshot.labels[order[0]]
        topics = [snapshot.labels[i] for i in order[:20] if snapshot.labels[i] not in snapshot.boundaries]
        sure = -1e9 if first in snapshot.boundaries else float(scores[order[0]])
        said.append(Said(tuple(topics[:3]), sure, ms))
    return said


def asked_selector(queries: Sequence[Query], epochs: int) -> list[Said]:
    """Rasa's ResponseSelector in its own interpreter, trained on the phrasings of topics and boundaries."""
    folder = var_folder() / "rivals"
    folder.mkdir(parents=True, exist_ok=True)
    boundaries = write_training(folder, epochs)
    run = subprocess.run(
        [str(var_folder() / "engine" / "bin" / "python"), str(SELECTOR), str(folder)],
        input="\n".join(json.dumps(query.text) for query in queries), stdout=subprocess.PIPE, text=True,
        check=True, env=engine_environment(), cwd=ROOT,
    )  # fmt: skip
    said = []
    for row in map(json.loads, run.stdout.splitlines()):
        topics = [name for name, _ in row["ranking"] if name not in boundaries]
        outside = not row["ranking"] or row["ranking"][0][0] in boundaries
        said.append(Said(tuple(topics[:3]), -1e9 if outside else row["ranking"][0][1], row["ms"]))
    return said


def write_training(folder: Path, epochs: int) -> set[str]:
    """``nlu.yml`` and ``config.yml`` for Rasa; returns the labels that are boundaries."""
    store = load_store()
    examples: dict[str, list[str]] = {}
    for row in index_rows(store):
        examples.setdefault(row.label, []).append(" ".join(row.text.split()))
    data: dict[str, Any] = {
        "version": "3.1",
        "nlu": [
            {"intent": f"faq/{label}", "examples": "".join(f"- {text}\n" for text in texts)}
            for label, texts in examples.items()
        ],
        "responses": {f"utter_faq/{label}": [{"text": label}] for label in examples},
    }
    (folder / "nlu.yml").write_text(yaml.safe_dump(data, allow_unicode=True, width=10_000), "utf-8")
    ours = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))
    tokens = [
        part for part in ours["pipeline"] if part["name"] in ("JiebaTokenizer", "CountVectorsFeaturizer")
    ]
    selector = {
        "name": "ResponseSelector", "retrieval_intent": "faq", "epochs": epochs, "constrain_similarities": True,
        "random_seed": 20261125, "evaluate_on_number_of_examples": 0, "model_confidence": "softmax",
    }  # fmt: skip
    config = {"recipe": "default.v1", "language": "zh", "pipeline": [*tokens, selector]}
    (folder / "config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    return set(store.boundaries)


def figures(queries: Sequence[Query], said: Sequence[Said], answers: int) -> dict[str, Any]:
    """Top-1, top-3, and what comes of answering the ``answers`` questions that it is surest of."""
    inside = [(query, one) for query, one in zip(queries, said, strict=True) if query.topic]
    limit = sorted((one.sure for one in said), reverse=True)[max(0, answers - 1)]
    times = sorted(one.ms for one in said)
    return {
        "top 1": share(bool(set(one.topics[:1]) & query.accepted) for query, one in inside),
        "top 3": share(bool(set(one.topics[:3]) & query.accepted) for query, one in inside),
        **judged(queries, said, [one.sure >= limit for one in said]),
        "ms, median": round(times[len(times) // 2], 1),
        "ms, p95": round(times[int(0.95 * len(times))], 1),
    }


def judged(
    queries: Sequence[Query], said: Sequence[Said], answered: Sequence[bool]
) -> dict[str, float | None]:
    """Shares right and wrong at once in scope, and answered although out of scope."""
    rows = list(zip(queries, said, answered, strict=True))
    inside = [(bool(set(one.topics[:1]) & query.accepted), yes) for query, one, yes in rows if query.topic]
    return {
        "right at once": share(right and yes for right, yes in inside),
        "wrong at once": share(yes and not right for right, yes in inside),
        "false answers outside": share(yes for query, _, yes in rows if not query.topic),
    }


def share(values: Any) -> float | None:
    """Part of the truths that are true; None of nothing."""
    found = [bool(value) for value in values]
    return round(sum(found) / len(found), 4) if found else None


def show(table: dict[str, dict[str, Any]]) -> None:
    """For people."""
    columns = list(table["ours"])
    drawn = Table("", *columns)
    for name, row in table.items():
        drawn.add_row(name, *(_cell(column, row.get(column)) for column in columns))
    Console(width=160).print(drawn)


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value}" if column.startswith("ms") else f"{100 * value:.1f} %"


def _snapshot() -> Snapshot:
    folder = index_folder()
    return read_snapshot(folder / current_version(folder))


if __name__ == "__main__":
    sys.exit(main())

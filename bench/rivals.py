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
from collections.abc import Container, Sequence
from dataclasses import replace
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
from knowledge.evaluation.fitting import score_queries
from knowledge.evaluation.measure import Result, ask_one, direct, summary
from knowledge.evaluation.queries import Query, read_queries
from knowledge.paths import encoder_folder, index_folder, var_folder
from knowledge.retrieval.channels import CHANNELS
from knowledge.retrieval.rows import index_rows
from knowledge.retrieval.snapshot import read_snapshot
from knowledge.store import load_store

ROOT = Path(__file__).resolve().parents[1]
SELECTOR = Path(__file__).with_name("response_selector.py")
OUTSIDE = -1e9
"""How sure of a topic a rival is whose first place is something that we do not answer."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.rivals", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--epochs", type=int, default=60, help="of the ResponseSelector")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    queries = [query for file in options.files for query in read_queries(file)]
    ask = direct(Knowledge.load())
    ours = [ask_one(query, ask) for query in queries]
    answers = sum(result.status == "answered" for result in ours if result.query.topic)
    rivals = {**channels(queries), "ResponseSelector": selector(queries, options.epochs)}
    said = {name: limited(results, answers) for name, results in rivals.items()} | {"ours": ours}
    table = {name: figures(results) for name, results in said.items()}
    if options.json:
        print(json.dumps(table, ensure_ascii=False))
    else:
        show(table)
    return 0


def channels(queries: Sequence[Query]) -> dict[str, list[Result]]:
    """Each channel of our index by itself; boundaries compete as topics do. Not timed: they are computed together."""
    folder = index_folder()
    snapshot = read_snapshot(folder / current_version(folder))
    scored = score_queries(snapshot, question_encoder(encoder_folder()), queries)
    found: dict[str, list[Result]] = {}
    for name, channel in ALONE.items():
        tables = [case.table[CHANNELS.index(channel)] for case in scored]
        orders = [np.argsort(-scores, kind="stable") for scores in tables]
        rankings = [
            [(snapshot.labels[i], float(scores[i])) for i in order]
            for scores, order in zip(tables, orders, strict=True)
        ]
        found[name] = [
            ranked(q, ranking, snapshot.boundaries) for q, ranking in zip(queries, rankings, strict=True)
        ]
    return found


def selector(queries: Sequence[Query], epochs: int) -> list[Result]:
    """Rasa's ResponseSelector in its own interpreter, trained on the phrasings of topics and boundaries."""
    folder = var_folder() / "rivals"
    folder.mkdir(parents=True, exist_ok=True)
    boundaries = write_training(folder, epochs)
    run = subprocess.run(
        [str(var_folder() / "engine" / "bin" / "python"), str(SELECTOR), str(folder)],
        input="\n".join(json.dumps(query.text) for query in queries), stdout=subprocess.PIPE, text=True,
        check=True, env=engine_environment(), cwd=ROOT,
    )  # fmt: skip
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    return [ranked(q, row["ranking"], boundaries, row["ms"]) for q, row in zip(queries, rows, strict=True)]


def ranked(
    query: Query, ranking: Sequence[tuple[str, float]], boundaries: Container[str], ms: float = 0.0
) -> Result:
    """What a rival said: labels, best first, each with how sure it is, on any scale."""
    topics = tuple(label for label, _ in ranking if label not in boundaries)[:3]
    sure = OUTSIDE if not ranking or ranking[0][0] in boundaries else ranking[0][1]
    return Result(query, "answered", topics[0] if topics else None, topics, sure, ms)


def limited(results: Sequence[Result], answers: int) -> list[Result]:
    """The same, answering only from the sureness on at which ``answers`` questions in scope are answered."""
    sures = sorted((result.confidence for result in results if result.query.topic), reverse=True)
    limit = sures[answers - 1] if answers else float("inf")
    return [r if r.confidence >= limit else replace(r, status="unanswered", topic=None) for r in results]


def figures(results: Sequence[Result]) -> dict[str, float]:
    """The columns of the table: shares from 0 to 1, and milliseconds."""
    found = summary(results)
    inside, outside, ms = found["in_scope"], found["out_of_scope"], found["ms"]
    return {
        "top 1": inside["top1"],
        "top 3": inside["top3"],
        "right at once": inside["right"],
        "wrong at once": inside["wrong_answers"],
        "asked back": inside["clarified"],
        "false answers outside": outside["false_answers"],
        "ms, median": ms["p50"],
        "ms, p95": ms["p95"],
    }


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


def show(table: dict[str, dict[str, float]]) -> None:
    """For people; what was not timed is a dash."""
    drawn = Table("", *table["ours"])
    for name, row in table.items():
        cells = (f"{v:.1f}" if key.startswith("ms") else f"{100 * v:.1f} %" for key, v in row.items())
        drawn.add_row(name, *("–" if cell == "0.0" else cell for cell in cells))
    Console(width=160).print(drawn)


if __name__ == "__main__":
    sys.exit(main())

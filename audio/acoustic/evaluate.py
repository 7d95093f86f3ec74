"""Errors without a language model: ``python -m audio.acoustic.evaluate CHECKPOINT MANIFEST``.

Greedy CTC output against the labels of a manifest, by source: unit error and toneless-syllable error, wide
band or through a telephone. For what the whole recogniser makes of speech see ``audio/evaluation.py``.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile
import torch

from audio.acoustic import distortion
from audio.acoustic.corpus import read_manifest
from audio.acoustic.features import mfcc
from audio.acoustic.network import Network, posteriors
from audio.acoustic.train import collapse, load_network
from audio.acoustic.units import FINALS, UNITS, pinyin_units
from audio.scores import edits


def main() -> None:
    """Command line; one JSON line a source and one for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--telephone", action="store_true", help="through an 8 kHz A-law line")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for line in greedy_errors(load_network(arguments.checkpoint), arguments.manifest, arguments.telephone):
        print(json.dumps(line, ensure_ascii=False))


def greedy_errors(network: Network, manifest: Path, telephone: bool = False) -> Iterable[dict[str, object]]:
    """Rows of source, number of clips and the two errors in percent."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for utterance in read_manifest(manifest):
        samples, _ = soundfile.read(utterance.path, dtype="float32")
        if telephone:
            samples = distortion.telephone(samples)
        features = torch.from_numpy(mfcc(distortion.to_int16(np.asarray(samples, np.float32))))
        path = posteriors(network, features).argmax(dim=1).tolist()
        heard = [UNITS[label - 1] for label in collapse(path)]
        wanted = list(pinyin_units(utterance.pinyin))
        said, meant = _syllables(heard), _syllables(wanted)
        counted = (1, edits(heard, wanted), len(wanted), edits(said, meant), len(meant))
        for source in (utterance.source.split(":")[0], "all"):
            counts[source] = [a + b for a, b in zip(counts[source], counted, strict=True)]
    for source, (clips, unit, units, syllable, syllables) in counts.items():
        yield {"source": source, "clips": clips, "unit_error": round(100 * unit / max(units, 1), 1),
               "syllable_error": round(100 * syllable / max(syllables, 1), 1)}  # fmt: skip


def _syllables(units: list[str]) -> list[str]:
    """Units joined into syllables: each final closes one."""
    joined, open_ = [], ""
    for unit in units:
        open_ += unit
        if unit in FINALS:
            joined.append(open_)
            open_ = ""
    return [*joined, open_] if open_ else joined


if __name__ == "__main__":
    main()

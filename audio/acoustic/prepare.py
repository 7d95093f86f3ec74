"""Turn recordings into cached cepstra in several channels: ``python -m audio.acoustic.prepare``.

Every variant is one shard per corpus and part: the plain sound at three speeds, telephone copies at
three speeds, and copies with a room and noise or babble. Training then draws one variant a pass.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soundfile

from audio.acoustic import corpus, distortion
from audio.acoustic.features import mfcc
from audio.acoustic.units import unit_ids

Samples = distortion.Samples
VARIANTS = ("wide100", "phone100", "wide90", "phone90", "wide110", "phone110", "room100",
            "noise90", "babble100", "phonenoise110", "room110", "phonebabble95")  # fmt: skip


def main() -> None:
    """Command line; a variant that is already cached is not made again."""
    arguments = _arguments()
    folder = corpus.workplace(arguments.work) / "shards"
    manifest = Path(arguments.manifest or corpus.shared_folder() / "speech" / "train" / "manifest.jsonl")
    utterances = corpus.read_manifest(manifest)
    if arguments.dev:
        prepare(utterances, "dev-wide100", "wide100", folder, corpus.is_dev)
        prepare(utterances, "dev-phone100", "phone100", folder, corpus.is_dev)
    wanted = arguments.variants.split(",")
    with ProcessPoolExecutor(arguments.jobs) as pool:
        waiting = [
            pool.submit(prepare, utterances, f"{arguments.name}-{variant}", variant, folder, _trained)
            for variant in wanted
        ]
        for job in waiting:
            job.result()


def prepare(
    utterances: list[corpus.Utterance], name: str, variant: str, folder: Path, keep: Callable[[str], bool]
) -> None:
    """Write one shard of one variant for the speakers that ``keep`` accepts."""
    if (folder / f"{name}.json").exists():
        return
    begun = time.monotonic()
    generator = np.random.default_rng([len(name), *name.encode()])
    writer = corpus.ShardWriter(folder, name)
    recent: list[Samples] = []
    for utterance in utterances:
        if not keep(utterance.speaker):
            continue
        samples, rate = soundfile.read(utterance.path, dtype="float32")
        if rate != distortion.RATE:
            raise ValueError(f"{utterance.path}: {rate} Hz, expected 16000 Hz")
        sound = distort(samples, variant, generator, recent)
        recent = [*recent[-12:], samples]
        labels = unit_ids(utterance.pinyin)
        writer.add(
            mfcc(distortion.to_int16(sound)), labels, utterance.speaker, utterance.source, utterance.path
        )
    writer.close()
    print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)


def distort(samples: Samples, variant: str, generator: np.random.Generator, others: list[Samples]) -> Samples:
    """One named variant of the sound; the number at the end of the name is the speed in percent."""
    kind = variant.rstrip("0123456789")
    sound = distortion.change_speed(samples, int(variant[len(kind) :]))
    if kind in ("room", "noise") or (kind == "phonenoise" and generator.random() < 0.5):
        sound = distortion.room(sound, generator)
    if kind in ("room", "noise", "phonenoise"):
        decibels = generator.uniform(15, 35) if kind == "room" else generator.uniform(5, 25)
        sound = distortion.add_noise(sound, distortion.noise(len(sound), generator), decibels)
    if kind in ("babble", "phonebabble") and others:
        count = int(generator.integers(1, min(6, len(others)) + 1))
        chosen = [others[int(i)] for i in generator.integers(0, len(others), count)]
        mixed = distortion.babble(chosen, len(sound), generator)
        sound = distortion.add_noise(sound, mixed, generator.uniform(8, 22))
    if kind.startswith("phone"):
        sound = distortion.telephone(sound, generator)
    return sound


def _trained(speaker: str) -> bool:
    return not corpus.is_dev(speaker)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--manifest", help="default: $XIANGYIN_SHARED/speech/train/manifest.jsonl")
    parser.add_argument("--name", default="people", help="first part of the shards' names")
    parser.add_argument("--work", help="folder of caches and checkpoints")
    parser.add_argument("--variants", default=",".join(VARIANTS))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--dev", action="store_true", help="also the held-out speakers, wide and telephone")
    return parser.parse_args()


if __name__ == "__main__":
    main()

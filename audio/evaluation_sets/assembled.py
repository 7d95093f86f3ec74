"""Set (a): domain phrases assembled from recordings of people who are in no training.

One speaker a phrase where one speaker's recordings hold all its syllables; else speakers of the same gender.
Each phrase is made plain and then copied: in a room, with noise at 5–20 dB, and through an 8 kHz A-law line.
Choosing pieces by the fewest joints and by our own network's alignment favours what that network hears well; the
figures say so wherever they are printed.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audio import g711
from audio.acoustic import distortion
from audio.acoustic.units import UnknownSyllable
from audio.evaluation_sets.cuts import Recording, sound_key
from audio.evaluation_sets.joining import RATE, Bank, Piece, Samples, joined
from audio.evaluation_sets.phrases import Phrase
from audio.files import read_speech
from audio.resampling import resample, to_float, to_int16

LEAST_SYLLABLES = 25  # usable syllables that make a speaker worth asking
MOST_A_TOPIC, MOST_A_SPEAKER = 5, 60
CONDITIONS = ("plain", "room", "noise", "8k-alaw")


def assemble(
    recordings: Sequence[Recording], phrases: Sequence[Phrase], folder: Path, number: int, seed: int
) -> Path:
    """``number`` phrases with all their copies; gives the manifest, one row a copy."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for index, (phrase, who, pieces) in enumerate(chosen(recordings, phrases, number)):
        sound = joined(pieces, _read, generator)
        for condition in CONDITIONS:
            copy, rate = changed(condition, sound, generator)
            name = f"{index:04d}-{condition}.flac"
            soundfile.write(folder / name, to_int16(copy), rate)
            rows.append(
                {"path": name, **labels(phrase), "speaker": who, "joints": len(pieces) - 1,
                 "speakers": len({piece.recording.speaker for piece in pieces}), "condition": condition,
                 "dialect": "mandarin", "source": "people, assembled", "seconds": round(copy.size / rate, 2)}
            )  # fmt: skip
    manifest = folder / "manifest.jsonl"
    manifest.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return manifest


def chosen(
    recordings: Sequence[Recording], phrases: Sequence[Phrase], number: int
) -> Iterator[tuple[Phrase, str, list[Piece]]]:
    """(phrase, speaker or "several", pieces): the least used able speaker first, few phrases of one topic."""
    by_speaker: dict[str, list[Recording]] = defaultdict(list)
    by_gender: dict[str, list[Recording]] = defaultdict(list)
    for recording in recordings:
        by_speaker[recording.speaker].append(recording)
        by_gender[recording.gender].append(recording)
    alone = {who: Bank(own) for who, own in by_speaker.items() if _worth_asking(own)}
    together = {f"several {gender or 'unknown'}": Bank(own) for gender, own in by_gender.items()}
    used: Counter[str] = Counter()
    about: Counter[str] = Counter()
    done: set[str] = set()
    for banks in (alone, together):
        for phrase in phrases:
            subject = phrase.topic or phrase.service or phrase.text
            if len(done) >= number or phrase.text in done or about[subject] >= MOST_A_TOPIC:
                continue
            found = _covered(phrase, banks, used)
            if found is not None:
                used[found[0]] += 1
                about[subject] += 1
                done.add(phrase.text)
                yield phrase, *found


def changed(condition: str, sound: Samples, generator: np.random.Generator) -> tuple[Samples, int]:
    """A copy as that condition has it, and its rate."""
    if condition == "room":
        return distortion.room(sound, generator), RATE
    if condition == "noise":
        noise = distortion.noise(sound.size, generator)
        return distortion.add_noise(sound, noise, float(generator.uniform(5, 20))), RATE
    if condition == "8k-alaw":
        return to_float(g711.decode(g711.encode(to_int16(resample(sound, RATE, 8000))))), 8000
    return sound, RATE


def labels(phrase: Phrase) -> dict[str, Any]:
    """What a manifest says about a phrase."""
    row: dict[str, Any] = {"text": phrase.text, "pinyin": " ".join(phrase.pinyin)}
    row |= {key: value for key in ("topic", "service") if (value := getattr(phrase, key))}
    return row | ({"question": "yes_no"} if phrase.command else {})


def _covered(phrase: Phrase, banks: dict[str, Bank], used: Counter[str]) -> tuple[str, list[Piece]] | None:
    try:
        syllables = [sound_key(syllable) for syllable in phrase.pinyin]
    except UnknownSyllable:
        return None
    tones = [syllable[-1] for syllable in phrase.pinyin]
    for who in sorted(banks, key=lambda one: used[one]):
        if who.startswith("several") or used[who] < MOST_A_SPEAKER:
            pieces = banks[who].cover(syllables, tones)
            if pieces is not None:
                return who, pieces
    return None


def _worth_asking(recordings: list[Recording]) -> bool:
    return sum(len(recording.syllables) for recording in recordings) >= LEAST_SYLLABLES


@lru_cache(maxsize=400)
def _read(path: str) -> Samples:
    return to_float(read_speech(path))

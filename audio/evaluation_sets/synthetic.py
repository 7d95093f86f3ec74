"""Set (b): domain phrases by synthetic voices kept out of training, plain and with an accent.

An accent changes the pinyin before it is spoken, each of its shifts in so many syllables: what many speakers of
Mandarin do (zh/z, n/l, h/f, in/ing …); it is no dialect and no recording of anybody.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audio.acoustic.synthetic_voices import ESPEAK_VARIANTS, HELD_OUT, RATE, Kokoro, espeak
from audio.acoustic.units import UnknownSyllable, pinyin_units
from audio.evaluation_sets.assembled import labels
from audio.evaluation_sets.phrases import Phrase

UNHEARD_ESPEAK = tuple(v for v in ("+m2", "+m4", "+m6", "+m8", "+f3", "+Andrea") if v not in ESPEAK_VARIANTS)
SHIFTS = {
    "south": ((r"^zh", "z"), (r"^ch", "c"), (r"^sh", "s"), (r"ing(?=\d)", "in"), (r"eng(?=\d)", "en")),
    "southwest": ((r"^n(?=[aeiou])", "l"), (r"^zh", "z"), (r"^ch", "c"), (r"^sh", "s"), (r"eng(?=\d)", "en")),
    "hunan": ((r"^h(?=u)", "f"), (r"^zh", "z"), (r"^sh", "s"), (r"ang(?=\d)", "an")),
    "northeast": ((r"^z(?!h)", "zh"), (r"^c(?!h)", "ch"), (r"^s(?!h)", "sh")),
}
SHIFTED = 0.7  # share of the syllables that a shift applies to


def synthesise(phrases: Sequence[Phrase], folder: Path, kokoro: Kokoro | None, number: int, seed: int) -> Path:
    """``number`` phrases, every second one accented; Kokoro's kept-out voices where there is one, and espeak-ng's."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(seed)
    rows: list[dict[str, Any]] = []
    manifest = folder / "manifest.jsonl"
    for index, phrase in enumerate(_mixed(phrases, number, dice)):
        accent = "" if index % 2 == 0 else dice.choice(list(SHIFTS))
        syllables = [accented(syllable, accent, dice) for syllable in phrase.pinyin]
        if kokoro is not None and index // 2 % 2 == 0:
            voice, engine = dice.choice(HELD_OUT), "kokoro"
            sound = kokoro.speak(syllables, voice, dice.uniform(0.8, 1.1))
        else:
            voice, engine = dice.choice(UNHEARD_ESPEAK), "espeak-ng"
            sound = espeak(" ".join(syllables), voice, dice.randint(120, 180), dice.randint(30, 70))
        sound = np.pad(sound * (0.4 / (float(np.abs(sound).max()) + 1e-6)), RATE // 4)
        name = f"{index:04d}.flac"
        soundfile.write(folder / name, sound, RATE)
        rows.append(
            {"path": name, **labels(phrase), "speaker": f"{engine} {voice}", "dialect": "mandarin",
             "condition": f"accent {accent}" if accent else "plain", "source": f"synthetic, {engine}",
             "seconds": round(len(sound) / RATE, 2)}
        )  # fmt: skip
    manifest.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return manifest


def accented(syllable: str, accent: str, dice: random.Random) -> str:
    """A toned syllable as the accent says it; unchanged where the result would be no syllable."""
    for pattern, other in SHIFTS.get(accent, ()):
        if re.search(pattern, syllable) and dice.random() < SHIFTED:
            shifted = re.sub(pattern, other, syllable)
            if _is_syllable(shifted):
                syllable = shifted
    return syllable


def _mixed(phrases: Sequence[Phrase], number: int, dice: random.Random) -> Iterator[Phrase]:
    """One eighth requests for a service, the rest questions, without repeats."""
    services = [phrase for phrase in phrases if phrase.service]
    others = [phrase for phrase in phrases if not phrase.service]
    dice.shuffle(others)
    chosen = [*services[: number // 8], *others][:number]
    dice.shuffle(chosen)
    yield from chosen


def _is_syllable(pinyin: str) -> bool:
    try:
        pinyin_units(pinyin)
    except UnknownSyllable:
        return False
    return True

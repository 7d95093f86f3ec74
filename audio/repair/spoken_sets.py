"""Labelled domain phrases by synthetic voices: ``python -m audio.repair.spoken_sets fit|test --kokoro FOLDER``.

Two sets with nothing in common, neither voices nor sentences: on `fit` the calibration is fitted, on `test` it
is measured. The voices of both are kept out of the acoustic training. Rows are as in the human manifests, with
``kind`` (the question it answers), ``meaning`` (``meanings.py``) and ``listed``: whether the sentence itself is
among the phrases that the graph was built from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audio.acoustic import corpus, synthetic_voices
from audio.acoustic.domain_speech import Sentences
from audio.acoustic.synthesise import spoken_words
from audio.graphs.phrases import ROOT
from audio.repair.meanings import Phrase, known_phrases

VOICES = {
    "fit": ("af_alloy", "af_kore", "am_echo", "am_liam", "bf_isabella", "bm_daniel", "hf_beta", "hm_psi",
            "jf_gongitsune", "pm_santa"),
    "test": synthetic_voices.HELD_OUT,
}  # fmt: skip
"""Kokoro styles; those of `fit` are other languages' voices speaking Mandarin."""
ESPEAK = {"fit": ("+m2", "+m6", "+f3"), "test": ("+m4", "+m8", "+Andrea")}
QUESTIONS = {"fit": ("held", "fresh"), "test": ("unseen",)}
"""Whole questions as people tell them, of any length, in the words of any dialect."""
SHARES = {"listed": 0.42, "unlisted": 0.16, "service": 0.16, "command": 0.12, "value": 0.14}
_MARKS = re.compile(r"[^\u4e00-\u9fff]+")


@dataclass(frozen=True)
class Saying:
    """What is said, to which kind of question, and what it means ("" where only the words count)."""

    text: str
    kind: str
    meaning: str
    listed: bool


def sayings(part: str, seed: int) -> Iterator[Saying]:
    """An endless, repeatable mixture for one part; a sentence is in `fit` or in `test`, never in both."""
    chance = random.Random(f"{part} {seed}")
    plain = [p for p in known_phrases() if p.dialect == "mandarin" and 4 <= len(p.text) <= 18]
    known = [p for p in known_phrases() if _part(p.text) == part and p.dialect == "mandarin"]
    topics = [p for p in plain if p.meaning.startswith("topic:") and _part(p.text) == part]
    services = [p for p in plain if p.meaning.startswith("service:") and _part(p.text) == part]
    commands = [p for p in known if p.meaning.startswith("command:") and len(p.text) <= 6]
    unlisted = [p for p in _unlisted({p.text for p in plain}) if _part(p.text) == part]
    values = Sentences(seed if part == "fit" else seed + 1)
    while True:
        sort = chance.choices(list(SHARES), list(SHARES.values()))[0]
        if sort == "value":
            kind, text = values.one()
            while kind in ("open", "choice"):
                kind, text = values.one()
            yield Saying(text, kind, "", False)
            continue
        pool = {"listed": topics, "unlisted": unlisted, "service": services, "command": commands}[sort]
        phrase = chance.choice(pool)
        yield Saying(
            phrase.text, "yes_no" if sort == "command" else "open", phrase.meaning, sort != "unlisted"
        )


def questions(part: str) -> list[Saying]:
    """All questions of the sets for this part."""
    return [
        Saying(text, "open", f"topic:{row['topic']}", False)
        for name in QUESTIONS[part]
        for text, row in _questions(name)
    ]


def make(
    source: Iterator[Saying],
    part: str,
    folder: Path,
    number: int,
    kokoro: synthetic_voices.Kokoro | None,
    seed: int,
) -> None:
    """At most ``number`` recordings with their manifest; goes on where an earlier run stopped."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "manifest.jsonl"
    have = len(manifest.read_text("utf-8").splitlines()) if manifest.is_file() else 0
    for count, saying in enumerate(islice(source, number)):
        if count < have:
            continue
        chance = random.Random(f"{part} {seed} {count}")
        words = spoken_words(saying.text)
        if kokoro:
            voice = chance.choice(VOICES[part])
            sound = kokoro.speak(words, voice, chance.uniform(0.8, 1.1))
            speaker = f"kokoro {voice}"
        else:
            voice = chance.choice(ESPEAK[part])
            sound = synthetic_voices.espeak(
                " ".join(words), voice, chance.randint(120, 170), chance.randint(30, 70)
            )
            speaker = f"espeak{voice}"
        sound = sound * np.float32(chance.uniform(0.1, 0.8) / (float(np.max(np.abs(sound))) or 1.0))
        soundfile.write(folder / f"{count:05d}.flac", sound, synthetic_voices.RATE)
        row = _row(f"{count:05d}.flac", saying, words, speaker, len(sound) / synthetic_voices.RATE)
        with manifest.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def _row(name: str, saying: Saying, words: list[str], speaker: str, seconds: float) -> dict[str, Any]:
    row = {
        "path": name, "text": saying.text, "pinyin": " ".join(words), "speaker": speaker,
        "kind": saying.kind, "meaning": saying.meaning, "listed": saying.listed, "dialect": "mandarin",
        "source": f"synthetic: {speaker}", "seconds": round(seconds, 2),
    }  # fmt: skip
    for label in ("topic", "service"):
        if saying.meaning.startswith(f"{label}:"):
            row[label] = saying.meaning.split(":", 1)[1]
    return row


def _unlisted(listed: set[str]) -> list[Phrase]:
    """Short development questions in Mandarin: wordings that no list holds."""
    return [
        Phrase(text, f"topic:{row['topic']}")
        for text, row in _questions("dev")
        if row.get("dialect", "mandarin") == "mandarin" and 5 <= len(text) <= 18 and text not in listed
    ]


def _questions(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Questions in scope of one of the knowledge base's sets, characters only; none that needs digits or letters."""
    for line in (ROOT / "knowledge" / "evaluation" / f"{name}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row.get("topic") and not re.search("[0-9A-Za-z]", row["text"]):
            yield _MARKS.sub("", row["text"]), row


def _part(text: str) -> str:
    return "fit" if hashlib.sha256(text.encode()).digest()[0] % 2 else "test"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=("fit", "test"))
    parser.add_argument("--questions", action="store_true", help="whole questions instead of the mixture")
    parser.add_argument("--kokoro", help="folder made by fetch_kokoro.sh; without it espeak-ng speaks")
    parser.add_argument("--work", help="folder of caches and checkpoints")
    parser.add_argument("--number", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    kokoro = synthetic_voices.Kokoro(Path(arguments.kokoro)) if arguments.kokoro else None
    whole = "-questions" if arguments.questions else ""
    name = f"repair-{arguments.part}{whole}-{'kokoro' if kokoro else 'espeak'}"
    folder = corpus.workplace(arguments.work) / "synthetic" / name
    source = iter(questions(arguments.part)) if whole else sayings(arguments.part, arguments.seed)
    make(source, arguments.part, folder, arguments.number, kokoro, arguments.seed)


if __name__ == "__main__":
    main()

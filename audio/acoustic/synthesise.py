"""Synthetic domain speech for training: ``python -m audio.acoustic.synthesise --kokoro FOLDER``.

Writes 16 kHz FLAC and a manifest of the same form as the human one (source "synthetic: …"), in parts, so
that ``prepare --manifest`` can take finished parts while later ones are being made. Words are not changed
by the voice: labels come from the same pinyin that was spoken.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from typing import Any

import jieba
import numpy as np
import soundfile
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin

from audio.acoustic import corpus, synthetic_voices
from audio.acoustic.domain_speech import Sentences
from audio.acoustic.units import pinyin_units

_SPOKEN = {"X": "ai4 ke4 si5", "幺": "yao1", "〇": "ling2", "叉": "cha1"}


def main() -> None:
    """Command line."""
    arguments = _arguments()
    folder = corpus.workplace(arguments.work) / "synthetic"
    sentences = Sentences(arguments.seed)
    kokoro = synthetic_voices.Kokoro(Path(arguments.kokoro)) if arguments.kokoro else None
    for part in range(arguments.parts):
        engine = f"{'test-' if arguments.test else ''}{'kokoro' if kokoro else 'espeak'}"
        place = folder / f"{engine}-{arguments.seed}-{part:02d}"
        make_part(place, sentences, kokoro, arguments.minutes * 60, arguments.seed + part, arguments.test)


def make_part(
    folder: Path,
    sentences: Sentences,
    kokoro: synthetic_voices.Kokoro | None,
    seconds: float,
    seed: int,
    test: bool = False,
) -> None:
    """One folder of recordings with its manifest, about so many seconds of sound."""
    folder.mkdir(parents=True, exist_ok=True)
    chance, begun, made = random.Random(seed), time.monotonic(), 0.0
    manifest, count = folder / "manifest.jsonl", 0
    manifest.write_text("", "utf-8")
    while made < seconds:
        kind, text = sentences.one()
        words = spoken_words(text)
        sound, speaker = _kokoro(kokoro, words, chance, test) if kokoro else _espeak(words, chance)
        sound = sound * np.float32(chance.uniform(0.1, 0.8) / (float(np.max(np.abs(sound))) or 1.0))
        name = f"{count:05d}.flac"
        soundfile.write(folder / name, sound, synthetic_voices.RATE)
        length = len(sound) / synthetic_voices.RATE
        made += length
        row: dict[str, Any] = {
            "path": name, "text": text, "pinyin": " ".join(words), "speaker": speaker, "kind": kind,
            "dialect": "mandarin", "source": f"synthetic: {speaker}", "seconds": round(length, 2),
        }  # fmt: skip
        with manifest.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
        count += 1
    print(
        f"{folder.name}: {count} utterances, {made / 60:.1f} min in {time.monotonic() - begun:.0f} s",
        flush=True,
    )


def spoken_words(text: str) -> list[str]:
    """Toned pinyin of each word of a sentence; ``X`` and 幺 as they are said."""
    words = []
    for word in jieba.lcut(text):
        syllables = [
            _SPOKEN.get(s, s) for s in lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
        ]
        if word in _SPOKEN or any(char in _SPOKEN for char in word):
            syllables = [_SPOKEN.get(char) or " ".join(spoken_words(char)) for char in word]
        words.append(" ".join(syllables))
    pinyin_units(" ".join(words))
    return words


def _kokoro(
    kokoro: synthetic_voices.Kokoro, words: list[str], chance: random.Random, test: bool
) -> tuple[NDArray[np.float32], str]:
    voices = synthetic_voices.MANDARIN if chance.random() < 0.55 else synthetic_voices.FOREIGN
    voice = chance.choice(synthetic_voices.HELD_OUT if test else voices)
    said = [word + ("," if chance.random() < 0.04 else "") for word in words]
    sound = kokoro.speak(said, voice, chance.uniform(0.75, 1.15))
    return sound, f"kokoro {voice}"


def _espeak(words: list[str], chance: random.Random) -> tuple[NDArray[np.float32], str]:
    variant = chance.choice(synthetic_voices.ESPEAK_VARIANTS)
    sound = synthetic_voices.espeak(
        " ".join(words), variant, chance.randint(110, 190), chance.randint(25, 75)
    )
    return sound, f"espeak{variant}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kokoro", help="folder made by fetch_kokoro.sh; without it espeak-ng speaks")
    parser.add_argument("--work", help="folder of caches and checkpoints")
    parser.add_argument("--minutes", type=float, default=12.0, help="sound in one part")
    parser.add_argument("--parts", type=int, default=6)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--test", action="store_true", help="speak with the voices kept out of training")
    return parser.parse_args()


if __name__ == "__main__":
    main()

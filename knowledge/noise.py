"""Recognition errors for training and evaluation: characters replaced by others of nearly the same sound.

What may stand for what comes from jieba's dictionary (MIT), the more frequent word the likelier, so the
errors are real words as a recogniser's language model would choose them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from functools import lru_cache

import jieba

from knowledge.retrieval.sounds import Sounds

MOST_OTHERS = 12


def mishear(text: str, rate: float, rng: random.Random) -> str:
    """Replace each word of one or two Han characters, with probability ``rate``, by a homophone."""
    heard = []
    for word in jieba.lcut(text):
        others = homophones(word) if len(word) <= 2 else ()
        if others and rng.random() < rate:
            words, weights = zip(*others, strict=True)
            heard.append(rng.choices(words, weights)[0])
        else:
            heard.append(word)
    return "".join(heard)


@lru_cache(maxsize=65536)
def homophones(word: str) -> tuple[tuple[str, float], ...]:
    """Other words of like sound with the square root of their frequency, the most frequent ones."""
    sound = _sound(word)
    found = [(w, f**0.5) for w, f in _by_sound().get(sound, ()) if w != word]
    return tuple(sorted(found, key=lambda pair: -pair[1])[:MOST_OTHERS])


@lru_cache(maxsize=1)
def _by_sound() -> dict[str, list[tuple[str, int]]]:
    jieba.setLogLevel("WARNING")
    jieba.initialize()
    table: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for word, count in jieba.dt.FREQ.items():
        if count >= 50 and len(word) <= 2 and all("\u4e00" <= c <= "\u9fff" for c in word):
            table[_sound(word)].append((word, count))
    return table


def _sound(word: str) -> str:
    return " ".join(_sounds().syllables(word))


@lru_cache(maxsize=1)
def _sounds() -> Sounds:
    return Sounds.of_packs()

"""How intelligible our voices are: sentences spoken by each, heard by the second ear (`xiangyin eval voice`).

The ear's own mistakes are in the figures, so they compare voices heard by the same ear, nothing else. Errors are
edits over the length of what was to be said, in characters (homophones count) and in toneless syllables.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from audio.hearing import OPEN, Recogniser
from audio.resampling import to_float, to_recogniser
from audio.scores import characters, edits, share, syllables
from audio.speakable import speakable
from audio.speaking import RATE_HZ, Voice, VoiceUnavailable, frames_of


@dataclass
class _Sum:
    sentences: int = 0
    failed: int = 0
    right: int = 0
    character_edits: int = 0
    syllable_edits: int = 0
    characters: int = 0
    seconds: float = 0.0
    making: float = 0.0

    def as_row(self, voice: str, ear: str) -> dict[str, Any]:
        return {
            "totals": True, "voice": voice, "ear": ear, "sentences": self.sentences, "failed": self.failed,
            "right_by_sound": self.right,
            "character_error": share(self.character_edits, self.characters),
            "syllable_error": share(self.syllable_edits, self.characters),
            "syllables_a_second": share(self.characters, self.seconds),
            "real_time_factor": share(self.making, self.seconds),
        }  # fmt: skip


def evaluate_voices(
    sentences: Sequence[str], voices: Sequence[Voice], ear: Recogniser, dialect: str = "mandarin"
) -> Iterator[dict[str, Any]]:
    """One row a voice and sentence, then the totals of each voice. `making` is wall time, load included."""
    for voice in voices:
        total = _Sum()
        for sentence in sentences:
            row = _one(sentence, voice, ear, dialect, total)
            yield {"voice": voice.name, **row}
        yield total.as_row(voice.name, str(getattr(ear, "name", type(ear).__name__)))


def _one(sentence: str, voice: Voice, ear: Recogniser, dialect: str, total: _Sum) -> dict[str, Any]:
    total.sentences += 1
    began = time.perf_counter()
    try:
        wav = voice.render(sentence, dialect, 1.0)
    except VoiceUnavailable as error:
        total.failed += 1
        return {"said": sentence, "problem": error.detail}
    total.making += time.perf_counter() - began
    sound = np.frombuffer(frames_of(wav), dtype="<i2")
    stream = ear.start(OPEN)
    stream.feed(to_recogniser(to_float(sound), RATE_HZ))
    heard = stream.finish().text
    meant, got = _plain(sentence, dialect), _plain(heard, dialect)
    wrong, wrong_sounds = edits(characters(got), characters(meant)), edits(syllables(got), syllables(meant))
    total.characters += len(characters(meant))
    total.seconds += sound.size / RATE_HZ
    total.character_edits += wrong
    total.syllable_edits += wrong_sounds
    total.right += wrong_sounds == 0
    return {"said": meant, "heard": got, "character_edits": wrong, "syllable_edits": wrong_sounds,
            "seconds": round(sound.size / RATE_HZ, 2)}  # fmt: skip


def _plain(text: str, dialect: str) -> str:
    """As spoken, so that 15 and 十五 count as the same; 幺 is another way to say 一."""
    return speakable(text, dialect).replace("幺", "一").replace("两", "二")

"""The same questions made harder: misheard, put into dialect words, or spoken over a telephone and heard again."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from typing import Any

import soundfile

from audio.evaluation import through
from audio.recogniser import hear
from audio.resampling import to_int16
from audio.voice import speak
from dialects.packs import list_packs, load_pack
from dialects.wording import in_dialect
from knowledge.noise import mishear

SEED = 20261125
MISHEARD = 0.15
"""Share of words replaced by a homophone."""
IN_DIALECT = 0.7
"""Share of the words that a pack knows which are put into dialect."""

Harder = Callable[[str, str], dict[str, Any]]
"""(question, its dialect) → fields of the ``Utterance`` to be asked: text or what was heard, and the dialect."""


def misheard() -> Harder:
    """Homophones for some words, as a recogniser errs; the same ones every time."""
    dice = random.Random(SEED)
    return lambda text, dialect: {"text": mishear(text, MISHEARD, dice)}


def dialectal() -> Harder:
    """Mandarin questions in the words of each pack in turn; those in dialect already stay."""
    dice, packs = random.Random(SEED), [load_pack(name) for name in list_packs() if name != "mandarin"]
    turn = iter(range(1 << 30))

    def harder(text: str, dialect: str) -> dict[str, Any]:
        if dialect != "mandarin":
            return {"text": text, "dialect": dialect}
        pack = packs[next(turn) % len(packs)]
        return {"text": in_dialect(text, pack, IN_DIALECT, dice), "dialect": pack.id}

    return harder


def telephoned() -> Harder:
    """Spoken by our voice, through an 8 kHz A-law line, and recognised again. Raises ModelError, VoiceUnavailable."""

    def harder(text: str, dialect: str) -> dict[str, Any]:
        known = dialect if dialect in list_packs() else "mandarin"
        samples, rate = soundfile.read(io.BytesIO(speak(text, known)), dtype="float32")
        narrow, narrow_rate = through("8k-alaw", samples, rate)
        return {"heard": hear(to_int16(narrow), narrow_rate, known), "dialect": known}

    return harder


NOISES: dict[str, Callable[[], Harder]] = {
    "homophone": misheard, "dialect": dialectal, "8k-tts": telephoned,
}  # fmt: skip

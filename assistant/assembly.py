"""Puts the parts together: an Assistant that can hear, on given settings."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.conversation import Assistant
from assistant.engine import Engine
from assistant.questions import question_of
from assistant.records import Records
from assistant.settings import Settings
from assistant.voting import TextVote
from audio.hearing import SAMPLE_RATE, Heard
from audio.recogniser import hear
from audio.repair.repairer import Repairer
from audio.second_ear import both_ears


def assistant_for(settings: Settings) -> Assistant:
    """An assistant whose engine is at the settings' ports and which hears with the models found."""
    return Assistant(
        Engine(settings), Records(settings.database_url), hear_samples, settings.deadlines.gateway,
        both_ears(repairer().judge),
    )  # fmt: skip


@lru_cache(maxsize=1)
def repairer() -> Repairer:
    """Repair by sound, with text retrieval's vote; one for the whole process."""
    return Repairer(TextVote())


@lru_cache(maxsize=1)
def prepare() -> None:
    """Load what judges hearings (some seconds, once), so that no turn's deadline pays for it."""
    repairer().prepare()


def prepare_soon() -> None:
    """The same beside everything else; a gateway calls it when it starts."""
    threading.Thread(target=prepare, name="repair", daemon=True).start()


def hear_samples(samples: NDArray[np.int16], dialect: str, expecting: Mapping[str, Any] | None) -> Heard:
    """Recognise 16 kHz samples with the graph that fits what was asked for."""
    return hear(samples, SAMPLE_RATE, dialect, question_of(expecting))

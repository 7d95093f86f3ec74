"""Repair as a caller sees it: what was heard and the situation in, a decision out, within a budget of time.

Values (numbers, names, dates, plates …) and dictated text pass untouched, whatever they sound like. The second
pass is skipped when it would not fit; then the words alone decide, more cautiously. Never raises.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from audio.acoustic.reading import ModelUnreadable, read_model
from audio.graphs.accent import PLAIN, Accent, accent_of
from audio.graphs.build import ACOUSTIC
from audio.hearing import SAMPLE_RATE, Heard, nothing_heard
from audio.repair import accents
from audio.repair.decision import Calibration, Judged, Verdict, calibration, decide
from audio.repair.evidence import Evidence, Situation, Vote, gather
from audio.repair.phrasebook import Phrasebook, phrasebook, spoken_units
from audio.repair.scores import Sound
from dialects.packs import PackError, load_pack

BUDGET = 0.8  # seconds an utterance that the second pass may take, as the clock shows it
LONGEST = 12.0  # seconds of sound; no known phrase takes longer
VALUES = frozenset({"digits", "name", "date", "money", "plate", "place"})
log = logging.getLogger(__name__)


class Repairer:
    """Shared by all conversations. ``vote`` is text retrieval, where there is one."""

    def __init__(
        self,
        vote: Vote | None = None,
        *,
        model: Path = ACOUSTIC,
        book: Callable[[], Phrasebook] = phrasebook,
        known: Calibration | None = None,
        budget: float = BUDGET,
    ) -> None:
        self._vote, self._model, self._book, self._known, self._budget = vote, model, book, known, budget
        self._cost = 0.0  # seconds of work a second of sound, as seen lately
        self._lock = threading.Lock()

    def judge(self, heard: Heard, dialect: str, situation: Situation) -> Judged:
        """The decision about one utterance; `heard` may be empty."""
        if not heard.text:
            return Judged("again", "", 0.0, because="nothing heard")
        if situation.dictated or (
            situation.question.kind in VALUES and heard.graph == situation.question.kind
        ):
            return Judged("accept", heard.text, heard.confidence, because="value")
        try:
            known, sound = self._known or calibration(), self.sound(heard)
            evidence = gather(
                heard, sound, situation, self._book(), accent_of_dialect(dialect), self._vote, dialect
            )
            judged = decide(evidence, situation, known)
            if situation.guessing and sound is not None and judged.verdict != "again":
                fits = accents.fits(sound, spoken_units(judged.text))
                judged = replace(judged, accents=accents.standardised(fits, known.accents))
            return judged
        except (OSError, ValueError, KeyError) as error:  # no calibration, no phrases: never a lost turn
            log.warning("repair by sound is out of order: %s", error)
            verdict: Verdict = "ask" if situation.binding else "accept"
            return Judged(verdict, heard.text, heard.confidence, because="out of order")

    def prepare(self) -> None:
        """Load everything ahead, so that the first resident does not wait (some seconds)."""
        silence = replace(nothing_heard("", 0.5, "end_of_sound"), text="好", sound=bytes(SAMPLE_RATE))
        self.judge(silence, "mandarin", Situation())
        self._cost = 0.0

    def evidence(self, heard: Heard, dialect: str, situation: Situation) -> Evidence:
        """What `judge` decides on."""
        return gather(
            heard, self.sound(heard), situation, self._book(), accent_of_dialect(dialect), self._vote, dialect
        )

    def sound(self, heard: Heard) -> Sound | None:
        """The utterance through the acoustic model again; None when it does not fit into the budget."""
        seconds = len(heard.sound) / 2 / SAMPLE_RATE
        if not heard.sound or seconds > LONGEST or self._cost * seconds > self._budget:
            self._cost *= 0.8  # a machine that was busy once is tried again
            return None
        began = time.perf_counter()
        try:
            model = read_model(self._model / "am" / "final.mdl")
        except (OSError, ModelUnreadable) as error:
            log.warning("no second pass: %s", error)
            return None
        sound = Sound.of(model.posteriors(np.frombuffer(heard.sound, np.int16)))
        cost = (time.perf_counter() - began) / max(seconds, 0.1)
        with self._lock:
            self._cost = cost if not self._cost else 0.7 * self._cost + 0.3 * cost
        return sound if len(sound.ratios) else None


def accent_of_dialect(dialect: str) -> Accent:
    """The pack's confusable sounds with their weights; none for an unknown dialect."""
    try:
        return accent_of(load_pack(dialect))
    except PackError:
        return PLAIN

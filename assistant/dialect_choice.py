"""Which dialect a conversation is in: chosen by tap or word, or guessed from the first turns and confirmed once.

Pure. A choice, whoever made it, ends the guessing; a switch by word or tap is possible at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialects.guess import evidence

FIRST_TURNS = 4
ENOUGH = 3.0  # one two-character word that no other pack has; see dialects.guess
SHARE = 0.6
SOUND = 0.4  # weight of one standard deviation of acoustic fit; accented synthetic speech has about four
MOST_BY_SOUND = 1.5  # sound alone never asks: it tells that there is an accent, seldom whose


@dataclass
class DialectChoice:
    """``settled``: no more guessing. ``offered``: the dialect that was asked about and not yet answered."""

    settled: bool = False
    offered: str | None = None
    _said: list[str] = field(default_factory=list)
    _fits: dict[str, float] = field(default_factory=dict)

    def settle(self) -> None:
        """The dialect was chosen."""
        self.settled, self.offered = True, None

    def note(self, text: str, fits: Mapping[str, float] | None = None) -> None:
        """One of the first turns: raw words, and how well each accent fits the sound (standard deviations)."""
        if self.settled or len(self._said) >= FIRST_TURNS:
            return
        self._said.append(text)
        for dialect, fit in (fits or {}).items():
            self._fits[dialect] = self._fits.get(dialect, 0.0) + fit

    def proposal(self) -> str | None:
        """The dialect to ask about now; each conversation is asked once."""
        if self.settled or not self._said:
            return None
        turns = len(self._said)
        score = {
            name: words + min(MOST_BY_SOUND, max(0.0, SOUND * self._fits.get(name, 0.0) / turns))
            for name, words in evidence(self._said).items()
        }
        if not score:
            return None
        best = max(score, key=lambda name: (score[name], name))
        return best if score[best] >= ENOUGH and score[best] >= SHARE * sum(score.values()) else None

    def offer(self, dialect: str) -> None:
        """It was asked about; whatever comes, it is not asked again."""
        self.settled, self.offered = True, dialect

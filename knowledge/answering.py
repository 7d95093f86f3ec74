"""``Knowledge.answer``: one question in, one Finding out. Reloads by itself when a new index is in place.

>>> knowledge = Knowledge.load()                                    # doctest: +SKIP
>>> knowledge.answer("我老伴走了，户口本上他那页咋办").topic            # doctest: +SKIP
'death-household-cancellation'
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from knowledge.boundary import Boundary
from knowledge.encoder.encode import Encoder, question_encoder
from knowledge.entry import Entry
from knowledge.paths import encoder_folder, index_folder
from knowledge.retrieval.channels import score_labels
from knowledge.retrieval.followup import FollowUp, read_followup
from knowledge.retrieval.fusion import Array, Fusion
from knowledge.retrieval.snapshot import Snapshot, read_snapshot

MOST_CHOICES = 3
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Candidate:
    """A topic (never a boundary) that the question may mean; ``share`` is its probability, 0 to 1."""

    topic: str
    title: str
    share: float


@dataclass(frozen=True)
class Finding:
    """``outcome``: answered, clarifying, unanswered, refused, emergency or human.

    ``entry`` and ``topic`` are set when answered; ``section`` is the part of the entry asked for, or None for
    the whole; ``candidates`` are at most three, the choices to offer when clarifying; ``boundary`` says what
    was refused or which help to call; ``jurisdiction`` is the place named now, or the one given;
    ``confidence`` is the calibrated probability that the first candidate is the topic meant; ``urgency`` the
    share of all emergencies together, 0 to 1; ``lapsed`` the entry that would have been answered if it were in
    force on that day (unanswered then, and no neighbour is answered in its place).
    """

    outcome: str
    topic: str | None = None
    entry: Entry | None = None
    section: str | None = None
    candidates: tuple[Candidate, ...] = ()
    confidence: float = 0.0
    boundary: Boundary | None = None
    jurisdiction: str | None = None
    urgency: float = 0.0
    lapsed: Entry | None = None


class IndexMissing(FileNotFoundError):
    """No index has been built: run ``python -m knowledge.index build``."""


class Knowledge:
    """Answers from the index that ``current`` names. Safe to call from several threads."""

    def __init__(self, index_dir: Path, encoder: Encoder) -> None:
        """Raises IndexMissing when ``index_dir`` has no index."""
        self._folder, self._encoder = index_dir, encoder
        self._lock = threading.Lock()
        self._unreadable = ""
        self._version = current_version(index_dir)
        self._ready = _open(index_dir / self._version)

    @classmethod
    def load(cls, index_dir: Path | None = None, encoder: Encoder | None = None) -> Knowledge:
        """Open the index in ``index_dir`` (default ``var/knowledge``). Raises IndexMissing."""
        return cls(index_dir or index_folder(), encoder or question_encoder(encoder_folder()))

    @property
    def entries(self) -> dict[str, Entry]:
        """All entries of the index in use, expired ones too."""
        return self._refresh().snapshot.entries

    def answer(
        self,
        question: str,
        *,
        dialect: str = "mandarin",
        jurisdiction: str | None = None,
        context_topic: str | None = None,
        as_of: date | None = None,
    ) -> Finding:
        """Find the topic meant. ``context_topic`` is the one answered before, for “那要带什么材料”.

        ``dialect`` is recorded by callers; sounds of all dialects are merged in one index. An entry that does
        not hold today, or was not in force on the day asked about (``as_of``), is never answered. A question
        that leans on nothing, and one without a word, is unanswered.
        """
        ready = self._refresh()
        lapsed = _lapsed(ready, as_of)
        follow = read_followup(question)
        place = follow.place or jurisdiction
        if found := _from_context(ready, follow, context_topic, lapsed):
            return replace(found, jurisdiction=place)
        if follow.leaning or not any(map(str.isalnum, question)):
            return Finding("unanswered", section=follow.section, jurisdiction=place)
        finding = self._judged(ready, question, context_topic, lapsed)
        if finding.outcome in ("clarifying", "unanswered") and not (finding.lapsed or finding.boundary):
            mended = ready.snapshot.respelling.mend(question)
            again = self._judged(ready, mended, context_topic, lapsed) if mended != question else finding
            finding = again if again.outcome == "answered" else finding
        section = follow.section if finding.outcome == "answered" else None
        return replace(finding, jurisdiction=place, section=section)

    def _judged(
        self, ready: _Ready, question: str, context_topic: str | None, lapsed: Mapping[str, Entry]
    ) -> Finding:
        """What the index makes of these words, whatever place or section they name."""
        vector = self._encoder.queries([question])[0]
        table = score_labels(ready.snapshot, question, vector)
        every = ready.fusion.probabilities(table, ready.boundary)
        shares = _without(ready, every, lapsed)
        sure = ready.fusion.sureness(table, shares, ready.boundary, len(question))
        finding = replace(_decide(ready, shares, sure), urgency=float(shares[ready.emergency].sum()))
        if finding.outcome == "clarifying" and context_topic in {c.topic for c in finding.candidates}:
            finding = replace(_answered(ready, str(context_topic), sure), candidates=finding.candidates)
        likeliest = ready.snapshot.labels[int(np.argmax(every))]
        if likeliest in lapsed and float(every[ready.emergency].sum()) < ready.fusion.thresholds.emergency:
            left = finding.candidates
            return Finding("unanswered", candidates=left, confidence=sure, lapsed=lapsed[likeliest])
        return finding

    def refresh(self) -> str:
        """Change over to the index that ``current`` names, if it is another; the version now in use.

        Called now and then, it keeps the opening of a new index out of people's questions.
        """
        self._refresh()
        return self._version

    def _refresh(self) -> _Ready:
        """The index in use. While another thread opens a new one, and when that cannot be read, the old one."""
        version = current_version(self._folder)
        if version in (self._version, self._unreadable) or not self._lock.acquire(blocking=False):
            return self._ready
        try:
            self._ready = _open(self._folder / version)
            self._version = version
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            self._unreadable = version
            LOG.error("index %s cannot be read, %s stays: %s", version, self._version, error)
        finally:
            self._lock.release()
        return self._ready


def current_version(index_dir: Path) -> str:
    """The name of the index in use. Raises IndexMissing."""
    try:
        return (index_dir / "current").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise IndexMissing(f"{index_dir}: no index, run “python -m knowledge.index build”") from None


@dataclass(frozen=True)
class _Ready:
    snapshot: Snapshot
    fusion: Fusion
    boundary: np.ndarray[tuple[int], np.dtype[np.bool_]]
    emergency: np.ndarray[tuple[int], np.dtype[np.bool_]]


def _open(folder: Path) -> _Ready:
    snapshot = read_snapshot(folder)
    boundary = np.array([label in snapshot.boundaries for label in snapshot.labels])
    urgent = {b.id for b in snapshot.boundaries.values() if b.outcome == "emergency"}
    emergency = np.array([label in urgent for label in snapshot.labels])
    return _Ready(snapshot, Fusion.from_json(snapshot.fusion), boundary, emergency)


def _from_context(
    ready: _Ready, follow: FollowUp, topic: str | None, lapsed: Mapping[str, Entry]
) -> Finding | None:
    entry = ready.snapshot.entries.get(topic or "")
    if not follow.leaning or entry is None:
        return None
    if entry.id in lapsed:
        return Finding("unanswered", section=follow.section, lapsed=entry)
    return replace(_answered(ready, entry.id, 1.0), section=follow.section)


def _lapsed(ready: _Ready, as_of: date | None) -> dict[str, Entry]:
    """Entries that must not be answered: today's by ``holds_on``, those of a day asked about by ``in_force_on``."""
    entries = ready.snapshot.entries.values()
    if as_of is None:
        today = date.today()
        return {entry.id: entry for entry in entries if not entry.holds_on(today)}
    return {entry.id: entry for entry in entries if not entry.in_force_on(as_of)}


def _without(ready: _Ready, shares: Array, lapsed: Mapping[str, Entry]) -> Array:
    kept = shares * np.array([label not in lapsed for label in ready.snapshot.labels])
    return np.asarray(kept / max(float(kept.sum()), 1e-12), np.float64)


def _decide(ready: _Ready, shares: Array, sure: float) -> Finding:
    limits, labels = ready.fusion.thresholds, ready.snapshot.labels
    topics = np.flatnonzero(~ready.boundary)
    likeliest = topics[np.argsort(-shares[topics])][:MOST_CHOICES]
    choices = tuple(
        Candidate(labels[i], ready.snapshot.entries[labels[i]].title, round(float(shares[i]), 4))
        for i in likeliest
    )
    if float(shares[ready.emergency].sum()) >= limits.emergency:
        urgent = max(np.flatnonzero(ready.emergency), key=lambda i: float(shares[i]))
        return _bounded(ready, labels[int(urgent)], choices, sure)
    if not choices or float(shares[ready.boundary].sum()) >= limits.refuse:
        refused = max(np.flatnonzero(ready.boundary), key=lambda i: float(shares[i]))
        return _bounded(ready, labels[int(refused)], choices, sure)
    if sure >= limits.answer:
        return replace(_answered(ready, choices[0].topic, sure), candidates=choices)
    if sure >= limits.clarify:
        return Finding("clarifying", candidates=choices, confidence=sure)
    return Finding("unanswered", candidates=choices, confidence=sure)


def _answered(ready: _Ready, topic: str, sure: float) -> Finding:
    entry = ready.snapshot.entries[topic]
    return Finding(
        "answered", topic, entry, confidence=sure, candidates=(Candidate(topic, entry.title, 1.0),)
    )


def _bounded(ready: _Ready, label: str, choices: tuple[Candidate, ...], sure: float) -> Finding:
    boundary = ready.snapshot.boundaries[label]
    return Finding(boundary.outcome, candidates=choices, confidence=sure, boundary=boundary)

"""Cases that ask for the same thing, together. Simple, deterministic, and stable while cases are added.

Wordings are taken by turn number. One joins the group that it is most like on average, if it is like enough;
otherwise it leads a group of its own. So what comes later never moves what was grouped before, and a group
keeps its id, which is made of its first wording, the *lead*.

Likeness is that of retrieval: cosine of the encoder's vectors (what is meant), runs of merged toneless
syllables in common (what was said, however it was recognised), and how far the topics that retrieval thought of
are the same (which also holds for subjects that no topic is about).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.encoder.encode import Encoder
from knowledge.gaps.case import Case
from knowledge.phrasings import same_wording
from knowledge.retrieval.sounds import Sounds
from knowledge.retrieval.terms import sound_terms

BY_MEANING, BY_SOUND, BY_TOPICS = 0.5, 0.2, 0.3
LIKE_ENOUGH = 0.3
"""Weights and limit were chosen on half of the development topics and checked on the other half, see
``docs/decisions/0005-gaps-from-records.md``."""

Shares = Mapping[str, float]
"""Share of each topic or boundary that a wording may mean, together at most 1."""


@dataclass(frozen=True)
class Group:
    """``cases`` by turn number; ``lead`` is the first one's wording; ``id`` is “g” and six hex digits."""

    id: str
    lead: str
    cases: tuple[Case, ...]

    @property
    def people(self) -> int:
        """Conversations, each counted once however often it asked."""
        return len({case.conversation for case in self.cases})


def group_id(lead: str) -> str:
    """The id of the group that a wording leads."""
    return "g" + hashlib.sha256(same_wording(lead).encode()).hexdigest()[:6]


def group_cases(
    cases: Sequence[Case],
    encoder: Encoder,
    shares_of: Callable[[str], Shares],
    leads: Sequence[str] = (),
) -> list[Group]:
    """Groups in the order of their first case. ``leads`` are wordings that lead a group beforehand (those of
    closed groups whose records are gone); such a group is left out while it has no case."""
    ordered = sorted(cases, key=lambda case: case.turn)
    if not ordered:
        return []
    owner = assign([*leads, *(case.wording for case in ordered)], encoder, shares_of)
    members: dict[str, list[Case]] = {}
    for case in ordered:
        members.setdefault(owner[case.wording], []).append(case)
    return [Group(group_id(lead), lead, tuple(rows)) for lead, rows in members.items()]


def assign(
    wordings: Sequence[str], encoder: Encoder, shares_of: Callable[[str], Shares], limit: float = LIKE_ENOUGH
) -> dict[str, str]:
    """The lead of every wording; wordings that differ in punctuation only are one."""
    first: dict[str, str] = {}
    for wording in wordings:
        first.setdefault(same_wording(wording), wording)
    distinct = list(first.values())
    groups: list[list[int]] = []
    for i, row in enumerate(_likeness(distinct, encoder, shares_of)):
        means = [float(row[members].mean()) for members in groups]
        best = int(np.argmax(means)) if means else -1
        if best >= 0 and means[best] >= limit:
            groups[best].append(i)
        else:
            groups.append([i])
    lead = {distinct[i]: distinct[members[0]] for members in groups for i in members}
    return {wording: lead[first[same_wording(wording)]] for wording in wordings}


def _likeness(
    wordings: Sequence[str], encoder: Encoder, shares_of: Callable[[str], Shares]
) -> list[NDArray[np.float32]]:
    """For each wording, how like it is to those before it: a list of rows [0], [1], [2] …"""
    vectors, merged = encoder.queries(list(wordings)), Sounds.of_packs()
    sizes = np.zeros(len(wordings), np.float32)
    with_sound: dict[str, list[int]] = defaultdict(list)
    with_topic: dict[str, list[tuple[int, float]]] = defaultdict(list)
    rows = []
    for i, wording in enumerate(wordings):
        sounds, shares = frozenset(sound_terms(wording, merged)), shares_of(wording)
        sizes[i] = max(1, len(sounds))
        shared, common = np.zeros(i, np.float32), np.zeros(i, np.float32)
        for sound in sounds:
            shared[with_sound[sound]] += 1
            with_sound[sound].append(i)
        for topic, share in shares.items():
            for other, its in with_topic[topic]:
                common[other] += min(share, its)
            with_topic[topic].append((i, share))
        meaning, sound_alike = vectors[:i] @ vectors[i], shared / np.sqrt(sizes[:i] * sizes[i])
        rows.append((BY_MEANING * meaning + BY_SOUND * sound_alike + BY_TOPICS * common).astype(np.float32))
    return rows

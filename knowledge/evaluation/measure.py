"""Figures from results: the same functions judge our answers and each channel alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from knowledge.answering import Knowledge
from knowledge.evaluation.queries import Query, read_queries

REFUSALS = ("refused", "unanswered")


@dataclass(frozen=True)
class Result:
    """``status`` is a turn's; ``candidates`` topic ids, best first; ``ms`` the whole turn."""

    query: Query
    status: str
    topic: str | None
    candidates: tuple[str, ...]
    confidence: float
    ms: float

    @property
    def right(self) -> bool:
        """In scope: answered with an accepted topic. Out of scope: the outcome asked for."""
        if self.query.topic is None:
            return self.as_expected
        return self.status == "answered" and self.topic in self.query.accepted

    @property
    def right_or_offered(self) -> bool:
        """Answered right, or one question back that holds an accepted topic among three."""
        offered = self.status == "clarifying" and bool(self.query.accepted & set(self.candidates[:3]))
        return self.right or offered

    @property
    def as_expected(self) -> bool:
        wanted = self.query.expect or "unanswered"
        if wanted in REFUSALS:
            return self.status in REFUSALS
        return self.status == {"human": "handed_over"}.get(wanted, wanted)

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.query.text,
            "status": self.status,
            "topic": self.topic,
            "candidates": list(self.candidates),
            "confidence": round(self.confidence, 4),
            "ms": round(self.ms, 2),
        }


Ask = Callable[[str], dict[str, Any]]
"""One typed turn: gives ``status`` and ``topic``, and ``candidates`` and ``confidence`` where known."""


def direct(knowledge: Knowledge) -> Ask:
    """``ask`` over the knowledge alone, with a turn's names of status."""

    def ask(text: str) -> dict[str, Any]:
        found = knowledge.answer(text)
        return {
            "status": {"human": "handed_over"}.get(found.outcome, found.outcome),
            "topic": found.topic,
            "candidates": [candidate.topic for candidate in found.candidates],
            "confidence": found.confidence,
        }

    return ask


def evaluate(file: Path, ask: Ask) -> list[Result]:
    """Ask every query of ``file`` in order. Raises QueryFileError when the file is malformed."""
    return [ask_one(query, ask) for query in read_queries(file)]


def ask_one(query: Query, ask: Ask) -> Result:
    """One turn, timed in milliseconds unless the reply has its own ``ms``."""
    began = perf_counter()
    reply = ask(query.text)
    ms = (perf_counter() - began) * 1000
    candidates = [c["topic"] if isinstance(c, dict) else str(c) for c in reply.get("candidates") or ()]
    return Result(
        query=query,
        status=str(reply.get("status")),
        topic=reply.get("topic"),
        candidates=tuple(candidates),
        confidence=float(reply.get("confidence") or 0.0),
        ms=float(reply.get("ms") or ms),
    )


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """Rates 0 to 1 over in-scope and out-of-scope queries, by style and dialect, and milliseconds."""
    inside = [r for r in results if r.query.topic is not None]
    outside = [r for r in results if r.query.topic is None]
    times = sorted(r.ms for r in results)
    return {
        "queries": len(results),
        "in_scope": _rates(inside),
        "out_of_scope": {
            "count": len(outside),
            "as_expected": _mean(r.as_expected for r in outside),
            "false_answers": _mean(r.status == "answered" for r in outside),
            "clarified": _mean(r.status == "clarifying" for r in outside),
            "by_expect": {
                expect: {"count": len(group), "as_expected": _mean(r.as_expected for r in group)}
                for expect, group in _grouped(outside, lambda r: r.query.expect).items()
            },
        },
        "by_style": {s: _rates(g) for s, g in _grouped(inside, lambda r: r.query.style).items()},
        "by_dialect": {d: _rates(g) for d, g in _grouped(inside, lambda r: r.query.dialect).items()},
        "reliability": reliability(inside + outside),
        "ms": {"p50": _at(times, 0.5), "p95": _at(times, 0.95)},
    }


def reliability(results: Sequence[Result], bins: int = 10) -> list[dict[str, float]]:
    """Of replies whose first candidate is a topic: confidence said against share right, by tenths."""
    groups: dict[int, list[Result]] = defaultdict(list)
    for result in results:
        if result.candidates and result.status in ("answered", "clarifying", "unanswered"):
            groups[min(bins - 1, int(result.confidence * bins))].append(result)
    return [
        {
            "from": number / bins,
            "count": len(group),
            "said": round(sum(r.confidence for r in group) / len(group), 3),
            "right": _mean(r.candidates[0] in r.query.accepted for r in group),
        }
        for number, group in sorted(groups.items())
    ]


def confusions(results: Sequence[Result], most: int = 30) -> list[tuple[str, str, int]]:
    """Pairs (wanted, given) with counts, most frequent first; given is a topic or a status."""
    pairs = Counter(
        (r.query.topic or r.query.expect, r.topic if r.status == "answered" and r.topic else r.status)
        for r in results
        if not r.right_or_offered
    )
    return [(wanted, str(given), count) for (wanted, given), count in pairs.most_common(most)]


def _rates(results: Sequence[Result]) -> dict[str, Any]:
    return {
        "count": len(results),
        "right": _mean(r.right for r in results),
        "right_or_offered": _mean(r.right_or_offered for r in results),
        "top1": _mean(bool(set(r.candidates[:1]) & r.query.accepted) for r in results),
        "top3": _mean(bool(set(r.candidates[:3]) & r.query.accepted) for r in results),
        "clarified": _mean(r.status == "clarifying" for r in results),
        "wrong_answers": _mean(r.status == "answered" and not r.right for r in results),
        "unanswered": _mean(r.status not in ("answered", "clarifying") for r in results),
    }


def _grouped(results: Iterable[Result], key: Callable[[Result], str]) -> dict[str, list[Result]]:
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[key(result)].append(result)
    return dict(sorted(groups.items()))


def _mean(values: Iterable[bool]) -> float:
    found = list(values)
    return round(sum(found) / len(found), 4) if found else 0.0


def _at(ordered: Sequence[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else 0.0

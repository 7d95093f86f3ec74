"""Figures of a run: one number, or a median and a 95th percentile in milliseconds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

Figure = float | tuple[float, float]
"""One number, or p50 and p95."""


def p50_p95(seconds: Sequence[float]) -> tuple[float, float]:
    """Milliseconds, to a tenth. Raises StatisticsError where nothing was measured."""
    ordered = sorted(seconds)
    p50, p95 = statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))]
    return round(1000 * p50, 1), round(1000 * p95, 1)


def shown(figure: Figure) -> str:
    """For people."""
    return " / ".join(map(str, figure)) if isinstance(figure, tuple) else str(figure)

"""A bar chart of an evaluation as SVG text: no plotting library is needed to look at one."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from audio.scores import GROUPS

BAR, GAP, LEFT, WIDE = 16, 8, 260, 420  # pixels
MEASURES = {"character_error": "字错误率", "syllable_error": "音节错误率（不计声调）",
            "topic_accuracy": "主题正确率", "service_accuracy": "事项正确率"}  # fmt: skip
COLOURS = ("#b5552b", "#2b6cb5", "#3c8f4d", "#8a5bb0")


def chart(totals: Mapping[str, Any], title: str) -> str:
    """Every measure of every group of ``totals`` (the last row of ``evaluate_speech``) as horizontal bars."""
    lines: list[str] = []
    top = 40
    for name, summary in groups(totals):
        lines.append(_text(8, top + 12, f"{name}（{summary['recordings']} 条）"))
        for colour, (key, label) in zip(COLOURS, MEASURES.items(), strict=True):
            if summary.get(key) is not None:
                lines.append(_bar(top, colour, label, float(summary[key])))
                top += BAR
        top += GAP
    head = _text(8, 22, title, 16)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDE + 240}" height="{top + GAP}" '
        f'font-family="sans-serif">\n' + "\n".join([head, *lines]) + "\n</svg>\n"
    )


def groups(totals: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """(name, summary): all recordings first, then each group with more than one member."""
    found: list[tuple[str, Mapping[str, Any]]] = [("all", totals)]
    for name in GROUPS:
        members = totals.get(name) or {}
        if len(members) > 1 or any(summary["recordings"] != totals["recordings"] for summary in members.values()):
            found += [(str(key), summary) for key, summary in members.items()]
    return found


def _bar(top: int, colour: str, label: str, value: float) -> str:
    width = max(1, round(min(value, 1.0) * WIDE))
    bar = f'<rect x="{LEFT}" y="{top}" width="{width}" height="{BAR - 3}" fill="{colour}"/>'
    return bar + _text(LEFT + width + 6, top + 11, f"{100 * value:.1f}% {label}", 11)


def _text(x: int, y: int, text: str, size: int = 13) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}">{escape(text)}</text>'

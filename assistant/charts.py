"""Evaluations as SVG text: no plotting library is needed to look at one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from audio.scores import GROUPS

BAR, GAP, LEFT, WIDE = 16, 8, 260, 420  # pixels
MEASURES = {"character_error": "字错误率", "syllable_error": "音节错误率（不计声调）",
            "topic_accuracy": "主题正确率", "service_accuracy": "事项正确率"}  # fmt: skip
ANSWERS = {"right": "一次答对", "right_or_offered": "答对或问对"}
COLOURS = ("#b5552b", "#2b6cb5", "#3c8f4d", "#8a5bb0")
SQUARE = 300  # pixels of the reliability curve's side


def speech_chart(totals: Mapping[str, Any], title: str) -> str:
    """Every measure of every group of ``totals`` (the last row of ``evaluate_speech``) as horizontal bars."""
    named = [(f"{name}（{summary['recordings']} 条）", summary) for name, summary in groups(totals)]
    bars, height = _bars(named, MEASURES)
    return _picture(title, bars, height)


def faq_chart(figures: Mapping[str, Any], title: str) -> str:
    """Answers by style and dialect as bars; below them what was said of how sure it is against what was right.

    ``figures`` as ``knowledge.evaluation.measure.summary`` gives them. A dot's area grows with its count.
    """
    parts = {"全部": figures["in_scope"], **figures["by_style"], **figures["by_dialect"]}
    named = [(f"{name}（{rates['count']} 条）", rates) for name, rates in parts.items() if rates["count"]]
    bars, height = _bars(named, ANSWERS)
    return _picture(title, [*bars, *_reliability(figures["reliability"], height + 30)], height + SQUARE + 80)


def groups(totals: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """(name, summary): all recordings first, then each group with more than one member."""
    found: list[tuple[str, Mapping[str, Any]]] = [("all", totals)]
    for name in GROUPS:
        members = totals.get(name) or {}
        if len(members) > 1 or any(
            summary["recordings"] != totals["recordings"] for summary in members.values()
        ):
            found += [(str(key), summary) for key, summary in members.items()]
    return found


def _bars(
    named: Sequence[tuple[str, Mapping[str, Any]]], measures: Mapping[str, str]
) -> tuple[list[str], int]:
    """SVG elements, and the height in pixels below which there is room."""
    lines, top = [], 40
    for name, summary in named:
        lines.append(_text(8, top + 12, name))
        for colour, (key, label) in zip(COLOURS, measures.items(), strict=False):
            if summary.get(key) is not None:
                lines.append(_bar(top, colour, label, float(summary[key])))
                top += BAR
        top += GAP
    return lines, top


def _reliability(bins: Sequence[Mapping[str, float]], top: int) -> list[str]:
    """Said against right, 0 to 1 each way, with the diagonal on which they agree."""

    def at(said: float, right: float) -> tuple[int, int]:
        return LEFT + round(said * SQUARE), top + SQUARE - round(right * SQUARE)

    (x0, y0), (x1, y1) = at(0, 0), at(1, 1)
    lines = [
        _text(8, top + 12, "把握说得准不准"),
        f'<rect x="{x0}" y="{y1}" width="{SQUARE}" height="{SQUARE}" fill="none" stroke="#888"/>',
        f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="#888" stroke-dasharray="4"/>',
        _text(x0, y0 + 16, "横：说的把握，竖：真对的份额，都从 0 到 1；点越大，问题越多", 11),
    ]
    for one in bins:
        x, y = at(one["said"], one["right"])
        radius = round(2 + one["count"] ** 0.5, 1)
        lines.append(f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{COLOURS[1]}" fill-opacity="0.6"/>')
    return lines


def _picture(title: str, elements: Sequence[str], height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDE + 240}" height="{height + GAP}" '
        f'font-family="sans-serif">\n' + "\n".join([_text(8, 22, title, 16), *elements]) + "\n</svg>\n"
    )


def _bar(top: int, colour: str, label: str, value: float) -> str:
    width = max(1, round(min(value, 1.0) * WIDE))
    bar = f'<rect x="{LEFT}" y="{top}" width="{width}" height="{BAR - 3}" fill="{colour}"/>'
    return bar + _text(LEFT + width + 6, top + 11, f"{100 * value:.1f}% {label}", 11)


def _text(x: int, y: int, text: str, size: int = 13) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}">{escape(text)}</text>'

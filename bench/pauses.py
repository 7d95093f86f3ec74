"""Elders who pause inside their sentences: how often do we cut them off, and how much longer do we wait?

    python -m bench.pauses [--sentences N] [--seed S] [--read MANIFEST] [--held-out] [--json]

Sentences nobody wrote phrasings for (knowledge/evaluation/dev.jsonl), spoken piece by piece by our own voices with
pauses of 0.8–2.5 s between the pieces, in part with a hesitation word; and, with ``--read``, read sentences of
people, cut at their weakest moments. The real detector and the real recogniser run once over each; the
endpointing is then run over what they said, chunk by chunk in virtual time, in several ways: a fixed 600 ms,
and ours with the elder floors and each speaker's learnt pace. `cut off`: the turn ended before the speaker had
finished. `added wait`: seconds from the end of speech to the end of the turn, less 0.6.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from audio.endings import finished
from audio.endpointing import Endpointer, Event
from audio.hearing import Question
from audio.listener import turn_words
from audio.pace import Pace
from audio.turn_words import TurnWords
from bench.pausing import Spoken, Trace, read_sentences, spoken_sentences, traced

FIXED = 0.6  # seconds of silence
LATE = 0.3  # seconds that a recogniser needs for its last words


@dataclass(frozen=True)
class Outcome:
    """One turn: whether it ended too early, and the wait after the last speech (None when cut off)."""

    cut_off: bool
    wait: float | None
    reason: str
    pauses: int
    hesitated: bool


Ends = Callable[[Trace, Pace], Event | None]


def main() -> int:
    """Command line."""
    arguments = _arguments()
    dice = random.Random(arguments.seed)
    spoken: list[Spoken] = list(spoken_sentences(arguments.sentences, dice, arguments.held_out))
    if arguments.read:
        spoken += read_sentences(arguments.read, arguments.sentences, dice)
    traces = [traced(one) for one in spoken]
    for source in dict.fromkeys(trace.source for trace in traces):
        chosen = [trace for trace in traces if trace.source == source]
        for name, ends in ARMS.items():
            if ends is patient_with_true_text and not chosen[0].said:
                continue
            row = {"source": source, "arm": name, **figures(run(chosen, ends))}
            print(json.dumps(row, ensure_ascii=False) if arguments.json else line(row), flush=True)
    return 0


def run(traces: Sequence[Trace], ends: Ends) -> list[Outcome]:
    """All turns; the turns of one speaker share a pace, in order, as in one conversation."""
    paces: dict[str, Pace] = {}
    outcomes = []
    for trace in traces:
        pace = paces.setdefault(trace.speaker, Pace())
        event = ends(trace, pace)
        cut = event is not None and event.at < trace.speech_end - 0.1
        if cut and event is not None:
            resumed = next((start for start, _ in trace.resumes if start > event.at), event.at)
            pace.was_cut_off(resumed - event.speech_end)
        wait = None if cut or event is None else event.at - trace.speech_end
        reason = event.reason or "" if event else "never"
        outcomes.append(Outcome(cut, wait, reason, len(trace.resumes), trace.hesitated))
    return outcomes


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Shares and means of a set of turns."""
    waits = sorted(outcome.wait for outcome in outcomes if outcome.wait is not None)
    pauses = sum(outcome.pauses for outcome in outcomes)
    cut = sum(outcome.cut_off for outcome in outcomes)
    return {
        "turns": len(outcomes),
        "pauses": pauses,
        "cut_off": round(cut / len(outcomes), 4),
        "median_added_wait": round(waits[len(waits) // 2] - FIXED, 3) if waits else None,
        "mean_added_wait": round(sum(waits) / len(waits) - FIXED, 3) if waits else None,
        "p90_added_wait": round(waits[int(0.9 * (len(waits) - 1))] - FIXED, 3) if waits else None,
    }


def line(row: dict[str, Any]) -> str:
    return "  ".join(f"{key} {value}" for key, value in row.items())


def fixed(trace: Trace, pace: Pace) -> Event | None:
    """A turn ends after 600 ms without speech, whatever was said."""
    return replay(trace, Endpointer(Question(), words=TurnWords((), (), (), (), ())), text=False)


def fixed_long(trace: Trace, pace: Pace) -> Event | None:
    """A turn ends after 2.3 s without speech: what it costs to cut hardly anybody off without looking at words."""
    long = Pace()
    long.was_cut_off(2.0)
    return replay(trace, Endpointer(Question(), pace=long, words=TurnWords((), (), (), (), ())), text=False)


def patient(trace: Trace, pace: Pace) -> Event | None:
    """Ours for an elder, with the pace learnt in this conversation."""
    return replay(trace, Endpointer(Question(), elder=True, pace=pace, words=turn_words("mandarin"), finished=finished))


def patient_with_true_text(trace: Trace, pace: Pace) -> Event | None:
    """As `patient`, if the recogniser understood everything, 0.3 s late: what better hearing would bring."""

    def text(at: float) -> str:
        return next((words for second, words in reversed(trace.said) if at >= second + LATE), "")

    chunks = tuple(replace(chunk, text=text((n + 1) * chunk.seconds)) for n, chunk in enumerate(trace.chunks))
    return patient(replace(trace, chunks=chunks), pace)


def ordinary(trace: Trace, pace: Pace) -> Event | None:
    """Ours for somebody who is not known to be an elder, with the learnt pace."""
    return replay(trace, Endpointer(Question(), pace=pace, words=turn_words("mandarin"), finished=finished))


ARMS: dict[str, Ends] = {"fixed 600 ms": fixed, "fixed 2300 ms": fixed_long, "ours": ordinary, "ours, elder": patient,
                         "ours, elder, true text": patient_with_true_text}  # fmt: skip


def replay(trace: Trace, endpointer: Endpointer, text: bool = True) -> Event | None:
    """Feed a trace chunk by chunk; the event that ended the turn."""
    for chunk in trace.chunks:
        event = endpointer.step(chunk.seconds, chunk.speech, chunk.text if text else None)
        if event is not None and event.kind == "ended":
            return event
    return None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=60, help="of each source")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--read", type=Path, help="manifest of read sentences")
    parser.add_argument("--held-out", action="store_true", help="the half of the topics that tuned nothing")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

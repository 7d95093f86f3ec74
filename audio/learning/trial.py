"""How well a way of pronouncing hears recordings: graphs built in a process, decoded with Vosk, errors counted.

Two tasks: choosing the sentence from a closed list of all recorded sentences and the pack's own, and open speech
with the dialect's `open` graph, which has never seen the recorded sentences.
"""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import vosk
from numpy.typing import NDArray

from audio.acoustic.features import RATE
from audio.graphs.phrases import ROOT
from audio.recogniser import joined
from audio.scores import edits, syllables

Pcm = NDArray[np.int16]
DRAWS = 2000


@dataclass(frozen=True)
class Way:
    """What a graph is built with: a pack, and what was learnt (None: whatever is in use; bare: nothing)."""

    dialect: str
    packs: Path
    model: Path
    learned: Path | None = None
    bare: bool = False


@dataclass(frozen=True)
class Score:
    """Of one recording: whether it was picked from the list; toneless syllables wrong, and in all, openly."""

    picked: bool
    wrong: int
    syllables: int


@dataclass(frozen=True)
class Total:
    """Sums over recordings."""

    recordings: int
    picked: int
    wrong: int
    syllables: int

    @property
    def error(self) -> float:
        return self.wrong / self.syllables if self.syllables else 0.0


def total(scores: Sequence[Score]) -> Total:
    return Total(
        len(scores),
        sum(score.picked for score in scores),
        sum(score.wrong for score in scores),
        sum(score.syllables for score in scores),
    )


def better(before: Sequence[Score], after: Sequence[Score]) -> float:
    """How unlikely the gain would be if learning changed nothing: the share of random exchanges of before and after,
    recording by recording, that gain less (paired randomisation test, Fisher 1935). Ties count half.

    The gain: fewer syllables wrong in open speech and more sentences picked, each as a share of all. Two sentences
    won and none lost stay below 0.9; drawing recordings anew instead (bootstrap) would call that sure.
    """
    gains = [_cost(one, before) - _cost(other, before) for one, other in zip(before, after, strict=True)]
    dice, seen = random.Random(0), sum(gains)
    changed = [gain for gain in gains if gain]
    wins = 0.0
    for _ in range(DRAWS):
        gain = sum(gain if dice.random() < 0.5 else -gain for gain in changed)
        wins += 0.5 if math.isclose(gain, seen, abs_tol=1e-9) else 1.0 if gain < seen else 0.0
    return wins / DRAWS


def _cost(one: Score, of: Sequence[Score]) -> float:
    return one.wrong / max(1, sum(score.syllables for score in of)) - one.picked / len(of)


def scores(
    sounds: Sequence[Pcm], texts: Sequence[str], choices: Sequence[str], way: Way, work: Path
) -> list[Score]:
    """One score a recording; `work` is a folder for this way's graphs. Raises CalledProcessError."""
    vosk.SetLogLevel(-1)
    listed = _graph("choice", way, work / "choice", choices)
    picks = [_decoded(listed, pcm) == text for pcm, text in zip(sounds, texts, strict=True)]
    del listed
    opened = _graph("open", way, work / "open", None)
    result = []
    for picked, pcm, text in zip(picks, sounds, texts, strict=True):
        wanted = syllables(text)
        result.append(Score(picked, edits(syllables(_decoded(opened, pcm)), wanted), len(wanted)))
    return result


def _graph(kind: str, way: Way, out: Path, phrases: Sequence[str] | None) -> vosk.Model:
    command = [sys.executable, "-m", "audio.graphs.build", "--kind", kind, "--out", str(out)]
    command += ["--model", str(way.model), "--dialect", way.dialect, "--packs", str(way.packs)]
    command += ["--bare"] if way.bare else ["--learned", str(way.learned)] if way.learned else []
    command += ["--phrases"] if phrases is not None else []
    subprocess.run(
        command, input="\n".join(phrases or ()), text=True, check=True, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    return vosk.Model(str(out))


def _decoded(model: vosk.Model, pcm: Pcm) -> str:
    engine = vosk.KaldiRecognizer(model, RATE)
    engine.AcceptWaveform(pcm.tobytes())
    return joined([json.loads(engine.FinalResult())["text"]])

"""Side by side in one run: plain background graph, our graphs, our graphs with repair; help and harm.

Each recording is heard three times. What a text means is read the same way for all three (`Reader`), so that
the columns differ only by what was heard. Recordings without a meaning are values (numbers, names, dates), where
only the words count, or speech outside our domain (``outside``), which must end in nothing that binds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.evaluation import Channel, through
from audio.files import AudioFileError, read_audio
from audio.graphs.build import ACOUSTIC
from audio.graphs.phrases import ROOT
from audio.hearing import SAMPLE_RATE, Heard, Question, QuestionKind, nothing_heard
from audio.models import ModelError, find_model, variable_folder
from audio.recogniser import VoskRecogniser, hear_with
from audio.repair.decision import Judged
from audio.repair.evidence import Situation, Vote
from audio.repair.fit import Labelled, labelled, topic_labelled
from audio.repair.phrasebook import Phrasebook, phrasebook, spoken_units
from audio.repair.repairer import Repairer
from audio.repair.scores import Sound
from audio.resampling import resample, to_int16

Int16 = NDArray[np.int16]
SURE_VOTE = 0.5
ALIKE_TEXT = 0.6  # of the pairs of units: a text that means what a known phrase means


@dataclass(frozen=True)
class Said:
    """A recording: what was said, to which kind of question, what it means ("" none), outside our domain."""

    path: Path
    text: str
    kind: QuestionKind
    meaning: str
    outside: bool
    listed: bool
    source: str
    dialect: str = "mandarin"


@dataclass(frozen=True)
class Compared:
    """One recording on one channel: the three texts and whether each is right; ``group`` names the row."""

    path: str
    group: str
    channel: str
    said: str
    plain: str
    ours: str
    judged: Judged
    plain_right: bool
    ours_right: bool
    judged_right: bool
    binds: tuple[bool, bool, bool]

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "judged": asdict(self.judged)}


class Reader:
    """What a text means: a known phrase, text retrieval's first topic, or the phrase with the same sounds."""

    def __init__(self, book: Phrasebook, vote: Vote | None) -> None:
        self._book, self._vote = book, vote

    def meaning(self, text: str) -> str:
        """``kind:id``, or "" when it means nothing to us."""
        phrase = self._book.find(text)
        if phrase:
            return phrase.meaning
        votes = self._vote(text) if self._vote and text else ()
        if votes and votes[0][1] >= SURE_VOTE:
            return votes[0][0]
        near = self._book.nearest([spoken_units(text)], 1) if text else []
        alike = near and self._book.alike(spoken_units(text), near[0]) >= ALIKE_TEXT
        return self._book.phrases[near[0]].meaning if alike else ""

    def right(self, text: str, said: Said) -> bool:
        """The same sounds, or, where there is a meaning, the same meaning."""
        if spoken_units(text) == spoken_units(said.text):
            return bool(text)
        return bool(said.meaning) and self.meaning(text) == said.meaning

    def binds(self, text: str) -> bool:
        """Whether the text by itself would start or confirm something."""
        return self.meaning(text).startswith(("service:", "command:affirm"))


def read_manifest(manifest: Path, *, outside: bool = False, most: int | None = None) -> list[Said]:
    """Recordings of a manifest; those without ``kind`` and ``meaning`` are outside speech when told so."""
    found = []
    for line in manifest.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row.get("text") and (not outside or len(row["text"]) >= 4) and row.get("dialect") != "cantonese":
            kind: QuestionKind = row.get("kind") or row.get("question") or "open"
            meaning = str(row.get("meaning") or "") or next(
                (f"{label}:{row[label]}" for label in ("topic", "service") if row.get(label)), ""
            )
            found.append(Said(manifest.parent / row["path"], row["text"], kind, meaning, outside,
                              bool(row.get("listed")), str(row.get("source", "")).split(":")[0]))  # fmt: skip
    return found if most is None else found[:: max(1, len(found) // most)][:most]


def compare(said: list[Said], channel: Channel, repairer: Repairer, vote: Vote | None) -> Iterator[Compared]:
    """One row a recording."""
    reader, plain = Reader(phrasebook(), vote), VoskRecogniser(plain_model(), n_best=0)
    for one in said:
        sound, rate = _sound(one, channel)
        if not sound.size:
            continue
        simple = hear_with(plain, sound, rate, Question())
        ours, judged = repaired(one, sound, rate, repairer)
        went_on = judged.text if judged.verdict in ("accept", "answer") else ""
        texts = (simple.text, ours.text, went_on)
        plain_right, ours_right, final = (reader.right(text, one) for text in texts)
        sure = (True, True, judged.verdict == "accept")  # what is only answered binds nobody
        yield Compared(
            one.path.name, group(one), channel, one.text, simple.text, ours.text, judged,
            plain_right, ours_right, final, tuple(s and reader.binds(t) for s, t in zip(sure, texts, strict=True)),  # type: ignore[arg-type]
        )  # fmt: skip


def evidence_rows(
    said: list[Said], channel: Channel, repairer: Repairer, vote: Vote | None
) -> Iterator[Labelled]:
    """What the calibration is fitted on: with the sound, and as if there had been no time for it."""
    reader = Reader(phrasebook(), vote)
    for one in said:
        if not one.meaning and not one.outside:
            continue  # values are never judged
        sound, rate = _sound(one, channel)
        heard = hear_with(_ours(), sound, rate, Question(one.kind)) if sound.size else None
        if heard is None or not heard.text:
            continue
        for version in (heard, replace(heard, sound=b"")):
            evidence = repairer.evidence(version, one.dialect, Situation(Question(one.kind)))
            best = evidence.best
            right = best is not None and (best.meaning == one.meaning or reader.right(best.text, one))
            yield from labelled(
                evidence, reader.right(heard.text, one), right and not one.outside, one.outside
            )
            if evidence.topic and one.kind == "open" and (one.outside or one.meaning.startswith("topic:")):
                yield topic_labelled(evidence, evidence.topic == one.meaning, one.outside)


def repaired(one: Said, sound: Int16, rate: int, repairer: Repairer) -> tuple[Heard, Judged]:
    """Heard with the graph of the question, then judged as in a conversation."""
    question = Question(one.kind)
    heard = hear_with(_ours(), sound, rate, question)
    return heard, repairer.judge(heard, one.dialect, Situation(question))


def sound_of(one: Said, channel: Channel, repairer: Repairer) -> Sound | None:
    """A recording as the second pass hears it."""
    samples, _ = _sound(one, channel)
    return repairer.sound(replace(nothing_heard("", 0.0, "end_of_sound"), sound=samples.tobytes()))


def summary(rows: list[Compared]) -> dict[str, dict[str, Any]]:
    """Counts and shares by group and channel. Harm: right with our graph alone, and taken away by the repair."""
    table: dict[str, dict[str, Any]] = {}
    for name in sorted({(row.group, row.channel) for row in rows}):
        mine = [row for row in rows if (row.group, row.channel) == name]
        table["|".join(name)] = counted(mine)
    return table


def counted(mine: list[Compared]) -> dict[str, Any]:
    """The figures of one group."""
    number = len(mine)
    went_on = ("accept", "answer")
    asked = [row for row in mine if row.judged.verdict == "ask"]
    harmed = [
        row for row in mine if row.ours_right and row.judged.verdict in went_on and not row.judged_right
    ]
    lost = [row for row in mine if row.ours_right and row.judged.verdict == "again"]
    helped = [row for row in mine if not row.ours_right and row.judged_right]
    wrong = [row for row in mine if row.judged.verdict in went_on and not row.judged_right]
    shares = {
        "plain": sum(row.plain_right for row in mine), "ours": sum(row.ours_right for row in mine),
        "repair": sum(row.judged_right for row in mine), "helped": len(helped), "harmed": len(harmed),
        "lost": len(lost), "asked": len(asked), "again": sum(row.judged.verdict == "again" for row in mine),
        "accepted_wrong": len(wrong),
    }  # fmt: skip
    binding = {
        f"binds_{name}": sum(row.binds[n] for row in mine)
        for n, name in enumerate(("plain", "ours", "repair"))
    }
    return {"recordings": number, **{k: round(v / number, 4) for k, v in shares.items()}, **binding}


def group(one: Said) -> str:
    """The row of the table that a recording belongs to."""
    if one.outside:
        return f"outside ({one.source})"
    if not one.meaning:
        return "values"
    return "commands" if one.meaning.startswith("command:") else "listed" if one.listed else "unlisted"


def plain_model() -> Path:
    """A recogniser with background words and commands only, built when it is not there."""
    folder = variable_folder() / "repair" / "plain" / "open"
    if not (folder / "graph" / "HCLG.fst").is_file():
        command = [sys.executable, "-m", "audio.graphs.build", "--kind", "open", "--phrases",
                   "--model", str(ACOUSTIC), "--out", str(folder)]  # fmt: skip
        subprocess.run(command, input="", text=True, check=True, cwd=ROOT)
    return folder.parent


def _ours() -> VoskRecogniser:
    """Our model with our graphs, without alternatives: they cost as much as hearing, and the second pass finds
    its sentences without them."""
    folder = find_model(ACOUSTIC.name)
    if folder is None:
        raise ModelError(f"没有装语音模型 {ACOUSTIC.name}，请运行 make setup。")
    return VoskRecogniser(folder, n_best=0)


def _sound(one: Said, channel: Channel) -> tuple[Int16, int]:
    """Nothing for a recording that cannot be read; it is left out of every column."""
    try:
        samples, rate = through(channel, *read_audio(one.path))
    except AudioFileError:
        return np.zeros(0, np.int16), SAMPLE_RATE
    return to_int16(resample(samples, rate)), SAMPLE_RATE

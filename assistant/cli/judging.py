"""`eval voice`: our sentences spoken by each voice of this machine and heard by the second ear."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from assistant.cli.output import FAILED, complain, line, screen, tell
from assistant.wording import fixed_sentences
from audio.espeak_voice import EspeakVoice
from audio.natural_voice import natural_voice
from audio.second_ear import second_ear
from audio.speaking import Voice
from audio.voice import sentences_of
from audio.voice_evaluation import evaluate_voices
from knowledge.store import load_store

SHORTEST, LONGEST = 6, 30  # characters
SEED = 20261125


def voice(
    file: Annotated[Path | None, typer.Argument(help="一行一句；不给就用自己的话")] = None,
    count: Annotated[int, typer.Option(help="念几句")] = 40,
    dialect: Annotated[str, typer.Option("--dialect", "-d", help="方言编号")] = "mandarin",
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON")] = False,
) -> None:
    """每副嗓子各念几句，由第二副耳朵听写，看听得懂多少。"""
    ear = second_ear(dialect)
    if ear is None:
        complain(
            "没有第二副耳朵，评不了。请先 pip install faster-whisper，再 xiangyin models get faster-whisper-base。"
        )
        raise typer.Exit(FAILED)
    natural = natural_voice()
    voices: list[Voice] = [EspeakVoice()]
    if natural is not None and natural.speaks(dialect):
        voices.append(natural)
    else:
        tell("没有自然的嗓子，只评 espeak-ng。")
    table = Table("嗓子", "句数", "音全对", "字错率", "音节错率", "音节每秒", "实时率", title=f"{ear.name} 听")
    for row in evaluate_voices(_sentences(file, count), voices, ear, dialect):
        if as_json:
            line(row)
        elif "totals" in row:
            table.add_row(*(_cell(row[key]) for key in (
                "voice", "sentences", "right_by_sound", "character_error", "syllable_error", "syllables_a_second",
                "real_time_factor")))  # fmt: skip
    if not as_json:
        screen.print(table)


def _sentences(file: Path | None, count: int) -> list[str]:
    """Half of what we always say the same, half of what we answer; the same ones every time."""
    if file is not None:
        return [text.strip() for text in file.read_text("utf-8").splitlines() if text.strip()][:count]
    dice = random.Random(SEED)
    entries = load_store().entries
    said = [
        [s for text in texts for s in sentences_of(text) if SHORTEST <= len(s) <= LONGEST]
        for texts in (fixed_sentences(), [entries[topic].said for topic in sorted(entries)])
    ]
    return [s for half in said for s in sorted(dice.sample(half, min(len(half), count // 2)))]


def _cell(value: object) -> str:
    return "—" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)

"""What is wrong with a pack, in sentences for the clerk who wrote it (docs/dialects.md). Prints nothing itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from dialects import packs
from dialects.normalise import normalise
from dialects.packs import COMMANDS, FOLDER, Pack, PackError, load_pack
from dialects.sounds import is_prose, unit

ENOUGH_LIKE = 0.5
"""Least character F1 of a normalised test sentence and its meaning: below, most characters differ."""


def check_pack(name: str, folder: Path = FOLDER, spell: Callable[[str], object] | None = None) -> list[str]:
    """Problems as Chinese sentences, worst first; an empty list when the pack is fine. Raises nothing.

    `spell` raises ValueError for what is no syllable (the acoustic model's `syllable_units`); without it the
    readings' syllables are not looked at.
    """
    broken = _broken(name, folder)
    if broken:
        return broken
    pack = load_pack(name, folder)
    return [
        *_greeting(pack), *_sources(pack), *_commands(pack), *_words(pack), *_protected(pack),
        *_sounds(pack), *_readings(pack, spell), *_phrases(pack),
    ]  # fmt: skip


def likeness(one: str, other: str) -> float:
    """Character F1 of two sentences, order and marks aside; 1 when they have the same characters."""
    left, right = (Counter(c for c in text if c.isalnum()) for text in (one, other))
    common = sum((left & right).values())
    return 2 * common / (left.total() + right.total()) if common else 0.0


def _broken(name: str, folder: Path) -> list[str]:
    """The first thing in each file that keeps the pack from being loaded."""
    home = folder / name
    if not (home / "pack.yml").exists():
        return [f"没有方言包“{name}”；现有：{'、'.join(packs.list_packs(folder))}"]
    problems = []
    readers: tuple[Callable[[], object], ...] = (
        lambda: packs.read_front(home),
        lambda: packs.read_words(home / "words.tsv"),
        lambda: packs.read_sounds(home / "sounds.tsv"),
        lambda: packs.read_readings(home / "readings.tsv"),
        lambda: packs.read_phrases(home / "phrases.tsv"),
    )
    for read in readers:
        try:
            read()
        except PackError as error:
            problems.append(str(error))
    return problems


def _sources(pack: Pack) -> list[str]:
    return [] if any(pack.sources) else ["pack.yml：sources 是空的，写上这些词是从哪里来的。"]


def _sounds(pack: Pack) -> list[str]:
    problems = []
    for shift in pack.sounds:
        row = f"sounds.tsv：“{shift.mandarin} → {shift.dialect}”"
        if is_prose(shift.mandarin):
            continue
        if unit(shift.mandarin) is None and unit(f"-{shift.mandarin}") is None:
            problems.append(f"{row}里的“{shift.mandarin}”不是普通话的声母或韵母（韵母前面加 -）。")
        elif unit(shift.dialect) is None and unit(f"-{shift.dialect}") is None:
            problems.append(f"{row}里的“{shift.dialect}”不是声母或韵母，写最接近的；没有就写 ∅。")
        elif shift.dialect.removeprefix("-") == shift.mandarin.removeprefix("-"):
            problems.append(f"{row}两边一样，删掉。")
    return problems


def _readings(pack: Pack, spell: Callable[[str], object] | None) -> list[str]:
    problems = []
    twice = Counter((reading.word, reading.pinyin) for reading in pack.readings)
    problems += [
        f"readings.tsv：“{word}”读“{pinyin}”写了两次。" for (word, pinyin), n in twice.items() if n > 1
    ]
    for reading in pack.readings:
        syllables = reading.pinyin.split()
        if len(syllables) != len(reading.word):
            problems.append(
                f"readings.tsv：“{reading.word}”有 {len(reading.word)} 个字，拼音却有 {len(syllables)} 个音节。"
            )
        if not reading.source:
            problems.append(f"readings.tsv：“{reading.word}”没写出处。")
        for syllable in syllables if spell else ():
            try:
                assert spell is not None
                spell(syllable)
            except ValueError:
                problems.append(
                    f"readings.tsv：“{reading.word}”的“{syllable}”不是拼得出的音节，写最接近的拼音。"
                )
    return problems


def _greeting(pack: Pack) -> list[str]:
    return (
        []
        if "智能语音助手" in pack.greeting
        else ["pack.yml：问候语里要说明自己是“智能语音助手”，不是真人。"]
    )


def _commands(pack: Pack) -> list[str]:
    missing = [intent for intent in COMMANDS if not pack.commands.get(intent)]
    return [f"pack.yml：commands 里还没有这些命令的说法：{'、'.join(missing)}。"] if missing else []


def _words(pack: Pack) -> list[str]:
    problems = []
    for word in pack.words:
        again = normalise(word.mandarin, pack).text
        if again != word.mandarin:
            problems.append(
                f"words.tsv：“{word.dialect}”换成“{word.mandarin}”以后还会再变成“{again}”；"
                f"请改说法，或把“{word.mandarin}”写进 protect。"
            )
        if not word.source:
            problems.append(
                f"words.tsv：“{word.dialect}”没写出处；自己的语感就写“写作者的语感，待母语者核对”。"
            )
    return problems


def _protected(pack: Pack) -> list[str]:
    own = {word.dialect for word in pack.words}
    return [f"pack.yml：“{word}”又要换、又要保护，只能留一处。" for word in pack.protect if word in own]


def _phrases(pack: Pack) -> list[str]:
    problems = [] if pack.phrases else ["phrases.tsv：还没有测试句子，加几句本地人真会说的话。"]
    for phrase in pack.phrases:
        text = normalise(phrase.dialect, pack).text
        if likeness(text, phrase.mandarin) < ENOUGH_LIKE:
            problems.append(
                f"phrases.tsv：“{phrase.dialect}”换成了“{text}”，和意思“{phrase.mandarin}”差得远，看看缺哪个词。"
            )
    return problems

"""What is wrong with a pack, in sentences for the clerk who wrote it (docs/dialects.md). Prints nothing itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from dialects.normalise import normalise
from dialects.packs import COMMANDS, FOLDER, Pack, PackError, load_pack

ENOUGH_LIKE = 0.5
"""Least character F1 of a normalised test sentence and its meaning: below, most characters differ."""


def check_pack(name: str, folder: Path = FOLDER) -> list[str]:
    """Problems as Chinese sentences, worst first; an empty list when the pack is fine. Raises nothing."""
    try:
        pack = load_pack(name, folder)
    except PackError as error:
        return [str(error)]
    return [*_greeting(pack), *_commands(pack), *_words(pack), *_protected(pack), *_phrases(pack)]


def likeness(one: str, other: str) -> float:
    """Character F1 of two sentences, order and marks aside; 1 when they have the same characters."""
    left, right = (Counter(c for c in text if c.isalnum()) for text in (one, other))
    common = sum((left & right).values())
    return 2 * common / (left.total() + right.total()) if common else 0.0


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

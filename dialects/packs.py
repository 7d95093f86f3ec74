"""Loads dialect packs: one folder a dialect, data only (DESIGN §5).

A pack that cannot be used is a `PackError` that names the file and line, so that a village clerk can mend it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
COMMANDS = (
    "affirm",
    "deny",
    "repeat",
    "stop",
    "human",
    "wait",
    "back",
    "slower",
    "louder",
    "greet",
    "thanks",
    "goodbye",
)


class PackError(ValueError):
    """A pack is missing or malformed; the message is a Chinese sentence with file and line."""


@dataclass(frozen=True)
class WordMapping:
    """A dialect word and its Mandarin. `part` is a part of speech, `source` where the word is attested."""

    dialect: str
    mandarin: str
    part: str
    note: str
    source: str


@dataclass(frozen=True)
class SoundShift:
    """A Mandarin initial, final or tone and how this dialect says it, with a weight from 0 to 1."""

    mandarin: str
    dialect: str
    weight: float


@dataclass(frozen=True)
class Reading:
    """The dialect's own syllables for a character or word: `own` as the dialect's scholars write them, `pinyin`
    the nearest that Mandarin syllables come, `weight` how often (0 to 1) it is read so."""

    word: str
    own: str
    pinyin: str
    weight: float
    source: str


@dataclass(frozen=True)
class Phrase:
    """A test sentence: dialect wording, Mandarin meaning, and the intent or topic it should reach."""

    dialect: str
    mandarin: str
    target: str


@dataclass(frozen=True)
class Pack:
    """One dialect. `models` are speech models in order of preference, `voice` the voice's name, `services` names
    of local services that people say and that mean nothing in Mandarin ("粤省事")."""

    id: str
    name: str
    places: tuple[str, ...]
    models: tuple[str, ...]
    voice: str
    greeting: str
    licence: str
    sources: tuple[str, ...]
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    kinship: Mapping[str, str] = field(default_factory=dict)
    protect: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    words: tuple[WordMapping, ...] = ()
    sounds: tuple[SoundShift, ...] = ()
    readings: tuple[Reading, ...] = ()
    phrases: tuple[Phrase, ...] = ()


def list_packs(folder: Path = FOLDER) -> list[str]:
    """Ids of the packs that are there, Mandarin first."""
    found = sorted(path.parent.name for path in folder.glob("*/pack.yml"))
    return sorted(found, key=lambda name: (name != "mandarin", name))


def load_pack(name: str, folder: Path = FOLDER) -> Pack:
    """The pack with this id, read once. Raises PackError."""
    return _load(name, folder)


@functools.cache
def _load(name: str, folder: Path) -> Pack:
    home = folder / name
    if not (home / "pack.yml").exists():
        raise PackError(f"没有方言包“{name}”；现有：{'、'.join(list_packs(folder))}")
    front = read_front(home)
    return Pack(
        id=name,
        name=str(front["name"]),
        places=_texts(front, "places"),
        models=_texts(front, "models"),
        voice=str(front["voice"]),
        greeting=str(front["greeting"]),
        licence=str(front["licence"]),
        sources=_texts(front, "sources"),
        commands=_commands(front),
        numbers={str(k): str(v) for k, v in (front.get("numbers") or {}).items()},
        kinship={str(k): str(v) for k, v in (front.get("kinship") or {}).items()},
        protect=_texts(front, "protect"),
        services=_texts(front, "services"),
        words=read_words(home / "words.tsv"),
        sounds=read_sounds(home / "sounds.tsv"),
        readings=read_readings(home / "readings.tsv"),
        phrases=read_phrases(home / "phrases.tsv"),
    )


def read_front(home: Path) -> dict[str, Any]:
    """`pack.yml` of a pack's folder, checked. Raises PackError."""
    front = _front(home / "pack.yml")
    if front["id"] != home.name:
        raise PackError(f"{home / 'pack.yml'}：id 是“{front['id']}”，应该和文件夹同名“{home.name}”")
    _check_commands(_commands(front), home / "pack.yml")
    return front


def read_words(path: Path) -> tuple[WordMapping, ...]:
    """A table of words, none twice, none going in a circle; no file, no words. Raises PackError."""
    words = tuple(WordMapping(*row) for row in _rows(path, 5))
    _check_words(words, path)
    return words


def read_phrases(path: Path) -> tuple[Phrase, ...]:
    """A table of test sentences; no file, none. Raises PackError."""
    return tuple(Phrase(*row) for row in _rows(path, 3))


def read_sounds(path: Path) -> tuple[SoundShift, ...]:
    """A table of sound shifts; no file, no shifts. Raises PackError."""
    return tuple(
        SoundShift(row[0], row[1], _weight(row[2], f"{path.name}：“{row[0]} → {row[1]}”"))
        for row in _rows(path, 3)
    )


def read_readings(path: Path) -> tuple[Reading, ...]:
    """A table of readings; no file, no readings. Raises PackError."""
    return tuple(
        Reading(row[0], row[1], row[2], _weight(row[3], f"{path.name}：“{row[0]}”"), row[4])
        for row in _rows(path, 5)
    )


def _front(path: Path) -> dict[str, Any]:
    try:
        front = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise PackError(f"{path}：不是规范的 YAML（{str(error).splitlines()[0]}）") from error
    needed = ("id", "name", "places", "models", "voice", "greeting", "licence", "sources")
    missing = [key for key in needed if key not in (front or {})]
    if missing:
        raise PackError(f"{path}：缺少 {'、'.join(missing)}")
    return dict(front)


def _commands(front: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {str(k): tuple(map(str, v)) for k, v in (front.get("commands") or {}).items()}


def _texts(front: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(str(item) for item in front.get(key) or ())


def _rows(path: Path, columns: int) -> list[list[str]]:
    """Rows of a tab-separated file with a header line; `#` starts a comment. Missing file: no rows."""
    if not path.exists():
        return []
    rows = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if number == 1 or not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if cells[0] and (len(cells) < 2 or not cells[1]):
            raise PackError(f"{path.name} 第{number}行：“{cells[0]}”对应的是空的，第二列要写上")
        if len(cells) > columns or not cells[0] or len(cells) < 2 or not cells[1]:
            raise PackError(f"{path.name} 第{number}行：要 {columns} 列、前两列不空，用制表符隔开")
        rows.append(cells + [""] * (columns - len(cells)))
    return rows


def _weight(text: str, what: str) -> float:
    try:
        weight = float(text)
    except ValueError as error:
        raise PackError(f"{what}的权重“{text}”不是数") from error
    if not 0.0 <= weight <= 1.0:
        raise PackError(f"{what}的权重要在 0 和 1 之间")
    return weight


def _check_commands(commands: Mapping[str, tuple[str, ...]], path: Path) -> None:
    """Only commands the assistant has, and no utterance that is two of them."""
    owner: dict[str, str] = {}
    for intent, said in commands.items():
        if intent not in COMMANDS:
            raise PackError(f"{path}：没有叫“{intent}”的命令；能用的：{'、'.join(COMMANDS)}")
        for utterance in said:
            if owner.setdefault(utterance, intent) != intent:
                raise PackError(f"{path}：“{utterance}”既在 {owner[utterance]} 又在 {intent}，只能留一处")


def _check_words(words: tuple[WordMapping, ...], path: Path) -> None:
    """No word twice, and no circle (甲→乙, 乙→甲), which would make the normaliser undo itself."""
    seen: dict[str, str] = {}
    for word in words:
        if word.dialect in seen:
            raise PackError(f"{path.name}：“{word.dialect}”写了两次")
        seen[word.dialect] = word.mandarin
    for word in words:
        step, walked = word.mandarin, {word.dialect}
        while step in seen and step not in walked:
            walked.add(step)
            step = seen[step]
        if step == word.dialect:
            raise PackError(f"{path.name}：“{word.dialect}”绕了一圈又回到自己")

"""Everything the project expects people to say, gathered from its own data files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
LISTS = Path(__file__).parent / "lists"
_HANZI = re.compile(r"[^\u4e00-\u9fff]+")
_SAID = ("label", "prompts", "choices", "synonyms")  # parts of a service's input that are spoken
CARRIERS = (
    "{}怎么办",
    "我想问一下{}",
    "我要办{}",
    "{}要带什么材料",
    "{}在哪里办",
    "{}要多少钱",
    "{}",
    "帮我查一下{}",
)


def domain_phrases(root: Path = ROOT) -> list[str]:
    """Sentences in characters only, without repeats, in a stable order."""
    found = [*_titles(root), *_phrasings(root), *_services(root), *every_list()]
    return list(dict.fromkeys(text for raw in found for text in sentences(raw)))


def service_choices(root: Path = ROOT) -> list[str]:
    """Everything that some service offers to choose from, with the ways people say it."""
    found: list[str] = []
    for service in services(root):
        for asked in service.get("inputs", []):
            found += [*asked.get("choices", []), *_strings(asked.get("synonyms", {}))]
    return list(dict.fromkeys(text for raw in found for text in sentences(str(raw))))


def every_list() -> list[str]:
    """The lists of commands, answers and carrier sentences."""
    return [*read_list("commands"), *read_list("yes_no"), *read_list("background")]


def read_list(name: str) -> list[str]:
    """Entries of ``lists/<name>.txt``: one a line, or blank-separated characters for names."""
    lines = (LISTS / f"{name}.txt").read_text("utf-8").splitlines()
    return list(dict.fromkeys(word for line in lines if not line.startswith("#") for word in line.split()))


def sentences(raw: str) -> Iterator[str]:
    """The stretches between sentence marks, characters only; commas do not separate."""
    for part in re.split(r"[。！？!?；;\n{}]", raw):
        text = _HANZI.sub("", part)
        if text:
            yield text


def topics(root: Path = ROOT) -> Iterator[dict[str, Any]]:
    """Topics of the catalogue, each with id and title."""
    for path in sorted((root / "knowledge" / "catalogue").glob("*.yml")):
        yield from read_yaml(path).get("topics", [])


def services(root: Path = ROOT) -> Iterator[dict[str, Any]]:
    """Definitions of the services, each with its id (the file's name)."""
    for path in sorted((root / "actions" / "services").glob("*.yml")):
        yield {**read_yaml(path), "id": path.stem}


def read_yaml(path: Path) -> Any:
    """The content of a file; an empty one is an empty mapping."""
    return yaml.safe_load(path.read_text("utf-8")) or {}


def _titles(root: Path) -> Iterator[str]:
    for topic in topics(root):
        yield from (carrier.format(topic["title"]) for carrier in CARRIERS)


def _phrasings(root: Path) -> Iterator[str]:
    for path in sorted((root / "knowledge" / "entries").glob("**/*.phrasings.txt")):
        yield from (line for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
    for path in sorted((root / "knowledge" / "boundaries").glob("*.yml")):
        yield from _strings(read_yaml(path))


def _services(root: Path) -> Iterator[str]:
    for definition in services(root):
        yield from _strings(
            [definition.get(key, "") for key in ("title", "says_first", "confirm", "opening")]
        )
        yield from _strings([asked.get(key, "") for asked in definition.get("inputs", []) for key in _SAID])
    intents = root / "nlu" / "intents"
    for path in (*sorted((intents / "services").glob("*.txt")), intents / "switch_dialect.txt"):
        if path.is_file():
            yield from (line for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)

"""Everything people are expected to say, each with what it means: the list against which sound is judged.

A meaning is ``kind:id``: ``topic:…`` (phrasings and titles of the entries), ``service:…`` (requests that Rasa
learns from), ``command:…`` (人工, 再说一遍, 对 …), ``boundary:…`` (what we do not answer). Read from the other
rooms' data files, never from their code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from audio.graphs.phrases import CARRIERS, ROOT, read_list, read_yaml, sentences, services, topics
from dialects.packs import PackError, list_packs, load_pack

LONGEST = 26  # characters; a longer sentence is never said the same way twice
_DIALECT = re.compile(r"#\s*dialect\s+(\w+)")


@dataclass(frozen=True)
class Phrase:
    """A sentence in characters, what it means, and the dialect whose words it uses."""

    text: str
    meaning: str
    dialect: str = "mandarin"


@lru_cache(maxsize=2)
def known_phrases(root: Path = ROOT) -> tuple[Phrase, ...]:
    """All of them, each text once (the first meaning counts), in a stable order."""
    found: dict[str, Phrase] = {}
    for phrase in (*_commands(root), *_services(root), *_topics(root), *_boundaries(root)):
        for text in sentences(phrase.text):
            if text and len(text) <= LONGEST:
                found.setdefault(text, Phrase(text, phrase.meaning, phrase.dialect))
    return tuple(found.values())


@lru_cache(maxsize=16)
def command_words(dialect: str = "mandarin", root: Path = ROOT) -> dict[str, tuple[str, ...]]:
    """Intent of a command to the utterances that are nothing but it: Mandarin's, and those of the dialect's pack.

    Other packs' stay out: 未 is a no in Cantonese, and sounds like 对 to a small model.
    """
    path = root / "nlu" / "commands.yml"
    found = (
        {str(intent): tuple(map(str, said)) for intent, said in read_yaml(path).items()} if path.is_file() else {}
    )
    try:
        own = load_pack(dialect).commands
    except PackError:
        own = {}
    taken = {text for said in found.values() for text in said}
    for intent, said in own.items():
        found[intent] = (*found.get(intent, ()), *(text for text in said if text not in taken))
    return found


@lru_cache(maxsize=2)
def topic_titles(root: Path = ROOT) -> dict[str, str]:
    """Titles of the topics by meaning (``topic:…``)."""
    return {f"topic:{topic['id']}": str(topic["title"]) for topic in topics(root)}


def _commands(root: Path) -> Iterator[Phrase]:
    for dialect in ["mandarin", *(name for name in list_packs() if name != "mandarin")]:
        for intent, said in command_words(dialect, root).items():
            yield from (Phrase(text, f"command:{intent}", dialect) for text in said)
    for text in (*read_list("commands"), *read_list("yes_no")):
        yield Phrase(text, f"command:{text}")


def _services(root: Path) -> Iterator[Phrase]:
    for path in sorted((root / "nlu" / "intents" / "services").glob("*.txt")):
        for line in path.read_text("utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                yield Phrase(line, f"service:{path.stem}")
    for definition in services(root):
        title, meaning = str(definition.get("title") or ""), f"service:{definition['id']}"
        yield from (Phrase(str(text), meaning) for text in definition.get("opening") or ())
        yield from (Phrase(f"{before}{title}", meaning) for before in ("我要办", "帮我办", "办"))


def _topics(root: Path) -> Iterator[Phrase]:
    for path in sorted((root / "knowledge" / "entries").glob("*/*.phrasings.txt")):
        meaning, dialect = f"topic:{path.name.removesuffix('.phrasings.txt')}", "mandarin"
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("#"):
                header = _DIALECT.match(line)
                dialect = header.group(1) if header else "mandarin"
            else:
                yield Phrase(line, meaning, dialect)
    for topic in topics(root):
        for carrier in CARRIERS:
            yield Phrase(carrier.format(topic["title"]), f"topic:{topic['id']}")


def _boundaries(root: Path) -> Iterator[Phrase]:
    for path in sorted((root / "knowledge" / "boundaries").glob("*.yml")):
        content = read_yaml(path)
        for dialect, asked in (content.get("phrasings") or {}).items():
            yield from (Phrase(str(text), f"boundary:{content['id']}", str(dialect)) for text in asked)

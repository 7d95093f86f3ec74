"""Whole-utterance commands: one intent each over all packs, and still that intent after normalising."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from dialects.normalise import PLAIN_COMMANDS, normalise
from dialects.packs import list_packs, load_pack
from nlu.components.command_words import command_of, plain

ROOT = Path(__file__).resolve().parents[2]


def common_commands() -> dict[str, str]:
    listed = yaml.safe_load((ROOT / "nlu" / "commands.yml").read_text("utf-8"))
    return {plain(str(word)): intent for intent, words in listed.items() for word in words}


def all_commands() -> dict[str, set[str]]:
    intents: dict[str, set[str]] = defaultdict(set)
    for word, intent in common_commands().items():
        intents[word].add(intent)
    for name in list_packs():
        for intent, words in load_pack(name).commands.items():
            for word in words:
                intents[plain(word)].add(intent)
    return intents


def test_no_command_word_has_two_intents() -> None:
    assert {word: intents for word, intents in all_commands().items() if len(intents) > 1} == {}


@pytest.mark.parametrize("name", list_packs())
def test_a_command_keeps_its_intent_through_the_normaliser(name: str) -> None:
    pack = load_pack(name)
    known = {word: next(iter(intents)) for word, intents in all_commands().items()}
    lost = {
        word: (intent, normalise(word, pack).text)
        for intent, words in pack.commands.items()
        for word in words
        if command_of(normalise(word, pack).text, known) != intent
    }
    assert lost == {}


def test_plain_commands_are_known_to_the_engine() -> None:
    known = common_commands()
    assert {intent: known.get(word) for intent, word in PLAIN_COMMANDS.items()} == {
        intent: intent for intent in PLAIN_COMMANDS
    }


@pytest.mark.parametrize("name", list_packs())
def test_test_sentences_aim_at_topics_and_intents_that_exist(name: str) -> None:
    known = {path.stem for path in (ROOT / "nlu" / "intents").glob("*.txt")}
    known |= {path.stem.replace("-", "_") for path in (ROOT / "actions" / "services").glob("*.yml")}
    for path in (ROOT / "knowledge" / "catalogue").glob("*.yml"):
        known |= {topic["id"] for topic in topics(yaml.safe_load(path.read_text("utf-8")))}
    assert {phrase.target for phrase in load_pack(name).phrases} - known == set()


def topics(catalogue: object) -> list[dict[str, str]]:
    """The rows of a catalogue file, a list or a mapping that holds one."""
    if isinstance(catalogue, dict):
        return [row for value in catalogue.values() if isinstance(value, list) for row in topics(value)]
    return (
        [row for row in catalogue if isinstance(row, dict) and "id" in row]
        if isinstance(catalogue, list)
        else []
    )

"""Writes what Rasa needs into `var/nlu` from definitions: domain, examples, rules, dictionary, command words.

Inputs are plain data only: `nlu/intents/*.txt`, `nlu/commands.yml`, `actions/services/*.yml`,
`knowledge/entries/**/*.phrasings.txt`, `knowledge/boundaries/*.yml` and the dialect packs. A new service or
topic therefore needs no Rasa file (DESIGN §1.4).

    python -m nlu.generate
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from nlu.components.command_words import plain
from nlu.rules import ACTIONS, GENERAL_INTENTS, rules

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261125
PER_TOPIC = 7
"""Phrasings of a topic used as `ask_policy` examples: enough for its sound, few enough to train in minutes."""
PER_BOUNDARY = 40


def main() -> int:
    var = Path(os.environ.get("XIANGYIN_VAR", ROOT / "var"))
    write(var / "nlu", build(ROOT))
    return 0


def build(root: Path) -> dict[str, str]:
    """All files by relative name. Raises ValueError when an intent has too few examples."""
    services = sorted(p.stem for p in (root / "actions" / "services").glob("*.yml"))
    examples = dedupe(gather(root, services))
    short = {intent: len(lines) for intent, lines in examples.items() if len(lines) < 2}
    if short:
        raise ValueError(f"intents with hardly any examples: {short}")
    intents = sorted(examples)
    return {
        "domain.yml": dump(domain(intents)),
        "data/nlu.yml": nlu_file(examples),
        "data/rules.yml": dump({"version": "3.1", "rules": rules([service_intent(s) for s in services])}),
        "commands.json": json.dumps(command_words(root), ensure_ascii=False, indent=0, sort_keys=True),
        "dictionary/words.txt": "\n".join(f"{word} 5000 n" for word in vocabulary(root)) + "\n",
    }


def service_intent(service: str) -> str:
    return service.replace("-", "_")


def gather(root: Path, services: Iterable[str]) -> dict[str, list[str]]:
    """Examples by intent, from every source, before removal of doubles."""
    examples: dict[str, list[str]] = defaultdict(list)
    for intent in GENERAL_INTENTS:
        examples[intent] += lines_of(root / "nlu" / "intents" / f"{intent}.txt")
    for service in services:
        definition = read_yaml(root / "actions" / "services" / f"{service}.yml")
        examples[service_intent(service)] += [str(line) for line in definition.get("opening", [])]
        examples[service_intent(service)] += lines_of(
            root / "nlu" / "intents" / "services" / f"{service}.txt"
        )
    draw = random.Random(SEED)
    for path in sorted((root / "knowledge" / "entries").rglob("*.phrasings.txt")):
        lines = lines_of(path)
        examples["ask_policy"] += draw.sample(lines, min(PER_TOPIC, len(lines)))
    target = {
        "refused": "out_of_scope",
        "unanswered": "out_of_scope",
        "emergency": "emergency",
        "human": "human",
    }
    for path in sorted((root / "knowledge" / "boundaries").glob("*.yml")):
        boundary = read_yaml(path)
        lines = [str(line) for group in boundary["phrasings"].values() for line in group]
        examples[target[boundary["outcome"]]] += draw.sample(lines, min(PER_BOUNDARY, len(lines)))
    return examples


def dedupe(examples: dict[str, list[str]]) -> dict[str, list[str]]:
    """One intent an example. Written intents come first, so a hand-written line beats a sampled one."""
    seen: set[str] = set()
    kept: dict[str, list[str]] = {}
    order = sorted(examples, key=lambda intent: intent in ("ask_policy", "out_of_scope"))
    for intent in order:
        kept[intent] = []
        for line in examples[intent]:
            text = " ".join(line.split())
            if text and text not in seen:
                seen.add(text)
                kept[intent].append(text)
    return kept


def domain(intents: list[str]) -> dict[str, Any]:
    hidden = {"influence_conversation": False, "mappings": [{"type": "custom"}]}
    in_form = [{"active_loop": "service_form", "requested_slot": "service_value"}]
    value = {
        "type": "text",
        "influence_conversation": False,
        "mappings": [{"type": "from_text", "not_intent": interrupting(intents), "conditions": in_form}],
    }
    slots: dict[str, Any] = {
        name: {"type": "text", **hidden} for name in ("service", "topic", "jurisdiction", "dialect")
    }
    slots |= {name: {"type": "any", **hidden} for name in ("form_state", "offered")}
    slots["accepted"] = {
        "type": "categorical",
        "values": ["service", "nothing"],
        "influence_conversation": True,
        "mappings": [{"type": "custom"}],
    }
    slots["service_value"] = value
    return {
        "version": "3.1",
        "intents": intents,
        "slots": slots,
        "forms": {"service_form": {"required_slots": ["service_value"]}},
        "actions": [*ACTIONS, "validate_service_form", "action_ask_service_value"],
        "responses": {},
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": False},
    }


def interrupting(intents: Iterable[str]) -> list[str]:
    """Intents that are not a value for the open question; rules answer them and the question comes back."""
    values = {
        "inform",
        "affirm",
        "deny",
        "choose_option",
        "correct_value",
        "greet",
        "thanks",
        "out_of_scope",
        "nlu_fallback",
    }
    return sorted(set(intents) - values)


def command_words(root: Path) -> dict[str, str]:
    """Whole utterance → intent, from `nlu/commands.yml`, every dialect pack, and the openings of services."""
    words: dict[str, str] = {}
    for path in sorted((root / "actions" / "services").glob("*.yml")):
        openings = read_yaml(path).get("opening", [])
        words |= {plain(str(opening)): service_intent(path.stem) for opening in openings}
    packs = [read_yaml(path).get("commands", {}) for path in sorted((root / "dialects").glob("*/pack.yml"))]
    for commands in [*packs, read_yaml(root / "nlu" / "commands.yml")]:
        for intent, given in commands.items():
            words |= {plain(str(word)): intent for word in given}
    return words


def vocabulary(root: Path) -> list[str]:
    """Words that jieba must not cut: titles of services and topics, official terms, choices."""
    words: set[str] = set()
    for path in (root / "actions" / "services").glob("*.yml"):
        definition = read_yaml(path)
        words.add(str(definition["title"]))
        for slot in definition.get("slots", definition.get("inputs", [])):
            words |= {str(choice) for choice in slot.get("choices", []) if isinstance(choice, str)}
    words |= set(lines_of(root / "nlu" / "terms.txt"))
    return sorted(word for word in words if 2 <= len(word) <= 12)


def nlu_file(examples: dict[str, list[str]]) -> str:
    blocks = ['version: "3.1"', "nlu:"]
    for intent in sorted(examples):
        blocks.append(f"- intent: {intent}\n  examples: |")
        blocks += [f"    - {escape(line)}" for line in examples[intent]]
    return "\n".join(blocks) + "\n"


def escape(line: str) -> str:
    """Rasa reads [..](..) as entities; our examples have none."""
    return line.replace("[", "（").replace("]", "）")


def lines_of(path: Path) -> list[str]:
    """Content lines of a text file, without headers (#) and blanks; a missing file has none."""
    if not path.exists():
        return []
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}


def dump(content: Any) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != content:
            path.write_text(content, "utf-8")


if __name__ == "__main__":
    sys.exit(main())

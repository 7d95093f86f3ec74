"""Training examples and batches: what is said for each topic or boundary, hard negatives side by side."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.encoder.layout import PROMPTS
from knowledge.entry import PLAIN
from knowledge.noise import mishear
from knowledge.phrasings import same_wording
from knowledge.store import Store

MISHEARD_SHARE, MISHEARD_RATE = 0.25, 0.25
HESITATING_SHARE = 0.1
_HESITATIONS = ("嗯，", "那个，", "就是，", "诶，", "你好，", "我想问下，", "麻烦问一下，", "喂，")


@dataclass(frozen=True)
class Example:
    """``label`` is a topic or boundary id; ``spoken`` is True for a question, False for our own wording."""

    text: str
    label: str
    spoken: bool


def examples(store: Store, held_out: frozenset[str] = frozenset()) -> list[Example]:
    """Our wording and the phrasings of all topics and boundaries, less those of the wordings held out."""
    found: list[Example] = []
    for topic_id, topic in store.topics.items():
        lines = store.phrasings.get(topic_id, ())
        ours = [topic.title, f"{topic.title}：{topic.covers}"]
        if entry := store.entries.get(topic_id):
            ours += [entry.said, *entry.sections[PLAIN]]
        found += [Example(text, topic_id, False) for text in ours]
        found += [Example(line.text, topic_id, True) for line in lines]
    for boundary in store.boundaries.values():
        found += [Example(line.text, boundary.id, True) for line in boundary.phrasings]
    return [example for example in found if same_wording(example.text) not in held_out]


def batches(
    rows: list[Example], near: dict[str, tuple[str, ...]], size: int, rng: random.Random
) -> Iterator[list[Example]]:
    """One pass over ``rows``: batches of ``size`` where neighbouring topics stand together, twice each."""
    left: dict[str, list[Example]] = defaultdict(list)
    for row in rows:
        left[row.label].append(row)
    for group in left.values():
        rng.shuffle(group)
    while left:
        batch: list[Example] = []
        while left and len(batch) < size:
            seed = rng.choices(list(left), [len(group) for group in left.values()])[0]
            for label in (seed, *near.get(seed, ())):
                for _ in range(2):
                    if left.get(label) and len(batch) < size:
                        batch.append(left[label].pop())
                if label in left and not left[label]:
                    del left[label]
        yield batch


def spoken_text(example: Example, rng: random.Random) -> str:
    """The text with its prefix, sometimes misheard or begun with a hesitation."""
    text = example.text
    if example.spoken:
        if rng.random() < MISHEARD_SHARE:
            text = mishear(text, MISHEARD_RATE, rng)
        if rng.random() < HESITATING_SHARE:
            text = rng.choice(_HESITATIONS) + text
        return PROMPTS["query"] + text
    return PROMPTS["document"] + text

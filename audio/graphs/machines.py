"""Small builders of word acceptors (G) with pynini: sequence, choice, option, loop, list, bigram.

Weights are negative natural logarithms. Everything here runs in a process of its own (see build.py).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import pynini
from pynini import Fst
from pywrapfst import Arc

from audio.graphs.lexicon import BACKOFF, Lexicon

DISCOUNT = 0.5
BACKGROUND_SHARE = 0.6
SCALE = 0.9  # of the bigram against the sound; best of 0.3–1.3 on synthetic phrases, see README.md


def one(lexicon: Lexicon, word: str, cost: float = 0.0) -> Fst:
    """A single word."""
    return listed(lexicon, [[word]], [cost])


def words(lexicon: Lexicon, choices: Iterable[str], cost: float = 0.0) -> Fst:
    """Any one of single words."""
    rows = [[choice] for choice in choices]
    return listed(lexicon, rows, [cost] * len(rows))


def sequence(*parts: Fst) -> Fst:
    """One after the other."""
    whole = parts[0].copy()
    for part in parts[1:]:
        whole.concat(part)
    return whole


def choice(*parts: Fst) -> Fst:
    """One of them."""
    return pynini.union(*parts)


def option(part: Fst) -> Fst:
    """The part or nothing."""
    return pynini.closure(part, 0, 1)


def loop(part: Fst, least: int = 0, most: int = 0) -> Fst:
    """Repeated; ``most`` 0 is without end."""
    return pynini.closure(part, least, most) if most else pynini.closure(part, least)


def listed(lexicon: Lexicon, sentences: Sequence[Sequence[str]], costs: Sequence[float] | None = None) -> Fst:
    """A trie of sentences; each costs log(number) unless costs are given."""
    even = math.log(max(len(sentences), 1))
    machine = Fst()
    machine.set_start(machine.add_state())
    nodes: dict[tuple[int, int], int] = {}
    for place, sentence in enumerate(sentences):
        state = 0
        for word in sentence:
            number = lexicon.number(word)
            if (state, number) not in nodes:
                nodes[state, number] = machine.add_state()
                machine.add_arc(state, Arc(number, number, 0.0, nodes[state, number]))
            state = nodes[state, number]
        cost = costs[place] if costs else even
        if float(machine.final(state)) > cost:
            machine.set_final(state, cost)
    return machine


def bigram(
    lexicon: Lexicon,
    sentences: Mapping[tuple[str, ...], float],
    background: Mapping[str, float],
    general: Mapping[tuple[str, str], float] = MappingProxyType({}),
) -> Fst:
    """Back-off bigram of weighted sentences; background words (relative weights) behind the back-off.

    ``general`` are pairs of neighbouring words of other text, weighted on the scale of the sentences; a pair
    whose first word follows nothing is left out. Absolute discounting by 0.5 (Ney, Essen and Kneser 1994). The
    empty sentence is legal through back-off.
    """
    pairs: dict[str, Counter[str]] = defaultdict(Counter)
    singles: Counter[str] = Counter()
    for sentence, weight in sentences.items():
        for before, after in zip(("<s>", *sentence), (*sentence, "</s>"), strict=True):
            pairs[before][after] += weight  # type: ignore[assignment]
            singles[after] += weight  # type: ignore[assignment]
    for (_, after), weight in general.items():
        singles[after] += weight  # type: ignore[assignment]
    for (before, after), weight in general.items():
        if before in singles or before == "<s>":
            pairs[before][after] += weight  # type: ignore[assignment]
    unigram = _mixed(singles, background)
    machine = Fst()
    start, back = machine.add_state(), machine.add_state()
    machine.set_start(start)
    states = {word: machine.add_state() for word in pairs if word != "<s>"}
    states["<s>"] = start
    for word, share in unigram.items():
        if word == "</s>":
            machine.set_final(back, -SCALE * math.log(share))
        else:
            number = lexicon.number(word)
            machine.add_arc(back, Arc(number, number, -SCALE * math.log(share), states.get(word, back)))
    for before, followers in pairs.items():
        _history(lexicon, machine, states, back, before, followers)
    return machine


def _history(
    lexicon: Lexicon, machine: Fst, states: Mapping[str, int], back: int, before: str, followers: Counter[str]
) -> None:
    total = sum(followers.values())
    discounts = {word: min(DISCOUNT, count * DISCOUNT) for word, count in followers.items()}
    for word, count in followers.items():
        cost = -SCALE * math.log((count - discounts[word]) / total)
        if word == "</s>":
            machine.set_final(states[before], cost)
        else:
            number = lexicon.number(word)
            machine.add_arc(states[before], Arc(number, number, cost, states.get(word, back)))
    number = lexicon.number(BACKOFF)
    left = -SCALE * math.log(sum(discounts.values()) / total)
    machine.add_arc(states[before], Arc(number, 0, left, back))


def _mixed(singles: Mapping[str, float], background: Mapping[str, float]) -> dict[str, float]:
    ours, theirs = sum(singles.values()), sum(background.values())
    share = BACKGROUND_SHARE if theirs else 0.0
    mixed = {word: (1 - share) * count / ours for word, count in singles.items()}
    for word, count in background.items():
        mixed[word] = mixed.get(word, 0.0) + share * count / theirs
    return mixed

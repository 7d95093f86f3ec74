"""Costs of sentences in a small grammar, with and without general pairs: run as a process of its own (pynini)."""

import json
import math
from itertools import pairwise

import pynini
from pywrapfst import Arc

from audio.graphs.lexicon import Lexicon
from audio.graphs.machines import bigram

OURS = {("低保", "怎么", "申请"): 5.0}
BACKGROUND = {"天气": 1.0, "很": 1.0, "好": 1.0, "怎么": 1.0}
GENERAL = {("<s>", "天气"): 1.0, ("天气", "很"): 1.0, ("很", "好"): 1.0, ("无", "此"): 1.0}
SAID = (("天气", "很", "好"), ("低保", "怎么", "申请"), ("无",))


def cost(lexicon: Lexicon, machine: pynini.Fst, *words: str) -> float:
    """Of the cheapest way through the grammar that says these words."""
    said = pynini.Fst()
    states = [said.add_state() for _ in range(len(words) + 1)]
    said.set_start(states[0])
    said.set_final(states[-1])
    for word, (here, there) in zip(words, pairwise(states), strict=True):
        said.add_arc(here, Arc(lexicon.number(word), lexicon.number(word), 0.0, there))
    through = pynini.compose(pynini.arcsort(machine, "olabel"), said)
    distances = pynini.shortestdistance(through, reverse=True)
    return float(distances[through.start()]) if through.num_states() else math.inf


def main() -> None:
    lexicon = Lexicon()
    without, beside = bigram(lexicon, OURS, BACKGROUND), bigram(lexicon, OURS, BACKGROUND, GENERAL)
    print(json.dumps([[cost(lexicon, machine, *words) for words in SAID] for machine in (without, beside)]))


if __name__ == "__main__":
    main()

"""From word acceptor to decoding graph: lexicon L, HMM machine H, HCLG = H ∘ min(det(L ∘ G)).

H spells CTC in hidden Markov form with positional phones (``audio/acoustic/kaldi.py``): a blank stretch
between words is SIL, inside a word it is the second state of the phone before it. There the blank costs
0.1 a frame, so that silence after "怎么办" is not taken for the middle of "怎么办理".
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import pynini
from pynini import Fst
from pywrapfst import Arc

from audio.acoustic import kaldi
from audio.acoustic.units import FINALS, INITIALS, UNIT_IDS, UNITS
from audio.graphs.accent import PLAIN, Accent
from audio.graphs.lexicon import BACKOFF, FILLER, Lexicon, Units

BLANK_IN_OPEN_SPEECH = 1.5
"""A frame of blank costs so much where no list is closed. The network's posteriors are not divided by priors, and
blank takes most frames, so short words were swallowed. Chosen on held-out training speakers, see README.md; closed
lists have their own balance (``FILLER_COSTS``) and stay without."""
BLANK_INSIDE_WORD = 0.1  # measured: shared reference of the model format, table of costs a frame
_PHONES = len(kaldi.phone_names())
_BACKOFF_PHONE = _PHONES + 1
_FIRST_MARK = _PHONES + 2


def hclg(
    lexicon: Lexicon, grammar: Fst, filler: tuple[float, float] | None = None, accent: Accent = PLAIN
) -> Fst:
    """Static decoding graph of type ``const``, sorted by transition id.

    ``filler`` = (cost of entering, cost of a syllable) lets other speech stand before and after; ``accent``
    lets the words sound as its speakers say them.
    """
    sounding = lexicon_machine(lexicon)
    lg = pynini.compose(sounding, pynini.arcsort(grammar.optimize() if filler else grammar, "ilabel"))
    lg = pynini.determinize(lg).minimize()
    lg = _without_marks(lg)
    if accent.shifts:
        lg = pynini.compose(accent_machine(accent), pynini.arcsort(lg, "ilabel")).connect()
    if filler:
        babble = filler_machine(lexicon, *filler)
        lg = pynini.concat(pynini.concat(babble, lg), babble)
    graph = pynini.compose(hmm_machine(0.0 if filler else BLANK_IN_OPEN_SPEECH), pynini.arcsort(lg, "ilabel"))
    graph.connect()
    return pynini.arcsort(graph, "ilabel")


def lexicon_machine(lexicon: Lexicon) -> Fst:
    """L: phones to words over one loop state; marks keep homophones and prefixes apart."""
    machine = Fst()
    home = machine.add_state()
    machine.set_start(home)
    machine.set_final(home)
    backoff = lexicon.number(BACKOFF)
    machine.add_arc(home, Arc(_BACKOFF_PHONE, backoff, 0.0, home))
    rows = [
        (number, units, cost)
        for word, number in lexicon.words()
        for units, cost in lexicon.pronunciations(word)
    ]
    taken = Counter(units for _, units, _ in rows)
    prefixes = {units[:length] for units in taken for length in range(1, len(units))}
    used: Counter[Units] = Counter()
    for number, units, cost in rows:
        phones = list(word_phones(units))
        if taken[units] > 1 or units in prefixes:
            phones.append(_FIRST_MARK + used[units])
            used[units] += 1
        state = home
        for place, phone in enumerate(phones):
            to = home if place == len(phones) - 1 else machine.add_state()
            label, weight = (number, cost) if place == 0 else (0, 0.0)
            machine.add_arc(state, Arc(phone, label, weight, to))
            state = to
    return pynini.arcsort(machine, "olabel")


def word_phones(units: Units) -> Iterator[int]:
    """Positional phones of one word."""
    for place, unit in enumerate(units):
        first, last = place == 0, place == len(units) - 1
        position = "S" if first and last else "B" if first else "E" if last else "I"
        yield kaldi.phone_number(UNIT_IDS[unit], position)


def accent_machine(accent: Accent) -> Fst:
    """C: phones as they come out to phones as Mandarin has them, at −log P(said | meant).

    An initial may be left out: then the sound after it begins the word, so its position changes.
    """
    machine = Fst()
    home, beheaded = machine.add_state(), machine.add_state()
    machine.set_start(home)
    machine.set_final(home)

    def said(meant: str) -> list[tuple[str, float]]:
        return [(meant, accent.kept(meant)), *accent.shifts.get(meant, ())]

    for meant in UNITS:
        for other, share in said(meant):
            cost = -math.log(share)
            for position in kaldi.POSITIONS:
                label = kaldi.phone_number(UNIT_IDS[meant], position)
                if other:
                    sound = kaldi.phone_number(UNIT_IDS[other], position)
                    machine.add_arc(home, Arc(sound, label, cost, home))
                elif meant in INITIALS and position in "BI":
                    machine.add_arc(home, Arc(0, label, cost, beheaded if position == "B" else home))
            if other and meant in FINALS:
                for was, becomes in (("I", "B"), ("E", "S")):
                    label = kaldi.phone_number(UNIT_IDS[meant], was)
                    sound = kaldi.phone_number(UNIT_IDS[other], becomes)
                    machine.add_arc(beheaded, Arc(sound, label, cost, home))
    return pynini.arcsort(machine, "olabel")


def filler_machine(lexicon: Lexicon, enter: float, syllable: float) -> Fst:
    """Nothing, or any syllables at a price, each heard as ``[unk]``."""
    machine = Fst()
    start, home, inside, end = (machine.add_state() for _ in range(4))
    machine.set_start(start)
    machine.set_final(end)
    machine.add_arc(start, Arc(0, 0, 0.0, end))
    machine.add_arc(start, Arc(0, 0, enter, home))
    unknown = lexicon.number(FILLER)
    for unit in INITIALS:
        phone = kaldi.phone_number(UNIT_IDS[unit], "B")
        machine.add_arc(home, Arc(phone, unknown, syllable, inside))
    after = machine.add_state()
    for unit in FINALS:
        machine.add_arc(inside, Arc(kaldi.phone_number(UNIT_IDS[unit], "E"), 0, 0.0, after))
        machine.add_arc(home, Arc(kaldi.phone_number(UNIT_IDS[unit], "S"), unknown, syllable, after))
    machine.add_arc(after, Arc(0, 0, 0.0, home))
    machine.add_arc(after, Arc(0, 0, 0.0, end))
    return machine


@lru_cache(maxsize=2)
def hmm_machine(blank_cost: float = 0.0) -> Fst:
    """H: transition ids to phones, 466 states; SIL writes nothing. ``blank_cost`` is that of a frame of blank."""
    machine = Fst()
    start, silence = machine.add_state(), machine.add_state()
    machine.set_start(start)
    machine.add_arc(start, Arc(2, 0, blank_cost, silence))
    machine.add_arc(silence, Arc(1, 0, blank_cost, silence))
    units = range(1, len(UNITS) + 1)
    last = {(u, p): machine.add_state() for u in units for p in "ES"}
    direct = {(u, p): machine.add_state() for u in units for p in "BI"}
    through = {(u, p): machine.add_state() for u in units for p in "BI"}
    blank = {(u, p): machine.add_state() for u in units for p in "BI"}

    def enter(state: int, positions: str, unlike: int | None) -> None:
        for unit in units:
            if unit == unlike:
                continue
            for position in positions:
                phone = kaldi.phone_number(unit, position)
                ids = kaldi.transition_ids(phone)
                key = (unit, position)
                machine.add_arc(state, Arc(ids.leave, phone, 0.0, last[key] if key in last else direct[key]))
                if key in through:
                    machine.add_arc(state, Arc(ids.to_blank, phone, 0.0, through[key]))

    enter(start, "BS", None)
    enter(silence, "BS", None)
    for (unit, position), state in last.items():
        ids = kaldi.transition_ids(kaldi.phone_number(unit, position))
        machine.add_arc(state, Arc(ids.loop, 0, 0.0, state))
        machine.add_arc(state, Arc(2, 0, blank_cost, silence))
        enter(state, "BS", unit)
    for unit, position in direct:
        key = (unit, position)
        ids = kaldi.transition_ids(kaldi.phone_number(unit, position))
        machine.add_arc(direct[key], Arc(ids.loop, 0, 0.0, direct[key]))
        enter(direct[key], "IE", unit)
        machine.add_arc(through[key], Arc(ids.loop, 0, 0.0, through[key]))
        machine.add_arc(through[key], Arc(ids.blank_leave, 0, blank_cost, blank[key]))
        machine.add_arc(blank[key], Arc(ids.blank_loop, 0, blank_cost + BLANK_INSIDE_WORD, blank[key]))
        enter(blank[key], "IE", None)
    for state in (start, silence, *last.values()):
        machine.set_final(state)
    return pynini.arcsort(machine, "olabel")


def _without_marks(lg: Fst) -> Fst:
    pairs = {label: 0 for state in lg.states() for arc in lg.arcs(state) if (label := arc.ilabel) > _PHONES}
    lg.relabel_pairs(ipairs=list(pairs.items())) if pairs else None
    return lg

"""A graph in which every unit is a word, any unit may follow any other: run as a process of its own."""

import sys
from pathlib import Path

import pynini
from pywrapfst import convert

from audio.acoustic import kaldi
from audio.acoustic.units import UNIT_IDS
from audio.graphs.compose import hmm_machine


def main(folder: Path) -> None:
    loop = pynini.Fst()
    home = loop.add_state()
    loop.set_start(home)
    loop.set_final(home)
    for number in UNIT_IDS.values():
        loop.add_arc(home, pynini.Arc(kaldi.phone_number(number, "S"), number, 0.0, home))
    graph = pynini.compose(hmm_machine(), pynini.arcsort(loop, "ilabel")).connect()
    folder.mkdir(parents=True)
    convert(pynini.arcsort(graph, "ilabel"), "const").write(str(folder / "HCLG.fst"))
    table = "<eps> 0\n" + "".join(f"{unit} {number}\n" for unit, number in UNIT_IDS.items())
    (folder / "words.txt").write_text(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

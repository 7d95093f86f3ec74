"""Does this text sound finished? From how the project's own phrases end and how they go on.

For the last one to four characters of a text: how many phrases end there, and how many go on after the word that
ends there. `python -m audio.endings` counts them anew into `endings.tsv` (needs jieba; only at development time).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

from audio.turn_words import plain

TABLE = Path(__file__).with_name("endings.tsv")
LONGEST = 4  # characters of an ending
LEAST = 12  # occurrences that make an ending worth knowing
TELLING = 0.08  # an ending is listed when it differs so much from what its own end says
PAUSES = 0.2  # of the joints between words carry a pause when somebody is slow: a turn has one end, many joints
_QUESTION = re.compile(
    "要不要|能不能|是不是|有没有|可不可以|行不行|用不用|会不会|多少|多久|多大|什么|怎么|咋|哪|几|谁|啥|吗"
)
UNKNOWN = 0.3  # for text that ends in nothing we know


def finished(text: str) -> float:
    """How likely the speaker is done, 0–1, by the longest known ending; 0 for no text."""
    said = plain(text)
    if not said:
        return 0.0
    table = _table()
    share = next((table[said[-k:]] for k in range(LONGEST, 0, -1) if said[-k:] in table), UNKNOWN)
    odds = share / (1.0 - share + 1e-6) * _asked(said)
    return odds / (1.0 + odds)


def _asked(said: str) -> float:
    """How much more likely the end is when the question was asked before; less likely while none was.

    Measured on the domain's phrases against their beginnings: with a question word two or more characters ago
    91, 87 and 50 % of the endings of high, middle and low share were ends; without one 63, 39 and 12 %.
    """
    found = list(_QUESTION.finditer(said))
    if not found:
        return 0.5
    return 4.0 if len(said) - found[-1].end() >= 2 else 1.0


@lru_cache(maxsize=1)
def _table() -> dict[str, float]:
    rows = (line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {ending: float(share) for ending, share in rows}


def count(phrases: list[str]) -> dict[str, float]:
    """Ending → share of finished, for the endings that tell more than their own shorter endings."""
    import jieba

    ends: Counter[str] = Counter()
    goes_on: Counter[str] = Counter()
    for phrase in phrases:
        said = ""
        words = jieba.lcut(phrase)
        for number, word in enumerate(words, start=1):
            said += word
            counted = ends if number == len(words) else goes_on
            counted.update({said[-k:] for k in range(1, min(LONGEST, len(said)) + 1)})
    kept: dict[str, float] = {}
    for ending in sorted({*ends, *goes_on}, key=lambda one: (len(one), one)):
        share = ends[ending] / (ends[ending] + PAUSES * goes_on[ending] + 1)
        shorter = next((kept[ending[k:]] for k in range(1, len(ending)) if ending[k:] in kept), UNKNOWN)
        if ends[ending] + goes_on[ending] >= LEAST and abs(share - shorter) >= TELLING:
            kept[ending] = round(share, 2)
    return kept


def main() -> None:
    """Write the table."""
    from audio.graphs.phrases import domain_phrases

    head = "# ending, TAB, share of finished; made by python -m audio.endings\n"
    lines = [f"{ending}\t{share}\n" for ending, share in count(domain_phrases()).items()]
    TABLE.write_text(head + "".join(lines), "utf-8")


if __name__ == "__main__":
    main()

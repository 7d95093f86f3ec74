"""Which words follow one another in general Chinese text: the background behind the domain's own phrases.

    python -m audio.graphs.word_pairs [SHARED]      # counts the texts under SHARED anew (default ../shared)

``lists/word_pairs.tsv`` holds counts only, no sentence: human dialogues (CrossWOZ, KdConv, Apache-2.0), everyday
sentences (Tatoeba, CC BY 2.0 FR), service items of Guangdong (MIT), law texts, and what the training speakers read
(Common Voice, CC0), without the sentences of evaluation speakers and of those held out from training.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from rich.progress import track

from audio.acoustic.corpus import is_dev, shared_folder
from audio.graphs.build import BACKGROUND_WORDS
from audio.graphs.lexicon import Lexicon, frequent_words

PAIRS = Path(__file__).parent / "lists" / "word_pairs.tsv"
LAW_WEIGHT = 0.1  # nobody speaks like a law, and laws are more than half of the text
LEAST = 2.0
_MARKS = re.compile(r"[。！？!?；;\n{}，,：:、（）()《》“”]")
_OTHER = re.compile(r"[^\u4e00-\u9fff]+")


@lru_cache(maxsize=1)
def word_pairs(path: Path = PAIRS) -> dict[tuple[str, str], float]:
    """Weighted counts of neighbouring words, ``<s>`` and ``</s>`` among them."""
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {(before, after): float(count) for before, after, count in rows}


def count_pairs(texts: Iterator[tuple[str, float]]) -> Counter[tuple[str, str]]:
    """Counts over stretches between marks, each stretch once, weighted."""
    lexicon, known = Lexicon(), {*dict(frequent_words(BACKGROUND_WORDS)), "<s>", "</s>"}
    counts: Counter[tuple[str, str]] = Counter()
    seen: set[str] = set()
    for text, weight in texts:
        for stretch in (_OTHER.sub("", part) for part in _MARKS.split(text)):
            if len(stretch) < 2 or stretch in seen:
                continue
            seen.add(stretch)
            words = lexicon.segment(stretch)
            for before, after in zip(("<s>", *words), (*words, "</s>"), strict=True):
                if before in known and after in known:
                    counts[before, after] += weight  # type: ignore[assignment]
    return counts


def shared_texts(shared: Path) -> Iterator[tuple[str, float]]:
    """Lines with the weight of their source. Raises FileNotFoundError when a source is missing."""
    for name in ("crosswoz", "kdconv"):
        for row in _json_lines(shared / "text" / "dialogue" / f"{name}.jsonl"):
            yield from ((turn[1], 1.0) for turn in row)
    everyday = (shared / "text" / "everyday" / "tatoeba-zh.tsv").read_text("utf-8").splitlines()
    yield from ((line.split("\t")[0], 1.0) for line in everyday[1:])
    train = _json_lines(shared / "speech" / "train" / "manifest.jsonl")
    tested = _json_lines(shared / "speech" / "eval" / "manifest.jsonl")
    held = {row["text"] for row in (*tested, *(row for row in train if is_dev(row["speaker"])))}
    read = [row["text"] for row in train if row["source"].startswith("Common Voice")]
    yield from ((text, 1.0) for text in read if text not in held)
    for item in _json_lines(shared / "text" / "guangdong-service-items" / "items.jsonl"):
        yield from ((value, LAW_WEIGHT) for value in item.values() if isinstance(value, str))
    for law in sorted((shared / "laws").glob("*.md")):
        if law.name != "README.md":
            yield law.read_text("utf-8"), LAW_WEIGHT


def _json_lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def main() -> None:
    texts = list(shared_texts(Path(sys.argv[1]) if len(sys.argv) > 1 else shared_folder()))
    counts = count_pairs(iter(track(texts, "counting")))
    kept = sorted((pair, count) for pair, count in counts.items() if count >= LEAST)
    head = "# counts only; see word_pairs.py for the texts and their licences\n"
    rows = (f"{before}\t{after}\t{count:.1f}\n" for (before, after), count in kept)
    PAIRS.write_text(head + "".join(rows), "utf-8")
    print(f"{len(kept)} pairs -> {PAIRS}")


if __name__ == "__main__":
    main()

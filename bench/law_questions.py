"""`python -m bench.law_questions`: are the right articles found for tests/knowledge/laws/questions.tsv?

    python -m bench.law_questions [PATH…]

PATH: law texts (default: those beside the checkout). The questions were looked at while choosing the limits in
``knowledge.laws.finding`` and the words in ``words.tsv``, so they show a change, not how strangers will fare.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from bench.passages import default_paths
from knowledge.importing.store import PassageStore
from knowledge.importing.taking import import_paths
from knowledge.laws.finding import Passages
from knowledge.laws.index import stage
from knowledge.paths import ROOT

QUESTIONS = ROOT / "tests" / "knowledge" / "laws" / "questions.tsv"
ANY, NONE = "*", "-"


def main() -> int:
    paths = [Path(name) for name in sys.argv[1:]] or default_paths()
    if not paths:
        print("no law texts: give their folder", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="xiangyin-laws-") as folder:
        index = Path(folder) / "index"
        store = PassageStore(Path(folder) / "imported")
        import_paths(paths, store=store, indexer=lambda passages: stage(passages, index))
        for name, count in sorted(measure(Passages(index)).items()):
            print(f"{name:<40} {count}")
    return 0


def measure(found: Passages) -> Counter[str]:
    """Counts over all questions; a wrong answer is one of another document or article."""
    counts: Counter[str] = Counter()
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        question, document, article = line.split("\t")
        answer = found.law_answer(question)
        if document == NONE:
            counts["without an article"] += 1
            counts["without an article, yet answered"] += answer is not None
            continue
        hits = found.find(question, limit=3, kinds=("law",))
        right = [h.passage.document == document and article in (ANY, h.passage.article) for h in hits]
        counts["with an article"] += 1
        counts["with an article, found first"] += right[:1] == [True]
        counts["with an article, within three"] += any(right)
        if answer is not None:
            fits = answer.document == document and article in (ANY, answer.article)
            counts["with an article, answered " + ("right" if fits else "otherwise")] += 1
    return counts


if __name__ == "__main__":
    sys.exit(main())

"""`python -m bench.passages`: an index of 100,000 passages: build, open, one question after the other.

    python -m bench.passages [PATH…] [--count 100000] [--questions 400] [--json]

The corpus is what is imported from PATH (default: the law texts beside the checkout, otherwise the entries of
our own), repeated with other numbers, places and order of sentences until there are enough. Nothing is
asserted; every figure is of this run on this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from rich.progress import Progress

from bench.figures import Figure, p50_p95, shown
from knowledge.importing.passage import Draft, Passage, PassageSource
from knowledge.importing.store import PassageStore
from knowledge.importing.taking import import_paths
from knowledge.laws.finding import Passages
from knowledge.laws.index import stage
from knowledge.paths import ROOT
from knowledge.store import load_store

PLACES = (
    "成都",
    "绵阳",
    "广州",
    "佛山",
    "长沙",
    "杭州",
    "苏州",
    "厦门",
    "梅州",
    "哈尔滨",
    "郑州",
    "洛阳",
    "武汉",
    "昆明",
    "贵阳",
    "南宁",
    "兰州",
    "西宁",
    "太原",
    "合肥",
)
ASKED = ("依据是哪条", "怎么规定的", "要什么条件", "多久", "找谁", "")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.passages", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xiangyin-passages-") as folder:
        base = imported(options.paths or default_paths(), Path(folder)) or own()
        corpus = varied(base, options.count)
        figures = measure(base, corpus, Path(folder) / "index", options.questions)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        for name, value in figures.items():
            print(f"{name:<40} {shown(value)}")
    return 0


def measure(base: Sequence[Passage], corpus: Sequence[Passage], folder: Path, count: int) -> dict[str, Figure]:
    begun, busy = time.perf_counter(), time.process_time()
    with Progress(disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("建索引", total=len(corpus))
        switch = stage(
            corpus, folder, report=lambda what, done, _: bar.update(task, description=what, completed=done)
        )
    built, busy = time.perf_counter() - begun, time.process_time() - busy
    switch()
    found = Passages(folder)
    begun = time.perf_counter()
    found.find("社会保险法第十六条")
    opened = time.perf_counter() - begun
    words = [timed(found, question) for question in questions(base, count)]
    exact = [timed(found, f"{p.document}{p.article}") for p in base[:count] if p.article]
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    figures: dict[str, Figure] = {
        "passages": len(corpus),
        "base passages": len(base),
        "build, s": round(built, 1),
        "build, s of processor": round(busy, 1),
        "open and first question, ms": round(1000 * opened, 1),
        "by words, ms p50/p95": p50_p95([wall for wall, _ in words]),
        "by words, ms of processor p50/p95": p50_p95([cpu for _, cpu in words]),
        "changed over while running, ms": round(1000 * changed_over(found, base, folder), 1),
        "index, MB": round(size / 1e6),
        "highest resident, MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
        "load of the machine": round(os.getloadavg()[0], 1),
    }
    if exact:
        figures["by article, ms p50/p95"] = p50_p95([wall for wall, _ in exact])
    return figures


def changed_over(found: Passages, base: Sequence[Passage], folder: Path) -> float:
    """Seconds from making another index current to the first answer out of it."""
    switch = stage(base, folder)
    begun = time.perf_counter()
    switch()
    found.find("社会保险法第十六条")
    return time.perf_counter() - begun


def default_paths() -> list[Path]:
    laws = Path(os.environ.get("XIANGYIN_SHARED") or ROOT.parent / "shared") / "laws"
    return [laws] if laws.is_dir() else []


def imported(paths: Sequence[Path], folder: Path) -> list[Passage]:
    if not paths:
        return []
    store = PassageStore(folder / "imported")
    import_paths(paths, store=store)
    return store.passages()


def own() -> list[Passage]:
    """A passage a line of our own entries, where there is nothing else."""
    passages = []
    for entry in load_store().entries.values():
        first = entry.sources[0]
        source = PassageSource(first.document, first.number, first.issuer, "", first.url, entry.effective)
        for section, lines in entry.sections.items():
            draft = Draft(entry.title, section, "", "\n".join(lines), section, source)
            passages.append(draft.finish(entry.id, "2026-01-01"))
    return passages


def varied(base: Sequence[Passage], count: int) -> list[Passage]:
    """``base`` itself and copies with other numbers, a place in front, sentences in another order."""
    chance = random.Random(7)
    corpus = list(base[:count])
    while len(corpus) < count:
        first = base[len(corpus) % len(base)]
        sentences = re.findall(r"[^。；\n]+[。；\n]*", first.text) or [first.text]
        chance.shuffle(sentences)
        text = re.sub(
            r"\d+", lambda found: str(int(found[0]) % 900 + chance.randrange(90)), "".join(sentences)
        )
        place = chance.choice(PLACES) + str(chance.randrange(1000))
        corpus.append(
            replace(
                first,
                id=f"{len(corpus):016x}",
                document=f"{place}{first.document}",
                text=f"在{place}，{text}",
            )
        )
    return corpus


def questions(base: Sequence[Passage], count: int) -> Iterator[str]:
    """Pieces of real sentences with the words people put around them, 6 to 30 characters."""
    chance = random.Random(11)
    for _ in range(count):
        text = chance.choice(base).text.replace("\n", "")
        start = chance.randrange(max(1, len(text) - 8))
        yield text[start : start + chance.randrange(6, 30)] + chance.choice(ASKED)


def timed(found: Passages, question: str) -> tuple[float, float]:
    """Seconds by the clock, and of the processor alone (others may use it meanwhile)."""
    begun, busy = time.perf_counter(), time.process_time()
    found.find(question, as_of=date(2026, 11, 25))
    return time.perf_counter() - begun, time.process_time() - busy


if __name__ == "__main__":
    sys.exit(main())

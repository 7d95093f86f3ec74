"""`make bench`: what a resident waits for, and what a machine needs, each beside its goal. Nothing is asserted.

    python -m bench [--turns N] [--json]

Starts a private stack with a database of its own, so it can run beside a live one. Turns go through the gateway's
door; memory is read after them. Every figure is of this run on this machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil

from assistant.assembly import hear_samples
from assistant.settings import load_settings
from assistant.stack import Stack, on_free_ports
from audio.files import read_speech
from audio.voice import speak
from bench.figures import Figure, p50_p95, shown
from bench.visitor import Visitor
from knowledge.answering import Knowledge

QUESTIONS = (
    "养老金一年认证几次",
    "我老伴走了，户口本上他那页咋办",
    "孩子上小学要什么材料",
    "低保要什么条件",
    "居住证有什么用",
    "房产证丢了怎么补",
    "工伤认定多久有效",
    "电动车能不能带人",
    "合作医疗能报多少",
    "退休年龄怎么算",
)


GOALS = {
    "start to ready, s": 40.0,
    "speech end to first audio, ms p50/p95": 700.0,
    "retrieval alone, ms p50/p95": 15.0,
    "resident whole stack, MB": 2500.0,
}
"""At most so much; of p50/p95 the p95. Those of docs/measurements.md."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures: dict[str, Figure] = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ["XIANGYIN_DATABASE_URL"] = f"sqlite:///{home}/xiangyin.db"
        os.environ["XIANGYIN_DEPARTMENTS_DATABASE"] = f"{home}/departments.db"
        settings = on_free_ports(load_settings())
        with Stack(settings, gateway=True) as stack:
            figures["start to ready, s"] = round(stack.wait_ready(), 1)
            figures |= turns(Visitor(settings.gateway_port), options.turns)
            figures |= memory(stack)
        figures |= alone(options.turns)
    if options.json:
        print(json.dumps({"figures": figures, "goals": judged(figures)}, ensure_ascii=False))
    else:
        print("\n".join(lines(figures)))
    return 0


def lines(figures: Mapping[str, Figure]) -> list[str]:
    """For people: name, figure, and whether the goal was met where there is one."""
    goals = judged(figures)
    return [
        f"{name:<44} {shown(value):<14} "
        + (f"goal ≤ {GOALS[name]:g}: {'met' if goals[name]['met'] else 'MISSED'}" if name in goals else "")
        for name, value in figures.items()
    ]


def judged(figures: Mapping[str, Figure]) -> dict[str, dict[str, Any]]:
    """For each figure with a goal: the goal, and whether it was met."""
    return {
        name: {"at_most": GOALS[name], "met": (value[1] if isinstance(value, tuple) else value) <= GOALS[name]}
        for name, value in figures.items()
        if name in GOALS
    }


def turns(visitor: Visitor, count: int) -> dict[str, Figure]:
    """Typed turns, and spoken turns from the end of speech to the first audio (the endpoint's wait left out)."""
    typed, first_audio, engine = [], [], []
    recordings = [samples_of(q) for q in QUESTIONS]
    visitor.spoken(recordings[0])  # loads models; not counted
    for n in range(count):
        reply, seconds = visitor.typed(QUESTIONS[n % len(QUESTIONS)])
        typed.append(seconds)
        engine.append(reply["marks"].get("engine", 0.0) / 1000)
        first_audio.append(visitor.spoken(recordings[n % len(recordings)])[1])
    return {
        "typed turn, ms p50/p95": p50_p95(typed),
        "engine and actions, ms p50/p95": p50_p95(engine),
        "speech end to first audio, ms p50/p95": p50_p95(first_audio),
    }


def alone(count: int) -> dict[str, Figure]:
    """Parts on their own."""
    knowledge = Knowledge.load()
    retrieval = measure(count, lambda n: knowledge.answer(QUESTIONS[n % len(QUESTIONS)]))
    voice = measure(
        min(count, 20), lambda n: speak(f"第{n}句，{QUESTIONS[n % len(QUESTIONS)]}。", "mandarin")
    )
    samples = samples_of(QUESTIONS[1])
    hearing = measure(min(count, 20), lambda _: hear_samples(samples, "mandarin", None))
    factor = statistics.median(hearing) / (len(samples) / 16000)
    return {
        "retrieval alone, ms p50/p95": p50_p95(retrieval),
        "voice, one sentence, ms p50/p95": p50_p95(voice),
        "recogniser, real-time factor": round(factor, 3),
    }


def memory(stack: Stack) -> dict[str, Figure]:
    """Resident megabytes of each process with its children."""
    sizes = {name: family(pid) for name, pid in stack.pids().items()}
    parts: dict[str, Figure] = {f"resident {name}, MB": round(size) for name, size in sizes.items()}
    return parts | {"resident whole stack, MB": round(sum(sizes.values()))}


def family(pid: int) -> float:
    process = psutil.Process(pid)
    return sum(p.memory_info().rss for p in [process, *process.children(recursive=True)]) / 1e6


def samples_of(text: str) -> Any:
    """The question spoken by our own voice, 16 kHz int16."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        Path(file.name).write_bytes(speak(text, "mandarin"))
        return read_speech(Path(file.name))


def measure(count: int, work: Callable[[int], object]) -> list[float]:
    work(0)
    seconds = []
    for n in range(count):
        begun = time.perf_counter()
        work(n)
        seconds.append(time.perf_counter() - begun)
    return seconds


if __name__ == "__main__":
    sys.exit(main())

"""`make bench`: what a resident waits for, and what a machine needs. Reports medians; nothing is asserted.

    python -m bench [--turns N] [--json]

Starts a private stack, so it can run beside a live one. Every figure is of this run on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

from assistant.assembly import assistant_for, hear_samples
from assistant.conversation import Assistant
from assistant.gateway.speech import Speaker
from assistant.settings import Settings, load_settings
from assistant.stack import Stack, on_free_ports
from assistant.turn import Utterance
from audio.files import read_speech
from audio.voice import speak
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


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    settings = on_free_ports(load_settings())
    figures: dict[str, Any] = {}
    with Stack(settings, gateway=True) as stack:
        figures["start to ready, s"] = round(stack.wait_ready(), 1)
        figures |= asyncio.run(turns(settings, options.turns))
        figures |= alone(options.turns)
        figures |= memory(stack)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        for name, value in figures.items():
            print(f"{name:<44} {value}")
    return 0


async def turns(settings: Settings, count: int) -> dict[str, Any]:
    """Typed turns, and spoken turns from the end of speech to the first audio (the endpoint's wait left out)."""
    assistant = assistant_for(settings)
    typed, first_audio, engine = [], [], []
    recordings = [samples_of(q) for q in QUESTIONS]
    await spoken(assistant, Speaker(), recordings[0], 999)  # loads models; not counted
    for n in range(count):
        question = QUESTIONS[n % len(QUESTIONS)]
        reply, seconds = await timed(assistant, Utterance(f"bench-t{n}", question, channel="bench"))
        typed.append(seconds)
        engine.append(reply.marks.get("engine", 0.0) / 1000)
        first_audio.append(await spoken(assistant, Speaker(), recordings[n % len(recordings)], n))
    return {
        "typed turn, ms p50/p95": p50_p95(typed),
        "engine and actions, ms p50/p95": p50_p95(engine),
        "speech end to first audio, ms p50/p95": p50_p95(first_audio),
    }


async def timed(assistant: Assistant, utterance: Utterance) -> tuple[Any, float]:
    begun = time.perf_counter()
    reply = await assistant.take_turn(utterance)
    return reply, time.perf_counter() - begun


async def spoken(assistant: Assistant, speaker: Speaker, samples: Any, n: int) -> float:
    """Seconds from the end of speech to the first sentence's sound: last decoding, turn, first synthesis.

    The recogniser streams while somebody speaks, so only what is left at the end of speech counts.
    """
    from audio.recogniser import recogniser_for

    stream = recogniser_for("mandarin").start()
    pcm = samples.tobytes()
    for at in range(0, len(pcm), 6400):
        stream.feed(pcm[at : at + 6400])
    begun = time.perf_counter()
    heard = stream.finish()
    reply = await assistant.take_turn(Utterance(f"bench-s{n}", heard=heard, channel="bench"))
    async for _ in speaker.render(reply):
        break
    return time.perf_counter() - begun


def alone(count: int) -> dict[str, Any]:
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


def memory(stack: Stack) -> dict[str, Any]:
    """Resident megabytes of each process with its children."""
    sizes = {name: family(pid) for name, pid in stack.pids().items()}
    return {f"resident {name}, MB": round(size) for name, size in sizes.items()} | {
        "resident whole stack, MB": round(sum(sizes.values()))
    }


def family(pid: int) -> float:
    process = psutil.Process(pid)
    return sum(p.memory_info().rss for p in [process, *process.children(recursive=True)]) / 1e6


def samples_of(text: str) -> Any:
    """The question spoken by our own voice, 16 kHz int16."""
    import tempfile

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


def p50_p95(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return f"{1000 * statistics.median(ordered):.0f} / {1000 * ordered[int(0.95 * (len(ordered) - 1))]:.0f}"


if __name__ == "__main__":
    sys.exit(main())

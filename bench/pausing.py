"""Sentences with pauses inside, and what detector and recogniser say of them, chunk by chunk."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import jieba
import numpy as np
from numpy.typing import NDArray

from audio.acoustic.synthesise import spoken_words
from audio.acoustic.synthetic_voices import espeak
from audio.files import read_speech
from audio.hearing import SAMPLE_RATE
from audio.recogniser import recogniser_for
from audio.vad import CHUNK_SECONDS, VoiceActivity

ROOT = Path(__file__).resolve().parents[1]
SHORTEST, LONGEST = 0.8, 2.5  # seconds of a pause
HESITATING = 0.35  # share of the pauses with a hesitation word before it
HESITATIONS = ("嗯", "那个", "这个", "就是")
TAIL = 8.0  # seconds of quiet behind the sentence
FLOOR = 0.0005  # of full scale: quiet room
SPEAKERS = (("+m3", 125, 40), ("+f2", 130, 55), ("", 120, 35), ("+m7", 115, 30), ("+f4", 125, 45))
HELD_OUT_SPEAKERS = (("+m4", 120, 40), ("+f3", 125, 50), ("+Andrea", 120, 45), ("+m6", 115, 35))
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Spoken:
    """A sentence with its pauses: ``resumes`` are (start, end of the pause before) of the later pieces, seconds."""

    source: str
    speaker: str
    text: str
    samples: Samples
    speech_end: float
    resumes: tuple[tuple[float, float], ...]
    hesitated: bool
    said: tuple[tuple[float, str], ...] = ()  # (second, what has truly been said until then); () when not known


@dataclass(frozen=True)
class Chunk:
    seconds: float
    speech: float
    text: str


@dataclass(frozen=True)
class Trace:
    """What the endpointing gets to see of a sentence, and the truth about it."""

    source: str
    speaker: str
    text: str
    chunks: tuple[Chunk, ...]
    speech_end: float
    resumes: tuple[tuple[float, float], ...]
    hesitated: bool
    said: tuple[tuple[float, str], ...] = ()


def spoken_sentences(count: int, dice: random.Random, held_out: bool) -> Iterator[Spoken]:
    """Questions of the development file in one half of the topics, by espeak-ng's pinyin voice."""
    voices = HELD_OUT_SPEAKERS if held_out else SPEAKERS
    texts = [text for topic, text in questions() if in_held_out_half(topic) == held_out]
    dice.shuffle(texts)
    for number, text in enumerate(texts[:count]):
        variant, speed, pitch = voices[number % len(voices)]
        yield _with_pauses("synthetic, our voice", f"espeak{variant}", text, dice, speed, pitch)


def questions() -> list[tuple[str, str]]:
    """(topic, sentence) of 6 to 22 characters, Mandarin wording."""
    rows = (json.loads(line) for line in (ROOT / "knowledge/evaluation/dev.jsonl").read_text("utf-8").splitlines())
    return [
        (row["topic"], row["text"])
        for row in rows
        if row.get("topic") and row["dialect"] == "mandarin" and 6 <= len(row["text"]) <= 22
    ]


def in_held_out_half(topic: str) -> bool:
    """Half of the topics tune nothing."""
    return zlib.crc32(topic.encode()) % 2 == 1


def read_sentences(manifest: Path, count: int, dice: random.Random) -> Iterator[Spoken]:
    """People's read sentences (Mandarin, Common Voice), cut at their weakest moment and pulled apart."""
    rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row["dialect"] == "mandarin" and "Common Voice" in row["source"]]
    dice.shuffle(rows)
    for row in sorted(rows[:count], key=lambda one: str(one["speaker"])):
        sound = _trimmed(read_speech(manifest.parent / row["path"]).astype(np.float32) / 32768)
        middle = _weakest(sound, 0.3, 0.7)
        floor = float(np.sort(np.abs(sound))[sound.size // 20]) * 1.5 + FLOOR
        yield _put_together(
            "people, read", row["speaker"], row["text"], [sound[:middle], sound[middle:]], dice, floor, None
        )


def traced(spoken: Spoken) -> Trace:
    """The detector and the recogniser over the whole sound, with the recogniser's text after each chunk."""
    detector, stream = VoiceActivity(), recogniser_for("mandarin").start()
    noisy = np.concatenate([spoken.samples, np.zeros(int(TAIL * SAMPLE_RATE), np.float32)])
    noisy += np.random.default_rng(1).normal(0, FLOOR, noisy.size).astype(np.float32)
    pcm = (noisy.clip(-1, 1) * 32767).astype(np.int16).tobytes()
    chunks, text = [], ""
    for chunk in detector.feed(pcm):
        partial = stream.feed(chunk.pcm)
        text = partial.text if partial else text
        chunks.append(Chunk(CHUNK_SECONDS, chunk.speech, text))
    return Trace(
        spoken.source, spoken.speaker, spoken.text, tuple(chunks), spoken.speech_end, spoken.resumes,
        spoken.hesitated, spoken.said,
    )  # fmt: skip


def _with_pauses(source: str, speaker: str, text: str, dice: random.Random, speed: int, pitch: int) -> Spoken:
    variant = speaker.removeprefix("espeak")

    def say(words: str) -> Samples:
        return _trimmed(espeak(" ".join(spoken_words(words)), variant, speed, pitch)) * np.float32(0.5)

    parts = split(text, dice)
    pieces = [say(part) for part in parts]
    word = dice.choice(HESITATIONS) if dice.random() < HESITATING else ""
    spoken = _put_together(source, speaker, text, pieces, dice, FLOOR, say(word) if word else None)
    times = [*(before for _, before in spoken.resumes), spoken.speech_end]
    so_far = ["".join(parts[: n + 1]) + (word if n == 0 else "") for n in range(len(parts))]
    return replace(spoken, said=tuple(zip(times, so_far, strict=True)))


def split(text: str, dice: random.Random) -> list[str]:
    """Two or three pieces, cut between words, none shorter than two characters."""
    words = [word for word in jieba.lcut("".join(c for c in text if "\u4e00" <= c <= "\u9fff"))]
    joints = [n for n in range(1, len(words)) if len("".join(words[:n])) >= 2 and len("".join(words[n:])) >= 2]
    wanted = 2 if len(text) > 14 and dice.random() < 0.4 else 1
    cuts = sorted(dice.sample(joints, min(wanted, len(joints))))
    bounds = [0, *cuts, len(words)]
    return ["".join(words[a:b]) for a, b in pairwise(bounds)]


def _put_together(
    source: str,
    speaker: str,
    text: str,
    pieces: list[Samples],
    dice: random.Random,
    floor: float,
    hesitation: Samples | None,
) -> Spoken:
    quiet = np.random.default_rng(dice.randrange(1 << 30))
    sound, resumes = [_silence(quiet, 0.6, floor), pieces[0]], []
    for number, piece in enumerate(pieces[1:]):
        if hesitation is not None and number == 0:
            sound += [_silence(quiet, 0.15, floor), hesitation]
        pause = dice.uniform(SHORTEST, LONGEST)
        before = sum(part.size for part in sound) / SAMPLE_RATE
        sound += [_silence(quiet, pause, floor), piece]
        resumes.append((before + pause, before))
    whole = np.concatenate(sound).astype(np.float32)
    return Spoken(
        source, speaker, text, whole, whole.size / SAMPLE_RATE, tuple(resumes), hesitation is not None
    )


def _silence(generator: np.random.Generator, seconds: float, floor: float) -> Samples:
    return generator.normal(0, floor, int(seconds * SAMPLE_RATE)).astype(np.float32)


def _trimmed(sound: Samples) -> Samples:
    """From the first to the last moment above a fiftieth of the peak."""
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() / 50)
    return sound[loud[0] : loud[-1] + 1]


def _weakest(sound: Samples, low: float, high: float) -> int:
    """Sample index of the quietest 40 ms between two shares of the length."""
    window = int(0.04 * SAMPLE_RATE)
    first, last = int(low * sound.size), int(high * sound.size)
    power = np.convolve(sound[first:last] ** 2, np.ones(window), "valid")
    return first + int(power.argmin()) + window // 2

"""The echo canceller in a synthetic room: how much it takes away, and that double talk does not spoil it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from audio.echo import BLOCK, EchoCanceller

RATE = 16_000


def voice(seconds: float, seed: int) -> np.ndarray:
    """Speech-like: pulses through moving resonances, in syllables."""
    dice = np.random.default_rng(seed)
    pieces = []
    while sum(piece.size for piece in pieces) < seconds * RATE:
        length = int(dice.uniform(0.12, 0.3) * RATE)
        source = np.zeros(length)
        source[:: int(RATE / dice.uniform(90, 250))] = 1.0
        source += dice.normal(0, 0.05, length)
        for low, high in ((250, 900), (900, 2300), (2300, 3500)):
            centre = dice.uniform(low, high)
            b, a = signal.iirpeak(centre, 8, fs=RATE)
            source = source + 4 * signal.lfilter(b, a, source)
        pieces.append(source * np.hanning(length))
        pieces.append(np.zeros(int(dice.uniform(0.01, 0.12) * RATE)))
    sound = np.concatenate(pieces)[: int(seconds * RATE)]
    return (0.1 * sound / np.sqrt(np.mean(sound**2))).clip(-1, 1).astype(np.float32)


def room(seed: int, delay: int = 900) -> np.ndarray:
    """56 ms of delay, then 0.15 s of decay: 5 dB below what was played."""
    dice = np.random.default_rng(seed)
    tail = dice.normal(size=2400) * np.exp(-np.arange(2400) / 500)
    impulse = np.concatenate([np.zeros(delay), tail])
    return 0.56 * impulse / np.sqrt(np.sum(impulse**2))


def run(canceller: EchoCanceller, microphone: np.ndarray, played: np.ndarray) -> np.ndarray:
    whole = microphone.size - microphone.size % BLOCK
    blocks = range(0, whole, BLOCK)
    return np.concatenate(
        [canceller.process(microphone[at : at + BLOCK], played[at : at + BLOCK]) for at in blocks]
    )


def decibels(one: np.ndarray, other: np.ndarray) -> float:
    return 10 * np.log10(np.mean(one**2) / np.mean(other**2))


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(played, echo with room noise, near speech in the seconds 6 to 8) of 12 s."""
    played = voice(12, 1)
    echo = np.convolve(played, room(2))[: played.size]
    noise = np.random.default_rng(3).normal(0, 0.0005, played.size)
    near = np.zeros(played.size)
    near[6 * RATE : 8 * RATE] = voice(2, 4)
    return played, (echo + noise).astype(np.float32), near.astype(np.float32)


def test_echo_is_taken_away(scene) -> None:
    played, echo, _ = scene
    left = run(EchoCanceller(), echo, played)
    assert decibels(echo[3 * RATE : 6 * RATE], left[3 * RATE : 6 * RATE]) > 15  # echo return loss enhancement
    assert decibels(echo[9 * RATE : left.size], left[9 * RATE :]) > 20


def test_double_talk_keeps_the_near_voice_and_spoils_nothing(scene) -> None:
    played, echo, near = scene
    canceller = EchoCanceller()
    left = run(canceller, echo + near, played)
    talk = slice(6 * RATE, 8 * RATE)
    assert decibels(near[talk], left[talk] - near[talk]) > 8  # what else is left is well below the near voice
    assert abs(decibels(left[talk], near[talk])) < 1.5
    assert decibels(echo[8 * RATE : 9 * RATE], left[8 * RATE : 9 * RATE]) > 12  # right after the double talk
    assert canceller.effective


def test_the_loudspeaker_is_moved(scene) -> None:
    played, echo, _ = scene
    moved = np.convolve(played, room(9, 1300))[: played.size].astype(np.float32)
    both = np.concatenate([echo, moved])
    left = run(EchoCanceller(), both, np.concatenate([played, played]))
    assert decibels(both[20 * RATE : left.size], left[20 * RATE :]) > 15


def test_silence_from_us_leaves_the_microphone_alone(scene) -> None:
    near = scene[2]
    left = run(EchoCanceller(), near, np.zeros_like(near))
    assert np.allclose(left, near[: left.size], atol=1e-6)


def test_an_echo_that_cannot_be_learnt_is_admitted(scene) -> None:
    """The reference does not belong to the sound: as with a second loudspeaker that we do not play on."""
    echo = scene[1]
    canceller = EchoCanceller()
    quiet = np.random.default_rng(5).normal(0, 0.0005, RATE).astype(np.float32)
    run(canceller, quiet, np.zeros_like(quiet))
    run(canceller, echo, voice(12, 77))
    assert not canceller.effective

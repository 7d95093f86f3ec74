"""The echo mode that a machine gets, and a microphone whose echo is taken away by stream time."""

from __future__ import annotations

import numpy as np
import pytest

from audio.devices import FRAME_SAMPLES, StreamClock
from audio.echo_devices import EchoFreeMicrophone, PlayedSound, cancelled_source, echo_mode

RATE = 16_000
PACTL = ["0\talsa_output.pci.monitor\tmodule-alsa-card.c\ts16le", "5\techo-cancel-source\tPipeWire\tfloat32le"]


@pytest.mark.parametrize(
    ("wanted", "sources", "mode"),
    [
        (None, PACTL, "system"),
        (None, PACTL[:1], "own"),
        (None, [], "own"),
        ("half_duplex", PACTL, "half_duplex"),
        ("own", PACTL, "own"),
        ("nonsense", [], "own"),
    ],
)
def test_mode(wanted: str | None, sources: list[str], mode: str, monkeypatch) -> None:
    monkeypatch.delenv("XIANGYIN_ECHO", raising=False)
    assert echo_mode(wanted, sources) == mode


def test_a_monitor_is_no_canceller() -> None:
    assert cancelled_source(["1\techo-cancel-sink.monitor\tx"]) is None
    assert cancelled_source(["nothing"]) is None


class Room:
    """A microphone that hears what was played 30 ms ago at half the loudness, by the same stream clock."""

    def __init__(self, sound: np.ndarray, begins: float) -> None:
        self._sound, self._begins, self._at, self.read_at = sound, begins, 0, begins
        self.noise = np.random.default_rng(1)

    def read(self) -> bytes:
        self.read_at = self._begins + self._at / RATE
        delay = int(0.03 * RATE)
        index = np.arange(self._at, self._at + FRAME_SAMPLES) - delay
        heard = np.where(index >= 0, self._sound[index.clip(0)], 0) * 0.5 + self.noise.normal(0, 10, FRAME_SAMPLES)
        self._at += FRAME_SAMPLES
        return heard.astype(np.int16).tobytes()

    def flush(self) -> None:
        self._at += 10 * FRAME_SAMPLES


def played(seconds: float, begins: float) -> tuple[np.ndarray, PlayedSound]:
    dice = np.random.default_rng(2)
    envelope = np.repeat(dice.uniform(0.1, 1, int(seconds * 8)), RATE // 8)
    sound = (4000 * envelope * dice.normal(size=envelope.size)).clip(-32768, 32767).astype(np.int16)
    memory = PlayedSound(RATE)
    for at in range(0, sound.size, FRAME_SAMPLES):
        memory.add(sound[at : at + FRAME_SAMPLES], begins + at / RATE)
    return sound, memory


@pytest.mark.parametrize("mode", ["own", "system"])
def test_only_the_own_canceller_changes_frames(mode) -> None:
    sound, memory = played(3.9, 100.0)
    microphone = EchoFreeMicrophone(Room(sound, 100.0), memory, mode)  # type: ignore[arg-type]
    frames = [np.frombuffer(microphone.read(), np.int16) for _ in range(120)]
    microphone.flush()  # time goes by unheard: the reference must not slip
    frames += [np.frombuffer(microphone.read(), np.int16) for _ in range(50)]
    loudness = float(np.std(np.concatenate(frames[-40:])))
    assert (loudness < 150) if mode == "own" else (loudness > 500)
    assert microphone.listens_while_speaking


def test_half_duplex_says_so() -> None:
    sound, memory = played(1.0, 0.0)
    assert not EchoFreeMicrophone(Room(sound, 0.0), memory, "half_duplex").listens_while_speaking  # type: ignore[arg-type]


def test_unknown_times_are_silence() -> None:
    sound, memory = played(2.0, 10.0)
    assert not memory.piece(20.0, 320).any() and not memory.piece(1.0, 320).any()
    assert np.allclose(memory.piece(11.0, 320), sound[RATE : RATE + 320] / 32768, atol=1e-3)


def test_stream_time_is_counted_and_mended() -> None:
    clock = StreamClock()
    assert clock.time(0.02, 5.0) == 5.0
    assert clock.time(0.02, 5.025) == pytest.approx(5.02)  # jitter
    assert clock.time(0.02, 6.0) == 6.0  # the stream stood still

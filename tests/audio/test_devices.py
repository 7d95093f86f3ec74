"""Microphone and loudspeaker on a virtual sound card."""

from __future__ import annotations

import io
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from audio import devices
from audio.devices import FRAME_SAMPLES, DeviceError, Microphone, Speaker, list_devices, play
from audio.speaking import as_wav


def chirp(seconds: float, rate: int) -> np.ndarray:
    at = np.arange(int(seconds * rate)) / rate
    return (0.3 * 32767 * np.sin(2 * np.pi * (300 + 400 * at) * at)).astype(np.int16)


def best_match(heard: np.ndarray, said: np.ndarray) -> float:
    """Normalised correlation at the best shift."""
    long, short = heard.astype(float), said.astype(float)
    size = 1 << (long.size + short.size).bit_length()
    product = np.fft.irfft(np.fft.rfft(long, size) * np.conj(np.fft.rfft(short, size)), size)[: long.size]
    energy = np.sqrt(np.convolve(long**2, np.ones(short.size), "full")[short.size - 1 :][: long.size])
    return float(np.max(product / (np.maximum(energy, 1.0) * np.linalg.norm(short))))


def share_heard(heard: np.ndarray, said: np.ndarray, rate: int = 16_000) -> float:
    """Share of quarter-second pieces that arrived unharmed: a busy machine may glitch between two."""
    pieces = [said[at : at + rate // 4] for at in range(0, said.size - rate // 4 + 1, rate // 4)]
    return float(np.mean([best_match(heard, piece) > 0.9 for piece in pieces]))


@pytest.mark.process
class TestOnSoundCard:
    @pytest.fixture(autouse=True)
    def fresh_list(self, sound_card) -> None:
        self.card = sound_card
        names = [device.name for device in list_devices(again=True)]
        assert "pulse" in names

    def test_what_is_said_arrives_in_frames_of_20_ms(self, tmp_path: Path) -> None:
        said = chirp(1.5, 16_000)
        (tmp_path / "said.wav").write_bytes(as_wav(said.tobytes(), 16_000))
        with Microphone() as microphone:
            assert len(microphone.read()) == FRAME_SAMPLES * 2
            speaking = self.card.speak_into_microphone(tmp_path / "said.wav")
            frames = []
            while speaking.poll() is None:
                frames.append(microphone.read())
            frames += [microphone.read() for _ in range(50)]
            microphone.flush()
        heard = np.frombuffer(b"".join(frames), dtype=np.int16)
        assert speaking.returncode == 0 and share_heard(heard, said) >= 0.5

    def test_what_is_played_is_heard(self, tmp_path: Path) -> None:
        said = chirp(1.0, 22_050)
        recording = self.card.record(tmp_path / "heard.wav")
        with Microphone() as clock, Speaker() as speaker:
            for _ in range(25):
                clock.read()
            speaker.play(as_wav(said.tobytes()))
            assert speaker.playing and speaker.wait(10) and not speaker.playing
            for _ in range(25):
                clock.read()
        recording.terminate()
        recording.wait(10)
        with wave.open(str(tmp_path / "heard.wav")) as file:
            heard = np.frombuffer(file.readframes(10**7), dtype=np.int16)
        assert share_heard(heard, chirp(1.0, 16_000)) >= 0.5

    def test_duck_resume_and_stop(self) -> None:
        with Speaker() as speaker:
            speaker.play(as_wav(chirp(30.0, 22_050).tobytes()))
            speaker.duck()
            speaker.resume()
            assert speaker.playing and not speaker.wait(0.05)
            speaker.stop()
            assert not speaker.playing and speaker.wait(1)
            speaker.play(as_wav(b""))
            assert not speaker.playing

    def test_play_to_the_end(self) -> None:
        play(as_wav(chirp(0.2, 16_000).tobytes(), 16_000))

    def test_unplugged(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(devices, "LOST_AFTER", 0.5)
        microphone = Microphone()
        microphone.read()
        self.card.unplug()
        with pytest.raises(DeviceError, match="麦克风断了") as caught:
            for _ in range(200):
                microphone.read()
        assert caught.value.code == "lost"

    def test_a_speaker_whose_server_goes_is_noticed_and_the_next_one_plays(self) -> None:
        long = as_wav(chirp(30.0, 22_050).tobytes())
        with Speaker() as speaker:
            speaker.play(long)
            self.card.unplug()
            with pytest.raises(DeviceError, match="喇叭断了") as caught:
                speaker.drain()
            assert caught.value.code == "speaker_lost"
            with pytest.raises(DeviceError, match="没有找到喇叭"):
                Speaker()
        self.card.plug_in()
        play(as_wav(chirp(0.2, 16_000).tobytes(), 16_000))


class TakesNothing:
    """PortAudio with a stream that stays open and asks for no sound, as a server that hangs."""

    PortAudioError = OSError
    active = True

    def __init__(self, **_: object) -> None: ...
    def start(self) -> None: ...

    RawOutputStream: type


TakesNothing.RawOutputStream = TakesNothing


def test_a_speaker_that_takes_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(devices, "_portaudio", lambda: TakesNothing)
    monkeypatch.setattr(devices, "list_devices", lambda: (devices.Device(0, "pulse", 0, 2),))
    monkeypatch.setattr(devices, "monotonic", lambda: now)
    speaker = Speaker()
    speaker.play(as_wav(bytes(44_100)))
    now += devices.LOST_AFTER
    assert speaker.playing
    now += 0.1
    with pytest.raises(DeviceError, match="喇叭断了"):
        _ = speaker.playing
    speaker.stop()
    assert not speaker.playing


def no_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "list_devices", lambda: ())


def test_nothing_plugged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sounddevice", reason="needs libportaudio2", exc_type=OSError)
    no_devices(monkeypatch)
    with pytest.raises(DeviceError, match="没有找到麦克风") as caught:
        Microphone()
    assert caught.value.code == "no_microphone"
    with pytest.raises(DeviceError, match="没有找到喇叭"):
        Speaker()


def test_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(DeviceError, match="没有装声音部件"):
        list_devices()


@pytest.mark.parametrize(
    ("wanted", "direction", "chosen"),
    [(None, "inputs", 2), ("usb", "inputs", 1), (1, "inputs", 1), (None, "outputs", 3), ("usb", "outputs", None),
     (0, "inputs", None)],
)  # fmt: skip
def test_choice(monkeypatch: pytest.MonkeyPatch, wanted, direction, chosen) -> None:
    plugged = (devices.Device(0, "HDMI", 0, 2), devices.Device(1, "USB Mic", 1, 0), devices.Device(2, "pulse", 32, 0),
               devices.Device(3, "default", 0, 2))  # fmt: skip
    monkeypatch.setattr(devices, "list_devices", lambda: plugged)
    if chosen is None:
        with pytest.raises(DeviceError):
            devices._choose(wanted, direction, "no_microphone")
    else:
        assert devices._choose(wanted, direction, "no_microphone") == chosen


def test_only_our_kind_of_wav_is_played() -> None:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(22_050)
    with pytest.raises(ValueError, match="mono"):
        devices._samples(out.getvalue(), 22_050)

"""Recordings from files, every kind of damage by name."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio.files import CLIPPED, SENTENCES, AudioFileError, read_audio, read_recording, read_speech, read_turn

FORMATS = [
    ("a.wav", "WAV", "PCM_16", 16_000),
    ("a.wav", "WAV", "PCM_24", 44_100),
    ("a.wav", "WAV", "PCM_U8", 8_000),
    ("a.wav", "WAV", "FLOAT", 48_000),
    ("a.wav", "WAV", "ALAW", 8_000),
    ("a.wav", "WAV", "ULAW", 8_000),
    ("a.wav", "WAVEX", "PCM_16", 22_050),
    ("a.flac", "FLAC", "PCM_16", 16_000),
    ("a.ogg", "OGG", "VORBIS", 44_100),
    ("a.opus", "OGG", "OPUS", 48_000),
    ("a.opus", "OGG", "OPUS", 16_000),
    ("a.mp3", "MP3", "MPEG_LAYER_III", 44_100),
    ("a.mp3", "MP3", "MPEG_LAYER_III", 16_000),
    ("a.aiff", "AIFF", "PCM_16", 16_000),
]


def tone(seconds: float = 1.0, rate: int = 16_000, level: float = 0.3) -> np.ndarray:
    return (level * np.sin(2 * np.pi * 300 * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("name", "format_", "subtype", "rate"), FORMATS)
def test_every_format_rate_and_channel_count(tmp_path: Path, name, format_, subtype, rate, channels) -> None:
    file = tmp_path / name
    sound = tone(rate=rate)
    soundfile.write(file, np.stack([sound] * channels, axis=1), rate, format=format_, subtype=subtype)
    samples, got = read_audio(file)
    assert got == rate
    assert samples.dtype == np.float32 and samples.ndim == 1
    assert samples.size == pytest.approx(sound.size, abs=rate // 10)
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.15)


def test_channels_are_averaged(tmp_path: Path) -> None:
    file = tmp_path / "left.wav"
    soundfile.write(file, np.stack([tone(), np.zeros(16_000)], axis=1), 16_000)
    recording = read_recording(file)
    assert recording.channels == 2 and recording.seconds == 1.0
    assert np.abs(recording.samples).max() == pytest.approx(0.15, abs=0.01)


def test_speech_is_16_khz_int16(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(rate=44_100), 44_100)
    speech = read_speech(tmp_path / "a.wav")
    assert speech.dtype == np.int16 and speech.size == 16_000


def problem(file: Path, **options: float) -> str:
    with pytest.raises(AudioFileError) as caught:
        read_audio(file, **options)
    assert str(caught.value) == SENTENCES[caught.value.code]
    assert re.search(r"[\u4e00-\u9fff].*。$", str(caught.value))
    assert not re.search(r"Error|Exception|None|/", str(caught.value))
    return caught.value.code


def test_missing_empty_and_not_audio(tmp_path: Path) -> None:
    assert problem(tmp_path / "nothing.wav") == "missing"
    assert problem(tmp_path) == "missing"
    (tmp_path / "empty.wav").write_bytes(b"")
    assert problem(tmp_path / "empty.wav") == "empty"
    (tmp_path / "text.wav").write_text("我想问一下社保卡怎么办" * 50)
    assert problem(tmp_path / "text.wav") == "not_audio"
    (tmp_path / "noise.mp3").write_bytes(bytes(range(256)) * 20)
    assert problem(tmp_path / "noise.mp3") == "not_audio"


def test_header_without_samples_is_empty(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 16_000)
    assert problem(tmp_path / "a.wav") == "empty"


def test_silence_is_named_and_quiet_speech_is_not(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "zero.wav", np.zeros(16_000), 16_000)
    assert problem(tmp_path / "zero.wav") == "silent"
    soundfile.write(tmp_path / "quiet.wav", tone(level=0.002), 16_000)
    assert read_audio(tmp_path / "quiet.wav")[0].size == 16_000


def test_a_turn_is_read_with_a_warning_and_at_most_a_minute_long(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loud.wav", np.clip(tone(level=3.0), -1, 1), 16_000)
    soundfile.write(tmp_path / "minute.wav", tone(60.0), 16_000)
    soundfile.write(tmp_path / "long.wav", tone(60.5), 16_000)
    samples, warning = read_turn(tmp_path / "loud.wav")
    assert samples.dtype == np.int16 and samples.size == 16_000 and warning == CLIPPED
    samples, warning = read_turn(tmp_path / "minute.wav")
    assert samples.size == 960_000 and warning is None
    with pytest.raises(AudioFileError, match="一分钟") as caught:
        read_turn(tmp_path / "long.wav")
    assert caught.value.code == "too_long"


def test_clipped_is_read_and_flagged(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "loud.wav", np.clip(tone(level=3.0), -1, 1), 16_000)
    assert read_recording(tmp_path / "loud.wav").clipped
    soundfile.write(tmp_path / "full.wav", tone(level=0.95), 16_000)
    assert not read_recording(tmp_path / "full.wav").clipped


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg"])
def test_truncated(tmp_path: Path, kind: str) -> None:
    whole = tmp_path / f"whole.{kind}"
    noise = np.random.default_rng(1).uniform(-0.3, 0.3, 80_000)
    soundfile.write(whole, noise, 16_000)
    data = whole.read_bytes()
    for share in (0.2, 0.5, 0.9):
        cut = tmp_path / f"cut.{kind}"
        cut.write_bytes(data[: int(len(data) * share)])
        assert problem(cut) == "truncated", share


def test_a_cut_of_a_few_bytes_is_forgiven(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(), 16_000)
    data = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "b.wav").write_bytes(data[:-100])
    assert read_audio(tmp_path / "b.wav")[0].size == pytest.approx(15_950, abs=2)


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF])
def test_streamed_wav_without_a_length(tmp_path: Path, length: int) -> None:
    soundfile.write(tmp_path / "a.wav", tone(), 16_000)
    data = bytearray((tmp_path / "a.wav").read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = struct.pack("<I", length)
    data[4:8] = struct.pack("<I", 0xFFFFFFFF)
    (tmp_path / "b.wav").write_bytes(data)
    assert read_audio(tmp_path / "b.wav")[0].size == 16_000


def test_too_long_by_header_and_by_content(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(3.0), 16_000)
    assert problem(tmp_path / "a.wav", max_seconds=2.0) == "too_long"
    soundfile.write(tmp_path / "a.mp3", tone(3.0), 16_000)
    assert problem(tmp_path / "a.mp3", max_seconds=2.0) == "too_long"


def test_samples_that_are_no_numbers_become_silence(tmp_path: Path) -> None:
    sound = tone()
    sound[100:200] = np.nan
    sound[300] = np.inf
    soundfile.write(tmp_path / "a.wav", sound, 16_000, subtype="FLOAT")
    assert np.isfinite(read_audio(tmp_path / "a.wav")[0]).all()


def test_random_damage_never_escapes_as_another_error(tmp_path: Path) -> None:
    chance = np.random.default_rng(7)
    for kind in ("wav", "flac", "ogg", "mp3"):
        whole = tmp_path / f"whole.{kind}"
        soundfile.write(whole, tone(0.5), 16_000)
        data = np.frombuffer(whole.read_bytes(), dtype=np.uint8)
        for _ in range(40):
            damaged = data[: chance.integers(1, data.size + 1)].copy()
            damaged[chance.integers(0, damaged.size, 8)] = chance.integers(0, 256, 8)
            (tmp_path / "damaged").write_bytes(damaged.tobytes())
            try:
                samples, rate = read_audio(tmp_path / "damaged")
            except AudioFileError:
                continue
            assert samples.size and rate and np.isfinite(samples).all()

"""Sample rates and the telephone's codecs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio import g711
from audio.resampling import StreamResampler, resample, to_float, to_int16, to_recogniser


def tone(rate: int, hertz: float = 440.0, seconds: float = 1.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000, 96_000])
def test_any_rate_becomes_16_khz_with_pitch_and_level_kept(rate: int) -> None:
    got = resample(tone(rate), rate)
    assert got.size == 16_000 and got.dtype == np.float32
    assert np.argmax(np.abs(np.fft.rfft(got))) == 440
    assert np.sqrt(np.mean(got[800:-800] ** 2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)
    assert len(to_recogniser(tone(rate), rate)) == 32_000


def test_int16_clips_and_comes_back() -> None:
    assert to_int16(np.array([-2.0, -1.0, 0.0, 1.0, 2.0], dtype=np.float32)).tolist() == [
        -32768, -32768, 0, 32767, 32767,
    ]  # fmt: skip
    assert to_float(np.array([-32768, 16384], dtype=np.int16)).tolist() == [-1.0, 0.5]


@pytest.mark.parametrize(
    ("rate", "to_rate"),
    [(8_000, 16_000), (48_000, 16_000), (44_100, 16_000), (16_000, 8_000), (22_050, 8_000)],
)
def test_pieces_are_the_same_as_the_whole(rate: int, to_rate: int) -> None:
    sound = to_int16(tone(rate, 500.0))
    whole = StreamResampler(rate, to_rate).feed(sound)
    pieces, resampler, at = [], StreamResampler(rate, to_rate), 0
    for size in [1, 7, rate // 50, 0, 333, *[rate // 50] * 100]:
        pieces.append(resampler.feed(sound[at : at + size]))
        at += size
    joined = np.concatenate(pieces)
    assert abs(whole.size - to_rate) <= 1
    assert np.array_equal(joined, whole[: joined.size]) and joined.size == whole.size
    spectrum = np.abs(np.fft.rfft(whole[to_rate // 10 :].astype(float)))
    assert np.argmax(spectrum) * to_rate / (2 * (spectrum.size - 1)) == pytest.approx(500, abs=2)
    assert np.abs(whole).max() == pytest.approx(16_384, rel=0.03)


def test_downsampling_removes_what_would_fold() -> None:
    out = StreamResampler(48_000, 16_000).feed(to_int16(tone(48_000, 12_000.0)))
    assert np.abs(out[200:]).max() < 400  # -38 dB below the tone


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_g711_every_code_survives_and_every_sample_is_near(law: g711.Law) -> None:
    codes = bytes(range(256))
    decoded = g711.decode(codes, law)
    again = g711.decode(g711.encode(decoded, law), law)
    assert np.array_equal(again, decoded)
    samples = np.arange(-32768, 32768, dtype=np.int32).astype(np.int16)
    error = np.abs(g711.decode(g711.encode(samples, law), law).astype(int) - samples.astype(int))
    allowed = np.maximum(16, np.abs(samples.astype(int)) / 16)
    assert (error <= np.where(np.abs(samples.astype(int)) > 32_000, 1_100, allowed)).all()


def test_g711_against_the_standard_s_end_points() -> None:
    assert g711.decode(bytes([0xD5, 0x55, 0xAA, 0x2A])).tolist() == [8, -8, 32256, -32256]
    assert g711.decode(bytes([0xFF, 0x7F, 0x80, 0x00]), "ulaw").tolist() == [0, 0, 32124, -32124]
    assert g711.encode(np.zeros(3, dtype=np.int16)) in (b"\xd5" * 3, b"\x55" * 3)


@given(st.binary(max_size=400))
def test_any_bytes_decode(data: bytes) -> None:
    assert g711.decode(data).size == g711.decode(data, "ulaw").size == len(data)

"""Frames and clocks of the line, keys and the call's policy: pure, in virtual time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.channels.phone.framing import LATE_SECONDS, Framer, LineClock
from assistant.channels.phone.keys import KeyPad, Pressed, typed_text
from assistant.channels.phone.policy import (
    OWN_SILENCE,
    PATIENCE,
    PROMPTS,
    CallPolicy,
    Line,
    Prompt,
    after,
)
from assistant.channels.phone.transport import FRAME_BYTES, FRAME_SAMPLES, RATE
from assistant.turn import Reply

pytestmark = pytest.mark.unit
TICK = 0.02


@given(st.lists(st.binary(max_size=2000), max_size=30))
def test_frames_joined_are_the_bytes_that_came(pieces: list[bytes]) -> None:
    framer, whole = Framer(), b"".join(pieces)
    out = [framer.feed(piece) for piece in pieces]
    assert all(samples.size % FRAME_SAMPLES == 0 for samples in out)
    joined = b"".join(samples.astype("<i2").tobytes() for samples in out)
    assert joined == whole[: len(whole) - len(whole) % FRAME_BYTES]


def test_a_replaced_stream_begins_at_a_frame() -> None:
    framer = Framer()
    framer.feed(b"\x01" * 7)
    framer.reset()
    assert framer.feed(b"\x02\x00" * FRAME_SAMPLES).tolist() == [2] * FRAME_SAMPLES


Ticks = st.lists(st.tuples(st.floats(0.0, 0.4), st.integers(0, 12)), max_size=60)


@given(Ticks)
def test_no_sound_is_lost_and_time_never_stands_still(ticks: list[tuple[float, int]]) -> None:
    """Losses, bursts and clocks that run fast or slow: what came is kept in order, gaps become silence."""
    clock, number = LineClock(), 0
    came, out, elapsed = 0, [], 0.0
    for seconds, frames in ticks:
        samples = np.arange(number + 1, number + 1 + frames * FRAME_SAMPLES, dtype=np.int64)
        number += samples.size
        piece = clock.fill(seconds, (samples % 30000 + 1).astype(np.int16))
        out.append(piece)
        came += samples.size
        elapsed += seconds
    joined = np.concatenate(out) if out else np.zeros(0, np.int16)
    assert np.count_nonzero(joined) == came
    assert np.array_equal(joined[joined != 0], (np.arange(1, came + 1) % 30000 + 1).astype(np.int16))
    assert joined.size >= (elapsed - LATE_SECONDS) * RATE - 1
    assert joined.size <= came + elapsed * RATE + 1


def test_a_clock_that_drifts_adds_no_silence_and_no_delay_in_half_an_hour() -> None:
    """100 ppm fast or slow for 30 minutes (standards.md §7)."""
    for ppm in (100, -100):
        clock, owed = LineClock(), 0.0
        padded = 0
        for _ in range(90_000):
            owed += FRAME_SAMPLES * (1 + ppm / 1e6)
            frames = int(owed // FRAME_SAMPLES)
            owed -= frames * FRAME_SAMPLES
            samples = np.ones(frames * FRAME_SAMPLES, dtype=np.int16)
            padded += clock.fill(TICK, samples).size - samples.size
        assert padded <= 0.2 * RATE


def press(pad: KeyPad, keys: str, at: float = 0.0, asked: bool = False) -> tuple[list[Pressed], float]:
    done = []
    for key in keys:
        pressed = pad.press(key, at, digits_asked=asked)
        done += [pressed] if pressed else []
        at += 0.3
    return done, at


def test_digits_end_with_the_hash_key_or_a_pause() -> None:
    assert press(KeyPad(), "13800000000#")[0] == [Pressed("digits", "13800000000")]
    pad = KeyPad()
    _, at = press(pad, "1380")
    assert pad.typing and pad.step(at - 0.3 + 2.4) is None
    assert pad.step(at - 0.3 + 2.5) == Pressed("digits", "1380") and not pad.typing


def test_a_lone_zero_is_a_person_but_a_digit_where_digits_are_asked() -> None:
    pad = KeyPad()
    assert pad.press("0", 1.0) is None
    assert pad.step(1.9) is None and pad.step(2.0) == Pressed("person")
    assert press(KeyPad(), "000#")[0] == [Pressed("person")]
    assert press(KeyPad(), "0571#")[0] == [Pressed("digits", "0571")]
    assert press(KeyPad(), "0#", asked=True)[0] == [Pressed("digits", "0")]


def test_star_says_it_again_and_is_the_x_of_an_id_number() -> None:
    assert press(KeyPad(), "*")[0] == [Pressed("again")]
    assert press(KeyPad(), "51010219550312002*", asked=True)[0] == [Pressed("digits", "51010219550312002X")]
    pad = KeyPad()
    assert press(pad, "12*")[0] == [Pressed("again")] and not pad.typing


def test_eighteen_digits_are_complete() -> None:
    assert press(KeyPad(), "510102195503120021", asked=True)[0] == [Pressed("digits", "510102195503120021")]


def test_a_hash_without_digits_ends_the_spoken_turn() -> None:
    assert press(KeyPad(), "#")[0] == [Pressed("end")]


@pytest.mark.parametrize(("gap", "digits"), [(0.0, "1"), (0.059, "1"), (0.061, "11"), (0.5, "11")])
def test_a_key_doubled_within_sixty_milliseconds_counts_once(gap: float, digits: str) -> None:
    pad = KeyPad()
    pad.press("1", 5.0)
    pad.press("1", 5.0 + gap)
    assert pad.press("#", 8.0) == Pressed("digits", digits)


@given(st.text("0123456789*#ABCD", max_size=80), st.floats(0.0, 3.0), st.booleans())
def test_any_keys_are_survived_and_nothing_stays_open(keys: str, gap: float, asked: bool) -> None:
    pad, at = KeyPad(), 0.0
    for key in keys:
        pad.press(key, at, digits_asked=asked)
        at += gap
    pad.step(at + 10.0)
    assert not pad.typing


def test_a_digit_at_a_choice_is_an_ordinal() -> None:
    assert typed_text("2", {"kind": "choice", "choices": ["甲", "乙"]}) == "第二个"
    assert typed_text("2", {"kind": "digits"}) == "2" and typed_text("138", {"kind": "choice"}) == "138"


def run(policy: CallPolicy, seconds: float, line: Line) -> list[tuple[float, Prompt]]:
    said = []
    for n in range(round(seconds / TICK)):
        prompt = policy.step(TICK, line)
        said += [((n + 1) * TICK, prompt)] if prompt else []
    return said


def reply(status: str = "answered", intent: str | None = None) -> Reply:
    return Reply("c", "好", status, "好。", "好。", intent)


def test_silence_is_broken_three_times_in_other_words_and_then_we_hang_up() -> None:
    said = run(CallPolicy(), 40.0, Line())
    assert [prompt.sentence for _, prompt in said[:3]] == list(PROMPTS) and len(set(PROMPTS)) == 3
    assert [prompt.then for _, prompt in said[:3]] == ["listen", "listen", "hang_up"]
    times = [at for at, _ in said[:3]]
    assert times == pytest.approx([PATIENCE[0], PATIENCE[0] + PATIENCE[1], sum(PATIENCE)], abs=0.05)


@pytest.mark.parametrize("line", [Line(we_speak=True), Line(they_speak=True), Line(typing=True), Line(held=True)])
def test_nothing_is_counted_while_somebody_speaks_types_or_holds(line: Line) -> None:
    assert not run(CallPolicy(), 60.0, line)


def test_words_that_were_understood_begin_the_count_anew_and_noise_does_not() -> None:
    policy = CallPolicy()
    run(policy, 8.0, Line())
    policy.replied(reply("unheard"))
    assert run(policy, 10.1, Line())[0][1].sentence == PROMPTS[1]
    policy.replied(reply())
    assert run(policy, 7.1, Line())[0][1].sentence == PROMPTS[0]


def test_who_asked_us_to_wait_is_waited_for() -> None:
    policy = CallPolicy()
    policy.replied(reply(intent="wait"))
    assert not run(policy, 59.0, Line()) and run(policy, 2.0, Line())


def test_our_own_silence_is_never_longer_than_three_seconds() -> None:
    policy = CallPolicy()
    run(policy, 1.5, Line())  # the endpointer waited
    policy.turn_began()
    silence, said = 1.5, []
    for _ in range(round(9.0 / TICK)):
        prompt = policy.step(TICK, Line(work="turn"))
        silence = 0.0 if prompt else silence + TICK
        said += [prompt.sentence] if prompt else []
        assert silence <= 3.0
    assert said[0] == "phone_checking" and said[1] != said[0] and OWN_SILENCE < 3.0


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from(["", "turn", "transfer"])), max_size=400))
def test_a_prompt_never_comes_while_somebody_speaks(states: list[tuple[bool, bool, str]]) -> None:
    policy = CallPolicy()
    for we, they, work in states:
        prompt = policy.step(0.5, Line(we_speak=we, they_speak=they, work=work))  # type: ignore[arg-type]
        assert prompt is None or not (we or they)


def test_what_follows_a_reply() -> None:
    def then(given: Reply, person: bool = False, target: bool = True) -> str:
        return after(given, wants_person=person, can_transfer=target)

    assert then(reply(intent="goodbye")) == "hang_up"
    assert then(reply("handed_over")) == "transfer" and then(reply("handed_over"), target=False) == "listen"
    assert then(reply("emergency")) == "transfer" and then(reply("emergency"), target=False) == "listen"
    assert then(reply("failed"), person=True) == "transfer" and then(reply("failed")) == "listen"
    assert then(reply()) == "listen"

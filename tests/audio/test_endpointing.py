"""Endpointing as a table in virtual time: no sound, no sleeping.

A script is a list of (seconds, speech, text): what the detector says for so long, and the recogniser's text
during it. `s` is speech, `.` is silence, `?` is a detector that does not know yet.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.endpointing import CEILING, DELAYS, PRE_ROLL, Endpointer, Event
from audio.hearing import QUESTION_KINDS, Question, QuestionKind
from audio.pace import Pace
from audio.turn_words import TurnWords, count_digits

STEP = 0.032
LEVEL = {"s": 0.9, ".": 0.02, "?": None, "n": 0.42}  # n: noise between the two thresholds

Script = list[tuple[float, str, str | None]]


def run(endpointer: Endpointer, script: Script) -> list[Event]:
    events = []
    for seconds, kind, text in script:
        for _ in range(round(seconds / STEP)):
            event = endpointer.step(STEP, LEVEL[kind], text)
            if event:
                events.append(event)
    return events


def ended(script: Script, kind: QuestionKind = "open", **options) -> tuple[float, str | None]:
    """(seconds after the end of speech, reason)"""
    lengths, choices = options.pop("lengths", ()), options.pop("choices", ())
    events = run(Endpointer(Question(kind, choices, lengths), **options), script)
    last = [event for event in events if event.kind == "ended"]
    if not last:
        return -1.0, None
    assert events[-1] is last[0] and len(last) == 1
    return last[0].at - last[0].speech_end, last[0].reason


TAIL = (12.0, ".", None)
TABLE: list[tuple[str, QuestionKind, dict, Script, float, str | None]] = [
    # what happens, question, options, script, seconds from the end of speech to the end, reason
    ("yes", "yes_no", {}, [(0.5, ".", ""), (0.3, "s", "对"), (9, ".", "对")], 0.4, "silence"),
    ("one syllable, unclear", "yes_no", {}, [(0.5, ".", ""), (0.16, "s", ""), (9, ".", "")], 0.4, "silence"),
    ("yes, one chunk seen", "yes_no", {}, [(0.5, ".", ""), (0.04, "s", ""), (9, ".", "对")], 0.4, "silence"),
    ("elder's yes", "yes_no", {"elder": True},
     [(0.5, ".", ""), (0.3, "s", "对"), (9, ".", "对")], 0.6, "silence"),
    ("elder's unclear yes", "yes_no", {"elder": True},
     [(0.3, "s", "我看"), (9, ".", "我看")], 1.0, "silence"),
    ("open", "open", {}, [(1, ".", ""), (2, "s", "社保卡丢了"), (9, ".", "社保卡丢了")], 0.6, "silence"),
    ("open without partials", "open", {}, [(1, ".", None), (2, "s", None), TAIL], 0.6, "silence"),
    ("elder, open", "open", {"elder": True},
     [(2, "s", "我的社保卡"), (9, ".", "我的社保卡")], 1.0, "silence"),
    ("pause of 0.5 s", "open", {},
     [(1, "s", "我"), (0.5, ".", "我"), (1, "s", "我要办卡"), (9, ".", "我要办卡")],
     0.6, "silence"),
    ("filler, then more", "open", {},
     [(1, "s", "我想办那个"), (1.5, ".", "我想办那个"), (1, "s", "我想办那个社保卡"),
                                       (9, ".", "我想办那个社保卡")], 1.8, "silence"),
    ("filler, then nothing", "open", {}, [(1, "s", "我想办那个"), (9, ".", "我想办那个")], 2.1, "silence"),
    ("嗯 alone", "open", {}, [(0.5, "s", "嗯"), (9, ".", "嗯")], 2.1, "silence"),
    ("wait", "open", {}, [(1, "s", "等一下"), (9, ".", "等一下")], 8.0, "silence"),
    ("wait, then the number", "digits", {"lengths": (18,)},
     [(1, "s", "等一下"), (6, ".", "等一下"), (3, "s", "一一零一零一一九四九"),
      (2, "s", "一一零一零一一九四九一二三一零零二叉"),
      (9, ".", "一一零一零一一九四九一二三一零零二叉")], 0.4, "silence"),
    ("digits, half an ID number", "digits", {"lengths": (18,)},
     [(2, "s", "一一零一零一"), (1.9, ".", "一一零一零一"), (2, "s", "一一零一零一一九四九"),
      (9, ".", "一一零一零一一九四九")], 2.2, "silence"),
    ("digits, whole ID number", "digits", {},

     [(3, "s", "1101011949"), (3, "s", "110101194912310026"),
      (9, ".", "110101194912310026")], 0.4, "silence"),
    ("digits, whole, elder", "digits", {"elder": True},

     [(3, "s", "1101011949"), (3, "s", "110101194912310026"),
      (9, ".", "110101194912310026")], 0.6, "silence"),
    ("digits, telephone number", "digits", {},
     [(4, "s", "13812345678"), (9, ".", "13812345678")], 1.5, "silence"),
    ("digits, telephone asked for", "digits", {"lengths": (11,)},
     [(4, "s", "13812345678"), (9, ".", "13812345678")], 0.4, "silence"),
    ("digits, a code of six", "digits", {"lengths": (6,)},
     [(2, "s", "二三四"), (9, ".", "二三四")], 2.0, "silence"),
    ("digits, no text", "digits", {}, [(2, "s", None), TAIL], 1.5, "silence"),
    ("name", "name", {}, [(1, "s", "王秀英"), (9, ".", "王秀英")], 1.5, "silence"),
    ("place", "place", {}, [(1, "s", "朝阳区"), (9, ".", "朝阳区")], 1.5, "silence"),
    ("plate", "plate", {}, [(1, "s", "京"), (9, ".", "京")], 1.5, "silence"),
    ("date", "date", {}, [(1, "s", "三月五号"), (9, ".", "三月五号")], 1.0, "silence"),
    ("money", "money", {}, [(1, "s", "两千块"), (9, ".", "两千块")], 1.0, "silence"),
    ("date, elder", "date", {"elder": True}, [(1, "s", "三月五号"), (9, ".", "三月五号")], 1.5, "silence"),
    ("choice, named", "choice", {"choices": ("社保卡", "医保卡")},
     [(1, "s", "医保卡"), (9, ".", "医保卡")], 0.4,
     "silence"),
    ("choice, other words", "choice", {"choices": ("社保卡",)},
     [(1, "s", "我问别的"), (9, ".", "我问别的")], 0.6,
     "silence"),
    ("noise between the thresholds ends it", "open", {},
     [(1, "s", "办卡"), (0.3, "s", "办卡"), (0.3, ".", "办卡"),
                                                         (9, "n", "办卡")], 0.6, "silence"),
    ("nobody", "open", {}, [(20, ".", "")], 7.0, "no_speech"),
    ("nobody, long question", "open", {"no_speech": 10.0}, [(20, ".", "")], 10.0, "no_speech"),
    ("a detector that never knows", "open", {}, [(20, "?", "")], 7.0, "no_speech"),
    ("noise without words", "open", {}, [(20, "s", "")], 0.0, "no_speech"),
    ("television: text stands still", "open", {}, [(1, "s", "办卡"), (20, "s", "办卡")], 0.0, "unchanged"),
    ("yes, then noise", "yes_no", {}, [(0.3, "s", "对"), (20, "s", "对")], 0.0, "unchanged"),
    ("talks without end", "open", {}, [(0.5, "s", str(i)) for i in range(100)], 0.0, "limit"),
    ("yes/no, talks without end", "yes_no", {}, [(0.5, "s", str(i)) for i in range(100)], 0.0, "limit"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "options", "script", "after", "reason"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_table(kind: QuestionKind, options: dict, script: Script, after: float, reason: str | None) -> None:
    got, why = ended(script, kind, **options)
    assert why == reason
    assert got == pytest.approx(after, abs=2 * STEP)


def test_answer_shorter_than_the_detector_s_warm_up_counts() -> None:
    """peers.md #1: the first 760 ms are unknown to the detector, the answer lies within them."""
    endpointer = Endpointer(Question("yes_no"))
    events = run(endpointer, [(0.48, "?", ""), (0.28, "?", "对"), (9.0, ".", "对")])
    assert [event.kind for event in events] == ["started", "ended"]
    assert events[0].keep_from == 0.0
    assert events[1].reason == "silence" and events[1].at < 1.3


def test_pre_roll_is_kept() -> None:
    (start, *_) = run(Endpointer(), [(2.0, ".", ""), (1.0, "s", "")])
    assert start.kind == "started"
    first_speech = round(2.0 / STEP) * STEP
    assert start.keep_from == pytest.approx(first_speech - PRE_ROLL, abs=1e-6)
    assert 0.3 <= PRE_ROLL <= 0.5


def test_cough_is_dropped_and_listening_goes_on() -> None:
    events = run(
        Endpointer(), [(1, ".", ""), (0.1, "s", ""), (2, ".", ""), (1, "s", "办社保卡"), (5, ".", "办社保卡")]
    )
    assert [event.kind for event in events] == ["started", "dropped", "started", "ended"]
    assert events[-1].reason == "silence"


def test_scattered_clicks_do_not_start_a_turn() -> None:
    script = [(0.032, "s", ""), (0.4, ".", "")] * 8
    assert run(Endpointer(), script) == []


def test_no_speech_is_not_declared_while_somebody_begins() -> None:
    events = run(Endpointer(), [(6.95, ".", ""), (1.0, "s", "喂"), (5, ".", "喂")])
    assert [event.reason for event in events if event.kind == "ended"] == ["silence"]


@pytest.mark.parametrize("script", [[], [(1.0, "s", "我要")], [(1.0, ".", "")]])
def test_button_and_end_of_sound(script: Script) -> None:
    for end, reason in ((Endpointer.press, "button"), (Endpointer.close, "end_of_sound")):
        endpointer = Endpointer()
        run(endpointer, script)
        event = end(endpointer)
        assert (event.kind, event.reason) == ("ended", reason)
        assert endpointer.step(STEP, 0.9, "more") is None


def test_pace_is_learnt_within_the_conversation() -> None:
    pace = Pace()
    assert Endpointer(pace=pace).delay() == 0.6
    slow: Script = [(0.5, "s", "我"), (0.48, ".", "我")] * 5
    run(Endpointer(pace=pace), slow)
    assert 0.7 < Endpointer(pace=pace).delay() < 0.9
    pace.was_cut_off(1.1)
    assert Endpointer(pace=pace).delay() == pytest.approx(1.4)
    pace.was_cut_off(4.0)
    assert Endpointer(pace=pace).delay() == CEILING
    assert Endpointer().delay() == 0.6  # the next conversation knows nothing of it


def test_quick_speaker_never_goes_below_the_floor() -> None:
    pace = Pace()
    for _ in range(30):
        pace.paused(0.2)
    assert Endpointer(pace=pace).delay() == 0.6
    assert Endpointer(Question("digits"), pace=pace).delay() == 1.5
    assert Endpointer(elder=True, pace=pace).delay() == 1.0


def test_words_of_a_dialect_are_added() -> None:
    words = TurnWords().plus(answers=("要得", "莫得"), waits=("等哈儿",))
    assert ended([(0.3, "s", "要得"), (9, ".", "要得")], "yes_no", elder=True, words=words)[0] < 0.65
    assert ended([(0.3, "s", "等哈儿"), (9, ".", "等哈儿")], words=words)[0] > 7.9
    assert ended([(0.3, "s", "要得"), (9, ".", "要得")], "yes_no", elder=True)[0] > 0.9


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("我的号码是一三八", 3), ("110 101", 6), ("幺二叉", 3), ("三十", 1)]
)
def test_digits_are_counted(text: str, count: int) -> None:
    assert count_digits(text) == count


def test_unknown_question_is_refused() -> None:
    with pytest.raises(ValueError, match="yes_no"):
        Question("maybe")  # type: ignore[arg-type]


STEPS = st.tuples(
    st.floats(0.01, 0.5),
    st.one_of(st.none(), st.floats(0, 1)),
    st.sampled_from([None, "", "对", "嗯", "一二三"]),
)


@given(st.sampled_from(QUESTION_KINDS), st.booleans(), st.lists(STEPS, max_size=400))
def test_every_turn_ends_once_and_in_time(kind: QuestionKind, elder: bool, steps) -> None:
    endpointer = Endpointer(Question(kind), elder=elder)
    events = [event for step in steps if (event := endpointer.step(*step))]
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert sum(event.kind == "ended" for event in events) <= 1
    if events and events[-1].kind == "ended":
        assert events[-1].reason is not None
    begun = [event.at for event in events if event.kind == "started"]
    if begun and events[-1].kind == "started":  # still open: not longer than the limit allows
        assert sum(step[0] for step in steps) - begun[-1] <= DELAYS[kind].limit + 0.5


@given(
    st.lists(st.sampled_from([0.2, 0.3, 0.5, 0.8]), min_size=1, max_size=8), st.sampled_from(QUESTION_KINDS)
)
def test_pauses_below_the_delay_never_cut_a_turn(pauses: list[float], kind: QuestionKind) -> None:
    script: Script = []
    for number, pause in enumerate(pauses):
        script += [(0.6, "s", "字" * number), (min(pause, DELAYS[kind].silence - 0.1), ".", "字" * number)]
    script.append((0.6, "s", "字字字字字字字字字"))
    assert ended(script, kind)[1] in (None, "limit")


WHOLE = {"养老金怎么办": 0.99, "养老金": 0.2, "养老金怎么": 0.0, "养老金停了": 0.7}


@pytest.mark.parametrize(
    ("text", "elder", "after"),
    [
        ("养老金怎么办", True, 0.7),  # a whole question: no elder needs a second more
        ("养老金怎么办", False, 0.6),
        ("养老金停了", True, 1.5),
        ("养老金停了", False, 0.6),
        ("养老金", True, 2.6),  # rarely all that somebody wants to say
        ("养老金", False, 1.2),
    ],
)
def test_the_words_say_whether_more_will_come(text: str, elder: bool, after: float) -> None:
    got, why = ended([(1, "s", text), (9, ".", text)], elder=elder, finished=lambda said: WHOLE[said])
    assert why == "silence" and got == pytest.approx(after, abs=2 * STEP)


def test_sense_is_asked_for_open_questions_only() -> None:
    script: Script = [(1, "s", "对对"), (9, ".", "对对")]
    assert ended(script, "yes_no", finished=lambda _: 0.0)[0] < 0.5


def test_a_speaker_who_takes_the_word_back_at_once_had_been_cut_off() -> None:
    pace = Pace()
    run(Endpointer(pace=pace), [(1, "s", "我要"), (2, ".", "我要")])
    pace.resumed(0.5)
    assert Endpointer(pace=pace).delay() == pytest.approx(0.6 + 0.5 + 0.3, abs=2 * STEP)
    pace.resumed(0.1)  # the same end is not counted twice
    other = Pace()
    run(Endpointer(pace=other), [(1, "s", "我要"), (2, ".", "我要")])
    other.resumed(6.0)  # an interruption of the answer
    assert Endpointer(pace=other).delay() == 0.6


def test_one_long_pause_is_enough_to_know_a_slow_speaker() -> None:
    pace = Pace()
    run(Endpointer(elder=True, pace=pace), [(1, "s", "我要"), (0.9, ".", "我要"), (1, "s", "我要办卡")])
    assert 1.1 < Endpointer(pace=pace).delay() < 1.3


def test_going_on_after_a_long_pause_is_not_noise_without_new_words() -> None:
    """The text stands still during the pause; it may not end the turn with the first new sound."""
    script: Script = [
        (1, "s", "满八十的那个"), (2.4, ".", "满八十的那个"),
        (0.6, "s", "满八十的那个"), (1, "s", "满八十的那个每月给多少"),
        (9, ".", "满八十的那个每月给多少"),
    ]  # fmt: skip
    events = run(Endpointer(elder=True), script)
    assert events[-1].reason == "silence" and events[-1].speech_end > 4.9

"""How replies are spoken: in the resident's rate and volume, with what is always said rendered ahead."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.conversation import Assistant
from assistant.gateway import speech
from assistant.gateway.speech import Speaker
from assistant.records import Records
from assistant.turn import Reply, Utterance
from assistant.wording import canned, fixed_sentences, sentences
from audio.espeak_voice import EspeakVoice
from audio.speaking import VoiceUnavailable, as_wav, frames_of
from dialects.packs import list_packs, load_pack

SPOKEN = as_wav((np.sin(np.arange(2205) / 5) * 8000).astype("<i2").tobytes())


@pytest.fixture
def rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, float]]:
    """No voice is started; what it would have been asked for."""
    monkeypatch.setenv("XIANGYIN_VAR", str(tmp_path))
    monkeypatch.setenv("XIANGYIN_VOICE", "espeak")
    asked: list[tuple[str, str, float]] = []

    def render(self: EspeakVoice, sentence: str, dialect: str, rate: float) -> bytes:
        asked.append((sentence, dialect, rate))
        return SPOKEN

    monkeypatch.setattr(EspeakVoice, "render", render)
    return asked


def spoken(reply: Reply) -> list[tuple[str, bytes]]:
    async def all_of_it() -> list[tuple[str, bytes]]:
        return [piece async for piece in Speaker().render(reply)]

    return asyncio.run(all_of_it())


def reply(**how: Any) -> Reply:
    return Reply("c", "", "answered", "您好。请讲。", "您好。请讲。", **how)


def loudness(wav: bytes) -> int:
    return int(np.abs(np.frombuffer(frames_of(wav), "<i2").astype(int)).max())


def test_a_reply_is_spoken_as_this_resident_wants_it(rendered: list[tuple[str, str, float]]) -> None:
    usual, wished = spoken(reply()), spoken(reply(rate=0.7, volume=1.5, dialect="cantonese"))
    assert [sentence for sentence, _ in wished] == ["您好。", "请讲。"]
    assert rendered == [
        ("您好。", "mandarin", 1.0), ("请讲。", "mandarin", 1.0),
        ("您好。", "cantonese", 0.7), ("请讲。", "cantonese", 0.7),
    ]  # fmt: skip
    assert loudness(wished[0][1]) == pytest.approx(1.5 * loudness(usual[0][1]), rel=0.01)


def test_a_voice_that_fails_leaves_the_reply_on_the_screen(
    rendered: list[tuple[str, str, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: EspeakVoice, sentence: str, dialect: str, rate: float) -> bytes:
        raise VoiceUnavailable("killed")

    monkeypatch.setattr(EspeakVoice, "render", fail)
    assert spoken(reply()) == []


def test_what_is_always_said_is_rendered_ahead(
    rendered: list[tuple[str, str, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech.os, "setpriority", lambda *_: None)
    monkeypatch.setattr(speech, "fixed_sentences", lambda: [canned("welcome"), canned("thanks")])
    Speaker().prepare_ahead().join(60)
    greetings = {dialect for _, dialect, _ in rendered}
    assert "cantonese" in greetings and greetings <= set(list_packs())
    before = len(rendered)
    assert spoken(Reply("c", "", "answered", canned("welcome"), "")) and len(rendered) == before


def test_fixed_sentences_hold_nothing_personal_and_begin_with_the_welcome() -> None:
    fixed = fixed_sentences()
    assert fixed[0] == canned("welcome") and len(fixed) > 50 and len(fixed) < len(sentences())
    assert not any("{" in text or "}" in text for text in fixed)


@pytest.mark.parametrize("dialect", list_packs())
def test_every_greeting_says_that_it_is_a_machine(dialect: str) -> None:
    assert "智能语音助手" in load_pack(dialect).greeting
    assert all("智能语音助手" in canned(name) for name in ("welcome", "greet", "who_are_you"))


def test_slower_and_louder_last_for_the_conversation(tmp_path: Path) -> None:
    def outcome(sentence: str) -> list[dict[str, Any]]:
        return [{"status": "answered", "sentence": sentence, "params": {}, "intent": sentence}]

    answers = [outcome(name) for name in ("thanks", "slower", "slower", "louder", "goodbye", "thanks")]

    class Engine:
        async def turn(self, *_: Any) -> Any:
            return answers.pop(0)

    assistant = Assistant(Engine(), Records(f"sqlite:///{tmp_path / 'x.db'}"))  # type: ignore[arg-type]

    async def say(conversation: str) -> Reply:
        return await assistant.take_turn(Utterance(conversation, "好"))

    async def talk() -> list[Reply]:
        return [*[await say("c1") for _ in range(5)], await say("c2")]

    said = asyncio.run(talk())
    assert [round(r.rate, 2) for r in said] == [1.0, 0.85, 0.7, 0.7, 0.7, 1.0]
    assert [r.volume for r in said] == [1.0, 1.0, 1.0, 1.25, 1.25, 1.0]
    assert said[3].speech == canned("thanks") and said[4].speech == canned("goodbye")  # said again, then as ever

"""The web page in Debian's Chromium: typed, by keyboard alone, and by voice through a fake microphone."""

from __future__ import annotations

import base64
import io
import os
import shutil
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.stack import Stack
from audio.voice import speak

pytestmark = pytest.mark.process
playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
ANSWER = ".bot >> nth=-1"
SECONDS = 1000.0


def arguments(sound: Path | None) -> list[str]:
    always = [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    ]  # fmt: skip
    return always + ([f"--use-file-for-fake-audio-capture={sound}%noloop"] if sound else [])


@pytest.fixture
def question(tmp_path: Path) -> Path:
    """“低保要什么条件” spoken, with half a second before and three after, as 48 kHz would be too: any rate works."""
    path = tmp_path / "question.wav"
    with wave.open(io.BytesIO(speak("低保要什么条件", "mandarin"))) as spoken:
        rate, frames = spoken.getframerate(), spoken.readframes(spoken.getnframes())
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(bytes(rate) + frames + bytes(rate * 6))
    return path


@pytest.fixture
def page(stack: Stack, question: Path) -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Debian's chromium is not installed")
    with playwright.sync_playwright() as run:
        browser = run.chromium.launch(executable_path=CHROMIUM, args=arguments(question))
        context = browser.new_context(viewport={"width": 1000, "height": 1000}, permissions=["microphone"])
        made = context.new_page()
        problems: list[str] = []
        made.on("pageerror", lambda error: problems.append(str(error)))
        made.on("console", lambda text: problems.append(text.text) if text.type == "error" else None)
        made.goto(f"http://127.0.0.1:{stack.settings.gateway_port}/")
        made.wait_for_selector("xiangyin-chat[ready]")
        yield made
        browser.close()
        assert problems == []


def wait_for_answers(page: Any, count: int) -> str:
    """The text of the newest answer once there are `count` of them (the welcome is the first)."""
    page.wait_for_function(
        "n => document.querySelector('xiangyin-chat').shadowRoot.querySelectorAll('.bot').length >= n",
        arg=count, timeout=60 * SECONDS,
    )  # fmt: skip
    text: str = page.locator(ANSWER).inner_text()
    return text


def test_a_typed_question_gets_an_answer_with_its_source(page: Any) -> None:
    page.get_by_label("打字说").fill("结婚登记要去哪里办")
    page.get_by_role("button", name="发送").click()
    answer = wait_for_answers(page, 2)
    assert "依据" in answer and "施行" in answer and "适用" in answer
    if target := os.environ.get("XIANGYIN_SCREENSHOTS"):
        page.screenshot(path=f"{target}/web.png")


def test_by_keyboard_alone(page: Any) -> None:
    page.get_by_label("打字说").focus()
    page.keyboard.type("我要办养老金资格认证")
    page.keyboard.press("Enter")
    wait_for_answers(page, 2)
    page.get_by_role("button", name="转人工").focus()
    page.keyboard.press("Enter")
    assert "12345" in wait_for_answers(page, 3)


def test_what_is_said_to_a_session_that_is_over_or_to_no_connection_is_answered(page: Any) -> None:
    """What was typed is there once, and each time once answered: after the session ended, and after a break."""
    chat = page.locator("xiangyin-chat")
    first = chat.evaluate("chat => chat.session")
    chat.evaluate("chat => fetch(`/api/session/${chat.session}`, { method: 'DELETE' })")
    page.get_by_label("打字说").fill("结婚登记要去哪里办")
    page.keyboard.press("Enter")
    assert "婚姻登记" in wait_for_answers(page, 3)  # the second says that the conversation begins again
    assert chat.evaluate("chat => chat.session") != first
    chat.evaluate("chat => { chat.socket.close(); chat.say('低保要什么条件'); }")
    assert "低保" in wait_for_answers(page, 5)  # the fourth says that it will be sent
    assert page.locator(".you").count() == 2
    assert page.locator(".bot").count() == 5


def test_answers_are_announced_and_text_is_never_html(page: Any) -> None:
    page.get_by_label("打字说").fill("<img src=x onerror=alert(1)>低保要什么条件")
    page.keyboard.press("Enter")
    wait_for_answers(page, 2)
    assert page.locator("[role=log][aria-live=polite]").count() == 1
    assert page.locator(".turn img").count() == 0


def test_large_print_and_large_targets(page: Any) -> None:
    sizes = page.evaluate(
        """() => [...document.querySelector('xiangyin-chat').shadowRoot.querySelectorAll('button')]
        .filter(b => b.offsetParent).map(b => b.getBoundingClientRect().height)"""
    )
    font = page.evaluate(
        "() => parseFloat(getComputedStyle(document.querySelector('xiangyin-chat')).fontSize)"
    )
    assert min(sizes) >= 44 and font >= 18


def test_a_spoken_question_is_heard_and_answered(page: Any) -> None:
    page.locator(".talk").click()
    answer = wait_for_answers(page, 2)
    heard = page.locator(".you >> nth=-1").inner_text()
    assert "条件" in heard and answer


INTERRUPTED = """async (wav) => {
    const { Speaker } = await import(new URL("sound.js", document.querySelector("script[type=module]").src));
    const sound = Uint8Array.from(atob(wav), (letter) => letter.charCodeAt(0)).buffer;
    const speaker = new Speaker();
    let playing = 0;
    for (let turn = 0; turn < 20; turn++) {
        speaker.add(sound);
        if (turn % 3) await new Promise((later) => setTimeout(later, turn % 7));
        speaker.stop();
        speaker.add(sound);
        await new Promise((later) => setTimeout(later, 30));
        playing += Boolean(speaker.playing);
        speaker.stop();
    }
    return playing;
}"""


def test_an_interrupted_voice_leaves_the_next_one_alone(page: Any, question: Path) -> None:
    """The page also has no failed loads to report afterwards: the sound's bytes outlive its load."""
    assert page.evaluate(INTERRUPTED, base64.b64encode(question.read_bytes()).decode()) == 20

"""The web page in Debian's Chromium: typed, by keyboard alone, by voice through a fake microphone or a refused one."""

from __future__ import annotations

import base64
import io
import os
import shutil
import wave
from collections.abc import Iterator
from contextlib import contextmanager
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
    """Chromium's switches; without a sound the microphone is refused."""
    always = [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
        "--use-fake-device-for-media-stream",
    ]  # fmt: skip
    if sound is None:
        return [*always, "--use-fake-ui-for-media-stream=deny"]
    return [*always, "--use-fake-ui-for-media-stream", f"--use-file-for-fake-audio-capture={sound}%noloop"]


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


@contextmanager
def opened(stack: Stack, sound: Path | None) -> Iterator[Any]:
    """The page, ready. Fails at the end when the page had an error or wrote one to the console."""
    if CHROMIUM is None:
        pytest.skip("Debian's chromium is not installed")
    with playwright.sync_playwright() as run:
        browser = run.chromium.launch(executable_path=CHROMIUM, args=arguments(sound))
        allowed = ["microphone"] if sound else []
        context = browser.new_context(viewport={"width": 1000, "height": 1000}, permissions=allowed)
        made = context.new_page()
        problems: list[str] = []
        made.on("pageerror", lambda error: problems.append(str(error)))
        made.on("console", lambda text: problems.append(text.text) if text.type == "error" else None)
        made.goto(f"http://127.0.0.1:{stack.settings.gateway_port}/")
        made.wait_for_selector("xiangyin-chat[ready]")
        yield made
        browser.close()
        assert problems == []


@pytest.fixture
def page(stack: Stack, question: Path) -> Iterator[Any]:
    with opened(stack, question) as made:
        yield made


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


def focused(page: Any) -> str:
    """The accessible name of what has the keyboard."""
    name: str = page.evaluate(
        """() => {
            const found = document.querySelector("xiangyin-chat").shadowRoot.activeElement;
            const label = found?.getAttribute("aria-label") ?? found?.labels?.[0]?.textContent;
            return label ?? found?.textContent.trim() ?? "";
        }"""
    )
    return name


def go_to(page: Any, name: str, key: str) -> None:
    """Press the key until the keyboard is there."""
    for _ in range(20):
        page.keyboard.press(key)
        if focused(page) == name:
            return
    raise AssertionError(f"{name} cannot be reached with {key}")


def test_by_keyboard_alone(page: Any) -> None:
    """A choice that was pressed goes away, and the keyboard stays where the answer and the next choices are."""
    go_to(page, "打字说", "Tab")
    page.keyboard.type("结婚登记要去哪里办")
    page.keyboard.press("Enter")
    assert "可以选：现在就办、先不办。" in wait_for_answers(page, 2)
    go_to(page, "先不办", "Shift+Tab")
    page.keyboard.press("Enter")
    assert focused(page) == "对话"
    wait_for_answers(page, 3)
    assert focused(page) == "对话"
    go_to(page, "转人工", "Tab")
    page.keyboard.press("Enter")
    assert "12345" in wait_for_answers(page, 4)


def test_a_long_answer_is_read_from_its_beginning(page: Any) -> None:
    page.set_viewport_size({"width": 1000, "height": 800})
    for count in (2, 3):
        page.get_by_label("打字说").fill("结婚登记要去哪里办")
        page.keyboard.press("Enter")
        wait_for_answers(page, count)
    log, asked, answer = (
        page.locator(name).bounding_box() for name in (".log", ".you >> nth=-1", ".bot >> nth=-1")
    )
    assert answer["height"] > log["height"]
    assert log["y"] <= asked["y"] <= answer["y"] < log["y"] + log["height"] / 2
    assert page.evaluate("() => document.scrollingElement.scrollHeight <= innerHeight")


def test_a_refused_microphone_is_told_and_nobody_listens(stack: Stack) -> None:
    with opened(stack, None) as page:
        sent: list[str] = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
        page.reload()
        page.wait_for_selector("xiangyin-chat[ready]")
        page.get_by_role("button", name="点一下，说话", exact=True).click()
        assert "允许使用麦克风" in wait_for_answers(page, 2)
        assert page.locator(".talk[aria-pressed=false]").count() == 1
        assert any("quiet" in frame for frame in sent) and not any("listen" in frame for frame in sent)


def test_icons_need_no_font(page: Any) -> None:
    """Emoji are empty boxes where no font has them."""
    text = page.evaluate("() => document.querySelector('xiangyin-chat').shadowRoot.textContent")
    assert not [letter for letter in text if ord(letter) > 0xFFFF]
    assert page.locator(".talk svg[aria-hidden=true]").bounding_box()["height"] > 16


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


WATCHED = """() => {
    const devices = navigator.mediaDevices, ask = devices.getUserMedia.bind(devices);
    window.streams = [];
    window.permit = Promise.resolve();
    devices.getUserMedia = async (wanted) => {
        const stream = await ask(wanted);
        window.streams.push(stream);
        await window.permit;
        return stream;
    };
}"""
"""Keeps every microphone the page was given; it gets it when `permit` is there, as when the browser asks."""
OPEN_AND_ALL = """() => [
    window.streams.filter(stream => stream.getTracks().some(track => track.readyState === "live")).length,
    window.streams.length,
]"""


def test_a_double_click_asks_once_and_opens_one_microphone(page: Any) -> None:
    """And so does a second press while the browser still asks, and a key held down."""
    page.get_by_role("button", name="转人工").dblclick()
    assert page.locator(".you").count() == 1
    wait_for_answers(page, 2)
    page.evaluate(WATCHED)
    page.locator(".talk").dblclick()
    page.wait_for_selector(".talk[aria-pressed=true]")
    assert page.evaluate(OPEN_AND_ALL) == [1, 1]
    page.locator(".talk").click(delay=600)  # not a third click of the same
    page.wait_for_selector(".talk[aria-pressed=false]")
    assert page.evaluate(OPEN_AND_ALL) == [0, 1]
    page.evaluate("() => { window.permit = new Promise(give => (window.give = give)); }")
    page.locator(".talk").press("Enter")
    assert "正在打开麦克风" in page.locator(".talk").inner_text()
    page.locator(".talk").click()
    page.evaluate("() => window.give()")
    page.wait_for_selector(".talk[aria-pressed=true]")
    assert page.evaluate(OPEN_AND_ALL) == [1, 2]
    for _ in range(3):
        page.keyboard.down("Enter")  # held
    page.keyboard.up("Enter")
    page.wait_for_selector(".talk[aria-pressed=false]")
    assert page.evaluate(OPEN_AND_ALL) == [0, 2]


def test_typing_instead_of_going_on_to_speak_closes_the_microphone(page: Any) -> None:
    page.evaluate(WATCHED)
    page.locator(".talk").click()
    page.wait_for_selector(".talk[aria-pressed=true]")
    page.get_by_role("button", name="转人工").click()
    page.wait_for_selector(".talk[aria-pressed=false]")
    assert page.evaluate(OPEN_AND_ALL) == [0, 1]
    assert "12345" in wait_for_answers(page, 2)


def test_the_dialect_shown_is_the_one_spoken(page: Any) -> None:
    """One that was changed by word can be changed back by hand: choosing what is shown already says nothing."""
    chosen = page.get_by_label("家乡话")
    page.wait_for_function("() => document.querySelector('xiangyin-chat').shadowRoot.querySelector('option')")
    page.get_by_label("打字说").fill("我讲四川话")
    page.keyboard.press("Enter")
    wait_for_answers(page, 2)
    assert chosen.input_value() == "sichuan"
    chosen.select_option("mandarin")
    page.get_by_label("打字说").fill("低保要什么条件")
    page.keyboard.press("Enter")
    wait_for_answers(page, 3)
    assert chosen.input_value() == "mandarin"


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

"""Commands that take turns: talk, ask, converse."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.assembly import assistant_for, prepare
from assistant.cli.output import FAILED, USAGE, complain, line, screen, tell
from assistant.conversation import Assistant
from assistant.settings import load_settings
from assistant.stack import running_stack
from assistant.turn import Reply, Utterance
from assistant.wording import canned
from audio.files import AudioFileError, read_turn
from audio.voice import save_speech
from dialects.packs import list_packs

Dialect = Annotated[str | None, typer.Option("--dialect", "-d", help="方言编号，如 sichuan")]
Json = Annotated[bool, typer.Option("--json", help="每行一个 JSON")]


def add_to(app: typer.Typer) -> None:
    app.command()(talk)
    app.command()(ask)
    app.command()(converse)


def talk(dialect: Dialect = None, as_json: Json = False) -> None:
    """打字聊：一行一句，空行或 Ctrl-D 结束。"""
    check_dialect(dialect)
    with running_stack(load_settings(), tell) as settings:
        assistant = assistant_for(settings)
        conversation = f"talk-{uuid.uuid4().hex[:12]}"
        screen.print(canned("welcome"))
        with asyncio.Runner() as runner:
            for text in typed_lines():
                reply = runner.run(
                    assistant.take_turn(Utterance(conversation, text, channel="text", dialect=dialect))
                )
                line(reply.as_dict()) if as_json else screen.print(f"[green]{reply.display}[/green]")


def typed_lines() -> Iterator[str]:
    while True:
        try:
            text = input("您：" if sys.stdin.isatty() else "")
        except EOFError:
            return
        if not text.strip():
            return
        yield text


def ask(
    wav: Annotated[Path | None, typer.Option(help="录音文件（WAV FLAC Ogg/Opus MP3）")] = None,
    text: Annotated[str | None, typer.Option(help="要问的话")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="把回答念进这个 WAV 文件")] = None,
    dialect: Dialect = None,
    as_json: Json = False,
) -> None:
    """问一句：录音或文字进，带出处的回答出。"""
    if (wav is None) == (text is None):
        complain("请给 --wav 或者 --text，给一个。")
        raise typer.Exit(USAGE)
    check_dialect(dialect)
    utterance_ = utterance(
        {"text": text, "wav": str(wav) if wav else None, "dialect": dialect, "channel": "ask"}
    )
    if utterance_.warning:
        complain(utterance_.warning)
    if utterance_.samples is not None:
        prepare()
    with running_stack(load_settings(), tell) as settings:
        reply = asyncio.run(assistant_for(settings).take_turn(utterance_))
    if output:
        save_speech(reply.speech, output, dialect=reply.dialect, rate=reply.rate)
    if as_json:
        line(reply.as_dict())
    else:
        screen.print(f"听到：{reply.heard or '（没听清）'}\n\n[green]{reply.display}[/green]\n")
        marks = "，".join(f"{name} {value:.0f} 毫秒" for name, value in reply.marks.items())
        screen.print(f"[dim]{reply.status}，共 {reply.ms} 毫秒（{marks}）[/dim]")
    if reply.status in ("failed", "unheard"):
        raise typer.Exit(FAILED)


def converse(as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON（总是）")] = True) -> None:
    """评测的门：标准输入一行一个 JSON（conversation, channel, dialect, text 或 wav），一行答一行。"""
    bad = 0
    with running_stack(load_settings(), tell) as settings, asyncio.Runner() as runner:
        assistant = assistant_for(settings)
        prefix = uuid.uuid4().hex[:8]
        for raw in sys.stdin:
            if raw.strip():
                answer = runner.run(one_line(assistant, raw, prefix))
                bad += "error" in answer
                line(answer)
    if bad:
        raise typer.Exit(FAILED)


async def one_line(assistant: Assistant, raw: str, prefix: str) -> dict[str, Any]:
    """The answer to one line of `converse`; a line that cannot be used gives status `failed` and an error."""
    given: Any = None
    try:
        given = json.loads(raw)
        spoken = utterance(given, prefix)
        name = str(given.get("conversation") or spoken.conversation)
    except (ValueError, AttributeError) as error:
        return problem(given, f"这一行用不了：{error}")
    except AudioFileError as error:
        return problem(given, str(error), status="unheard")
    if spoken.samples is not None:
        prepare()
    reply: Reply = await assistant.take_turn(spoken)
    return {**reply.as_dict(), "conversation": name}


def utterance(given: dict[str, Any], prefix: str = "") -> Utterance:
    """An utterance from its JSON. Raises ValueError for missing fields, AudioFileError for an unreadable file."""
    text, wav = given.get("text"), given.get("wav")
    if (text is None) == (wav is None):
        raise ValueError("text 和 wav 要给一个，只给一个")
    dialect = given.get("dialect")
    if dialect is not None and dialect not in list_packs():
        raise ValueError(f"没有这种方言：{dialect}")
    conversation = given.get("conversation")
    name = f"{prefix}-{safe(str(conversation))}" if conversation else f"one-{uuid.uuid4().hex[:12]}"
    samples, warning = read_turn(Path(wav)) if wav else (None, None)
    return Utterance(
        name,
        None if text is None else str(text),
        samples,
        str(given.get("channel") or "text"),
        dialect,
        given.get("message_id"),
        warning=warning,
    )


def safe(name: str) -> str:
    """A conversation name that the engine's channel accepts."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else f"{ord(c):x}" for c in name)
    return plain[:96]


def problem(given: Any, message: str, status: str = "failed") -> dict[str, Any]:
    name = given.get("conversation") if isinstance(given, dict) else None
    reply = Reply(str(name or ""), "", status, message, message)
    return {**reply.as_dict(), "error": message}


def check_dialect(dialect: str | None) -> None:
    if dialect is not None and dialect not in list_packs():
        complain(f"没有这种方言：{dialect}。现有：{'、'.join(list_packs())}")
        raise typer.Exit(USAGE)

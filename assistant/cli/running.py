"""Commands that run things: up, doctor, terminal, departments."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
import uuid
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from actions import client
from assistant.assembly import assistant_for
from assistant.channels.phone.standing import standing_at
from assistant.channels.terminal import run_terminal
from assistant.cli.output import FAILED, line, screen, tell
from assistant.cli.turning import check_dialect
from assistant.doctor import examine
from assistant.settings import load_settings
from assistant.stack import Stack, running_stack
from assistant.turn import Reply, Utterance
from audio.hearing import Heard


def add_to(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(doctor)
    app.command()(terminal)
    departments = typer.Typer(no_args_is_help=True, help="部门后台（模拟的）。")
    departments.command("residents")(residents)
    departments.callback()(lambda: None)
    app.add_typer(departments, name="departments")


def up() -> None:
    """启动全部：部门后台、办事、对话引擎、网关；有一个停了就再拉起来。Ctrl-C 停。"""
    settings = load_settings()
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    with Stack(settings, gateway=True) as stack:
        tell("正在启动：部门后台、办事、对话引擎、网关……")
        seconds = stack.wait_ready(tell=lambda name: tell(f"  {name} 好了"))
        tell(
            f"[green]乡音起来了（{seconds:.0f} 秒）：http://{settings.host}:{settings.gateway_port}/[/green]"
        )
        if phone := standing_at(settings.gateway_port):
            tell(f"[{'yellow' if phone.state == 'failed' else 'green'}]{phone.sentence}[/]")
        try:
            while True:
                for name in stack.watch():
                    tell(f"[yellow]{name} 停了，已重新拉起[/yellow]")
                time.sleep(0.5)
        except KeyboardInterrupt:
            tell("正在停……")


def doctor(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """体检：解释器、嗓子、语音模型、句子编码器、声卡、端口、电话、磁盘；哪样不行就说怎么修。"""
    findings = examine(load_settings())
    if as_json:
        for finding in findings:
            line(finding.as_dict())
    else:
        table = Table("项目", "情况", "怎么办")
        for finding in findings:
            mark = "[green]好[/green]" if finding.good else "[red]不行[/red]"
            table.add_row(finding.name, f"{mark} {finding.found}", finding.fix)
        screen.print(table)
    if not all(finding.good or finding.optional for finding in findings):
        raise typer.Exit(FAILED)


def terminal(
    dialect: Annotated[str | None, typer.Option("--dialect", "-d", help="不给就先说普通话，再听着换")] = None,
    transcript: Annotated[Path | None, typer.Option(help="把对话记到这个文件")] = None,
    idle: Annotated[float, typer.Option(help="多少秒没人说话就清掉")] = 60.0,
) -> None:
    """社区终端：麦克风听、喇叭说。回车打断或重新听，q 退出。"""
    check_dialect(dialect)
    with running_stack(load_settings(), tell) as settings, asyncio.Runner() as runner:
        assistant = assistant_for(settings)
        log_to(settings.var / "logs" / "terminal.log")

        def take_turn(conversation: str, text: str | None, heard: Heard | None) -> Reply:
            spoken = Utterance(conversation, text, channel="terminal", dialect=dialect, heard=heard)
            return runner.run(assistant.take_turn(spoken))

        run_terminal(
            take_turn,
            dialect=dialect or "mandarin",
            transcript=transcript,
            idle_seconds=idle,
            new_conversation=lambda: f"terminal-{uuid.uuid4().hex[:12]}",
            end_conversation=lambda conversation: runner.run(assistant.end(conversation)),
        )


def log_to(file: Path) -> None:
    """Why each turn ended, which echo mode: into a file, since the screen belongs to the visitor."""
    file.parent.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=file, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)


def residents(
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON")] = False,
    service: Annotated[str | None, typer.Option(help="只要能办这件事的人")] = None,
) -> None:
    """列出模拟居民：打电话的人要报的都在（姓名、身份证号、电话、验证码……）。"""
    people = client.residents(service)
    if as_json:
        for person in people:
            line(person)
        return
    table = Table("姓名", "身份证号", "电话", title="模拟居民（都是编的）")
    for person in people:
        table.add_row(person["name"], person["id_number"], person["phone"])
    screen.print(table)

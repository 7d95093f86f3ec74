"""Commands about dialects: list, new, check, test, diff, learn, forget."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from assistant.cli.output import FAILED, complain, line, screen, tell
from audio.acoustic.reading import ModelUnreadable
from audio.acoustic.units import syllable_units
from audio.learning.learn import Outcome, learn
from audio.learning.recordings import RecordingsError, read_recordings
from dialects.check import check_pack
from dialects.comparing import compare
from dialects.making import new_pack
from dialects.overlay import forget, learned_folder
from dialects.packs import FOLDER, Pack, PackError, list_packs, load_pack
from dialects.trying import Tried, try_phrases
from knowledge.answering import IndexMissing, Knowledge
from knowledge.store import load_store

Json = Annotated[bool, typer.Option("--json", help="每行一个 JSON")]
Packs = Annotated[Path, typer.Option("--packs", help="方言包放在哪个文件夹")]
SHOWN = 40


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="方言包：新建、检查、试、比较、从录音学。")
    group.command("list")(list_)
    group.command()(new)
    group.command()(check)
    group.command()(test)
    group.command()(diff)
    group.command("learn")(learn_)
    group.command("forget")(forget_)
    app.add_typer(group, name="dialect")


def list_(as_json: Json = False, packs: Packs = FOLDER) -> None:
    """有哪些方言包，各有多少词、音、读音、测试句，学过录音没有。"""
    table = Table("编号", "名称", "词", "音", "读音", "测试句", "学过录音")
    for name in list_packs(packs):
        pack = _load(name, packs)
        learnt = (learned_folder(name) / "report.json").is_file()
        sizes = [len(rows) for rows in (pack.words, pack.sounds, pack.readings, pack.phrases)]
        if as_json:
            keys = ("words", "sounds", "readings", "phrases")
            line({"id": name, "name": pack.name, **dict(zip(keys, sizes, strict=True)), "learnt": learnt})
        table.add_row(name, pack.name, *map(str, sizes), "学过" if learnt else "")
    if not as_json:
        screen.print(table)


def new(
    dialect: Annotated[str, typer.Argument(metavar="ID", help="小写字母的编号，如 jin")],
    source: Annotated[str, typer.Option("--from", help="照着哪个方言包")] = "mandarin",
    name: Annotated[str, typer.Option(help="叫什么，如 晋语")] = "",
    places: Annotated[str, typer.Option(help="哪些地方，用顿号或逗号隔开")] = "",
    as_json: Json = False,
    packs: Packs = FOLDER,
) -> None:
    """照着一个现有的方言包做一个新的，然后再改。"""
    try:
        folder = new_pack(dialect, source, name, places.replace("、", ", ").replace("，", ", "), packs)
    except PackError as error:
        complain(str(error))
        raise typer.Exit(FAILED) from error
    if as_json:
        line({"id": dialect, "folder": str(folder), "from": source})
        return
    tell(f"做好了：{folder}\n下一步：改 pack.yml 和三张表，然后 ./xiangyin dialect check {dialect}")


def check(
    dialect: Annotated[str | None, typer.Argument(metavar="[ID]", help="不写就全部检查")] = None,
    as_json: Json = False,
    packs: Packs = FOLDER,
) -> None:
    """检查方言包：绕圈、空的、重复的、没有这个音、没写出处……有问题就一条条说，退出码 1。"""
    problems = {
        name: check_pack(name, packs, syllable_units)
        for name in ([dialect] if dialect else list_packs(packs))
    }
    for name, found in problems.items():
        if as_json:
            line({"pack": name, "ok": not found, "problems": found})
            continue
        for problem in found:
            screen.print(f"[red]{name}[/red] {problem}")
        if not found:
            screen.print(f"[green]{name} 没有问题[/green]")
    if any(problems.values()):
        raise typer.Exit(FAILED)


def test(
    dialect: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False, packs: Packs = FOLDER
) -> None:
    """拿方言包自己的测试句来试：换成普通话对不对，查得到事项没有。"""
    pack = _load(dialect, packs)
    tried = try_phrases(pack, *_finder(as_json))
    for one in tried:
        if as_json:
            line(_as_json(one))
        elif not one.understood or one.right is False:
            reached = (
                f"，查到 {one.reached or '没有'}，应是 {one.phrase.target}" if one.right is False else ""
            )
            screen.print(
                f"[red]✗[/red] {one.phrase.dialect} → {one.text}（意思：{one.phrase.mandarin}{reached}）"
            )
    asked = [one.right for one in tried if one.right is not None]
    understood = sum(one.understood for one in tried)
    score = {"totals": True, "pack": dialect, "phrases": len(tried), "understood": understood,
             "tried_topic": len(asked), "right_topic": sum(asked)}  # fmt: skip
    if as_json:
        line(score)
    else:
        screen.print(
            f"{pack.name}：{len(tried)} 句，意思对 {understood} 句；查事项 {len(asked)} 句，对 {sum(asked)} 句。"
        )
    if understood < len(tried):
        raise typer.Exit(FAILED)


def diff(
    first: Annotated[str, typer.Argument(metavar="A")],
    second: Annotated[str, typer.Argument(metavar="B")],
    as_json: Json = False,
    packs: Packs = FOLDER,
) -> None:
    """两个方言包哪里不一样。"""
    found = compare(_load(first, packs), _load(second, packs))
    if as_json:
        for one in found:
            line({"table": one.table, "key": one.key, first: one.first, second: one.second})
        return
    table = Table("表", "词或音", first, second)
    for one in found[:SHOWN]:
        table.add_row(one.table, one.key, one.first, one.second)
    screen.print(table)
    if len(found) > SHOWN:
        tell(f"一共 {len(found)} 处，只列了前 {SHOWN} 处；全部：--json")


def learn_(
    dialect: Annotated[str, typer.Argument(metavar="PACK")],
    recordings: Annotated[list[Path], typer.Argument(metavar="RECORDINGS…", help="录音文件夹或清单")],
    as_json: Json = False,
    packs: Packs = FOLDER,
) -> None:
    """从 30 到 400 条录音学一个地方的口音；听得更准才留下，否则什么都不改。"""
    try:
        outcome = learn(dialect, read_recordings(recordings), tell, packs)
    except (PackError, RecordingsError, ModelUnreadable) as error:
        complain(str(error))
        raise typer.Exit(FAILED) from error
    except subprocess.CalledProcessError as error:
        complain("解码图没有建成，什么都没有改；上面一行是原因。")
        raise typer.Exit(FAILED) from error
    line(outcome.as_dict()) if as_json else _report(dialect, outcome)


def forget_(dialect: Annotated[str, typer.Argument(metavar="PACK")]) -> None:
    """把从录音学来的都撤掉，回到方言包本来的样子。"""
    if forget(dialect):
        tell(f"撤掉了。再运行 ./xiangyin models build --dialect {dialect} 换回原来的解码图。")
    else:
        tell("没有学过什么，不用撤。")


def _report(dialect: str, outcome: Outcome) -> None:
    before, after = outcome.before, outcome.after
    table = Table(
        "没学过的句子",
        "学之前",
        "学之后",
        title=f"{before.recordings} 条，分 {outcome.folds} 份轮流当没学过的",
    )
    table.add_row("从单子里听对整句", f"{before.picked}", f"{after.picked}")
    table.add_row("随便说，听错的音节", f"{100 * before.error:.1f}%", f"{100 * after.error:.1f}%")
    screen.print(table)
    for shift in outcome.estimate.learned.sounds[:SHOWN]:
        screen.print(f"  {shift.mandarin} 常说成 {shift.dialect}：{shift.weight:.0%}")
    for proposal in outcome.proposals[:SHOWN]:
        screen.print(f"  也许缺这个词：{proposal.dialect} = {proposal.mandarin}（{proposal.times} 句）")
    if outcome.kept:
        tell(
            f"[green]更准了，留下了[/green]：{outcome.folder}\n"
            f"换上新的解码图：./xiangyin models build --dialect {dialect}\n"
            f"想撤掉：./xiangyin dialect forget {dialect}"
        )
    else:
        tell(f"没有把握说更准了（把握 {outcome.chance_better:.0%}，要 90%），[yellow]什么都没有改[/yellow]。")


def _finder(quiet: bool) -> tuple[set[str], Callable[[str], str] | None]:
    """Topics and a look-up, or nothing where the index has not been built."""
    try:
        knowledge = Knowledge.load()
    except IndexMissing:
        if not quiet:
            tell("知识索引还没有建，只试换词，不查事项。")
        return set(), None

    def find(text: str) -> str:
        return knowledge.answer(text).topic or ""

    return set(load_store().entries), find


def _as_json(one: Tried) -> dict[str, object]:
    return {**asdict(one.phrase), "text": one.text, "likeness": round(one.like, 3), "understood": one.understood,
            "reached": one.reached, "right": one.right}  # fmt: skip


def _load(name: str, packs: Path) -> Pack:
    try:
        return load_pack(name, packs)
    except PackError as error:
        complain(str(error))
        raise typer.Exit(FAILED) from error

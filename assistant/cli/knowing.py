"""Commands about the knowledge base: lint, search, show, stats; documents, gaps and publishing beside it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.table import Table

from assistant.cli import gaps, importing, publishing
from assistant.cli.output import FAILED, complain, line, screen
from assistant.wording import sentences
from knowledge.answering import IndexMissing, Knowledge
from knowledge.entry import Entry, citation
from knowledge.importing.store import PassageStore
from knowledge.laws.sources import counted_citations, wrong_citations
from knowledge.lint import lint as lint_store
from knowledge.store import load_store

AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="按哪一天算")]
Json = Annotated[bool, typer.Option("--json", help="每行一个 JSON")]


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="知识库：检查、查找、看条目、数一数。")
    group.command()(lint)
    group.command()(search)
    group.command()(show)
    group.command()(stats)
    importing.add_to(group)
    gaps.add_to(group)
    publishing.add_to(group)
    app.add_typer(group, name="knowledge")


def lint(as_json: Json = False) -> None:
    """检查每个条目：格式、长短、日期、重复的问法、快到期的；导入过法规的，还查引用的条文在不在。"""
    store = load_store()
    problems = [
        *lint_store(store),
        *wrong_citations(store, PassageStore().passages()),
    ]
    for problem in problems:
        line({"problem": str(problem)}) if as_json else screen.print(str(problem), markup=False)
    if problems:
        raise typer.Exit(FAILED)
    if not as_json:
        screen.print("[green]都没问题[/green]")


def search(
    question: str,
    as_of: AsOf = None,
    place: Annotated[str | None, typer.Option("--place", help="在哪里")] = None,
    as_json: Json = False,
) -> None:
    """不经过对话，直接查知识库。"""
    day = as_of.date() if as_of else None
    try:
        found = Knowledge.load().answer(question, jurisdiction=place, as_of=day)
    except IndexMissing as error:
        complain("知识索引还没有建：make setup")
        raise typer.Exit(FAILED) from error
    content: dict[str, Any] = {
        "outcome": found.outcome,
        "topic": found.topic,
        "confidence": round(found.confidence, 4),
        "boundary": found.boundary.id if found.boundary else None,
        "source": _source(found.entry) if found.entry else None,
        "remarks": _remarks(found.entry or found.lapsed, day),
        "candidates": [
            {"topic": c.topic, "title": c.title, "share": round(c.share, 4)} for c in found.candidates
        ],
    }
    line(content) if as_json else screen.print(content)


def show(topic: str, as_of: AsOf = None, as_json: Json = False) -> None:
    """看一个条目：出处、施行日期、还作不作数。"""
    entry = load_store().entries.get(topic)
    if entry is None:
        complain(f"没有这个条目：{topic}")
        raise typer.Exit(FAILED)
    remarks = _remarks(entry, as_of.date() if as_of else None)
    if as_json:
        sections = {name: list(lines) for name, lines in entry.sections.items()}
        about = {"id": entry.id, "title": entry.title, "source": _source(entry), "remarks": remarks}
        line({**about, "zero_trip": entry.zero_trip, "sections": sections})
        return
    screen.print(f"[bold]{entry.title}[/bold]（{entry.jurisdiction}，{entry.effective} 起施行）")
    for source in entry.sources:
        number = f"（{source.number}）" if source.number else ""
        screen.print(
            f"《{source.document}》{number}{source.article}，{source.issuer}", style="dim", markup=False
        )
    for remark in remarks:
        screen.print(remark, style="yellow", markup=False)
    if entry.zero_trip:
        screen.print(sentences()["zero_trip_note"], style="green", markup=False)
    for name, lines in entry.sections.items():
        screen.print(f"[dim]{name}[/dim]")
        for text in lines:
            screen.print(f"  {text}", markup=False)


def _source(entry: Entry) -> dict[str, Any]:
    expires = entry.expires.isoformat() if entry.expires else None
    return {**citation(entry), "expires": expires, "reviewed": entry.reviewed.isoformat()}


def _remarks(entry: Entry | None, day: date | None) -> list[str]:
    """What must be known about an entry on a day: not in force, to be confirmed, past its review."""
    if entry is None:
        return []
    on = day or date.today()
    said = []
    if on < entry.effective:
        said.append(f"{on} 那天还没有施行（{entry.effective} 起），更早的规定这里没有。")
    if entry.expires and on > entry.expires:
        said.append(f"{entry.expires} 以后就不作数了，新的这里还没有。")
    if entry.stale_on(on):
        said.append(f"上次核对是 {entry.reviewed}，超过一年了，要重新核对。")
    if entry.verify:
        said.append("有一部分没有在全国性文件里核实到，以当地窗口答复为准。")
    return said


def stats(as_json: Json = False) -> None:
    """每个领域多少条目、多少问法；引用的文件有多少处对得上导入的文本。"""
    store = load_store()
    domains: dict[str, list[int]] = {}
    for name, entry in store.entries.items():
        count = domains.setdefault(entry.domain, [0, 0, 0])
        count[0] += 1
        count[1] += len(store.phrasings.get(name, ()))
        count[2] += entry.verify
    table = Table("领域", "条目", "问法", "待核实")
    here, elsewhere = counted_citations(store, PassageStore().passages())
    for name, (entries, phrasings, verify) in sorted(domains.items()):
        if as_json:
            line({"domain": name, "entries": entries, "phrasings": phrasings, "verify": verify})
        table.add_row(name, str(entries), str(phrasings), str(verify))
    if as_json:
        line({"citations": {"imported": here, "elsewhere": elsewhere}})
        return
    table.add_section()
    table.add_row("合计", *(str(sum(column)) for column in zip(*domains.values(), strict=True)))
    screen.print(table)
    screen.print(f"引用 {here + elsewhere} 处：{here} 处的文件导入了文本，{elsewhere} 处没有。")

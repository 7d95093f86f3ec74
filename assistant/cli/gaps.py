"""knowledge gaps: what people asked and we could not answer; drafts and closings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.exc import SQLAlchemyError

from assistant.cases import cases_of
from assistant.cli.output import FAILED, USAGE, complain, line, screen, tell
from assistant.records import Records
from assistant.settings import load_settings
from knowledge.answering import IndexMissing, Knowledge
from knowledge.encoder.encode import question_encoder
from knowledge.gaps.case import Case
from knowledge.gaps.closing import Closing, Closings, failed_entry, open_groups
from knowledge.gaps.draft import draft
from knowledge.gaps.grouping import Group, group_cases
from knowledge.gaps.nearest import Thoughts
from knowledge.paths import encoder_folder
from knowledge.phrasings import same_wording
from knowledge.store import Store, load_store

KINDS = {"unanswered": "没答上", "clarified": "反问后走了", "complaint": "说答得不对"}
SHOWN_WORDINGS, SHOWN_IN_TEXT = 10, 4


def add_to(group: typer.Typer) -> None:
    """Onto the existing ``knowledge`` group."""
    group.command()(gaps)


def gaps(
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="从哪一天起")] = None,
    channel: Annotated[str | None, typer.Option(help="只看一个渠道：web phone terminal text")] = None,
    place: Annotated[str | None, typer.Option(help="只看一个地方")] = None,
    dialect: Annotated[str | None, typer.Option("--dialect", "-d", help="只看一种方言")] = None,
    closed: Annotated[bool, typer.Option("--all", help="结了的也列出来")] = False,
    draft_of: Annotated[str | None, typer.Option("--draft", metavar="组", help="给这一组起草条目")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="草稿写到：…/<编号>.md")] = None,
    close: Annotated[str | None, typer.Option("--close", metavar="组", help="这一组处理完了")] = None,
    answered_by: Annotated[str | None, typer.Option(help="已由哪个条目回答")] = None,
    out_of_scope: Annotated[bool, typer.Option("--out-of-scope", help="不归我们管")] = False,
    by: Annotated[str | None, typer.Option(help="谁处理的")] = None,
    note: Annotated[str, typer.Option(help="留一句话")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON")] = False,
) -> None:
    """没答上的：一样的归成一组，谁问的、在哪问的、离哪个主题最近；起草条目，或者结掉。"""
    settings = load_settings()
    try:
        cases = cases_of(Records(settings.database_url).since(), datetime.now(UTC))
        closings = Closings(settings.database_url)
        known = closings.all()
        thoughts = Thoughts(Knowledge.load())
        encoder = question_encoder(encoder_folder())
    except SQLAlchemyError as error:
        complain(f"数据库读不了：{type(error).__name__}")
        raise typer.Exit(FAILED) from error
    except (IndexMissing, FileNotFoundError) as error:
        complain("知识索引还没有建：make setup")
        raise typer.Exit(FAILED) from error
    everything = group_cases(cases, encoder, lambda w: thoughts.of(w).shares, [c.lead for c in known])
    groups = everything if closed else open_groups(everything, known)
    if draft_of is not None:
        _draft(_find(groups, draft_of), output, thoughts)
    elif close is not None:
        _close(_find(groups, close), closings, answered_by, out_of_scope, by, note)
    else:
        wanted = _wanted(groups, since.date() if since else None, channel, place, dialect)
        rows = [_row(group, thoughts, known) for group in wanted]
        _show(rows, as_json)


def _wanted(
    groups: Sequence[Group], since: date | None, channel: str | None, place: str | None, dialect: str | None
) -> list[Group]:
    """Groups with the cases asked for only, those that most people asked first."""

    def asked_for(case: Case) -> bool:
        fits = {channel: case.channel, place: case.place, dialect: case.dialect}
        return all(wanted in (None, found) for wanted, found in fits.items()) and (
            since is None or datetime.fromisoformat(case.at).astimezone().date() >= since
        )

    kept = [Group(group.id, group.lead, tuple(filter(asked_for, group.cases))) for group in groups]
    return sorted((g for g in kept if g.cases), key=lambda g: (-g.people, -len(g.cases), g.cases[0].turn))


def _row(group: Group, thoughts: Thoughts, closings: Sequence[Closing]) -> dict[str, Any]:
    wordings = [case.wording for case in group.cases]

    def count(field: str) -> dict[str, int]:
        return dict(Counter(getattr(case, field) or "" for case in group.cases).most_common())

    return {
        "group": group.id,
        "lead": group.lead,
        "cases": len(group.cases),
        "people": group.people,
        "kinds": count("kind"),
        "channels": count("channel"),
        "places": count("place"),
        "dialects": count("dialect"),
        "answered": dict(Counter(case.answered for case in group.cases if case.answered)),
        "first": group.cases[0].at,
        "last": max(case.at for case in group.cases),
        "near": [vars(near) for near in thoughts.near(wordings)],
        "boundary": thoughts.boundary(wordings),
        "failed": failed_entry(group, closings),
        "closed": [{"by": c.by, "at": c.at, "how": c.how} for c in closings if c.group_id == group.id],
        "wordings": [wording for wording, _ in Counter(wordings).most_common(SHOWN_WORDINGS)],
    }


def _show(rows: Sequence[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        for row in rows:
            line(row)
        return
    if not rows:
        screen.print("没有没答上的。")
        return
    for row in rows:
        screen.print(f"[bold]{row['group']}[/bold]  {row['people']} 人 {row['cases']} 次")
        for wording in row["wordings"][:SHOWN_IN_TEXT]:
            screen.print(f"  · {wording}", markup=False)
        kinds = {KINDS[kind]: count for kind, count in row["kinds"].items()}
        counted = (_counted(cell) for cell in (kinds, row["channels"], row["places"], row["dialects"]))
        screen.print("  " + "；".join(counted), style="dim", markup=False)
        near = "、".join(f"{n['title']}（{n['topic']}）{100 * n['share']:.0f}%" for n in row["near"])
        screen.print(f"  最近的主题：{near or '没有'}", style="dim", markup=False)
        if row["boundary"]:
            screen.print(f"  多半不归我们：{row['boundary']}", style="yellow", markup=False)
        if row["failed"]:
            screen.print(f"  已经由 {row['failed']} 回答过，还是有人没得到答案", style="yellow", markup=False)


def _counted(counts: dict[str, int]) -> str:
    return "、".join(f"{name or '没说'} {count}" for name, count in counts.items())


def _find(groups: Sequence[Group], name: str) -> Group:
    found = next((group for group in groups if group.id == name), None)
    if found is None:
        complain(f"没有这一组（或者已经结了）：{name}。./xiangyin knowledge gaps 看有哪些。")
        raise typer.Exit(FAILED)
    return found


def _draft(group: Group, output: Path | None, thoughts: Thoughts) -> None:
    store = load_store()
    if output is None or output.suffix != ".md":
        complain("草稿写到哪里：-o knowledge/entries/<领域>/<编号>.md")
        raise typer.Exit(USAGE)
    if output.stem in store.topics or output.exists():
        complain(f"{output.stem} 已经有了。新的说法直接加进它的问法文件就行。")
        raise typer.Exit(FAILED)
    near = thoughts.near(case.wording for case in group.cases)
    domain = _domain(output, store, near[0].topic if near else "")
    taken = {same_wording(p.text) for lines in store.phrasings.values() for p in lines}
    taken |= {same_wording(p.text) for boundary in store.boundaries.values() for p in boundary.phrasings}
    try:
        made = draft(group, output.stem, domain, near, taken, date.today())
    except ValueError as error:
        complain(f"编号只用小写字母、数字和短横：{error}")
        raise typer.Exit(USAGE) from error
    output.parent.mkdir(parents=True, exist_ok=True)
    phrasings = output.with_name(f"{output.stem}.phrasings.txt")
    catalogue = output.with_name(f"{output.stem}.catalogue.yml")
    for path, text in ((phrasings, made.phrasings), (catalogue, made.catalogue), (output, made.entry)):
        path.write_text(text, encoding="utf-8")
        tell(f"写进了 {path}")
    for wording, why in made.left_out:
        tell(f"没有收（{why}）：{wording}")
    tell("把【待填】都填上，没填完的不会上线；./xiangyin knowledge lint 检查。")


def _domain(output: Path, store: Store, nearest: str) -> str:
    domains = {topic.domain for topic in store.topics.values()}
    if output.parent.name in domains:
        return output.parent.name
    return store.topics[nearest].domain if nearest in store.topics else "<领域>"


def _close(
    group: Group, closings: Closings, answered_by: str | None, out_of_scope: bool, by: str | None, note: str
) -> None:
    if (answered_by is None) is not out_of_scope or not (by or "").strip():
        complain("结掉要说：--answered-by 条目编号，或者 --out-of-scope；还有 --by 名字。")
        raise typer.Exit(USAGE)
    if answered_by is not None and answered_by not in load_store().entries:
        complain(f"没有这个条目：{answered_by}")
        raise typer.Exit(FAILED)
    how = "out-of-scope" if out_of_scope else "answered"
    closing = closings.close(group, str(by), how, answered_by or "", note)
    tell(f"{group.id} 结了：{len(group.cases)} 次，{closing.by}，{closing.at}")

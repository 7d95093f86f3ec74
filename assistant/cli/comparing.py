"""Commands that measure repair by sound: eval speech-compare, eval speech-fit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from assistant.cli.output import FAILED, complain, line, tell
from assistant.voting import TextVote
from audio.acoustic.corpus import shared_folder, workplace
from audio.evaluation import CHANNELS, Channel
from audio.models import ModelError
from audio.repair import accents, fit
from audio.repair.compare import Compared, Said, compare, evidence_rows, read_manifest, summary
from audio.repair.decision import CALIBRATION
from audio.repair.repairer import Repairer

PATIENT = 600.0  # seconds: while measuring, the second pass is never skipped
WIDTH = 190  # characters of the table; narrower it says nothing
COLUMNS = {
    "recordings": "条数", "plain": "通用词图", "ours": "我们的词图", "repair": "加按音修正", "helped": "修好",
    "harmed": "修坏", "lost": "对的也请重说", "asked": "反问", "again": "请重说", "accepted_wrong": "没问就错",
    "binds_plain": "会办事:通用", "binds_ours": "会办事:词图", "binds_repair": "会办事:修正",
}  # fmt: skip

Manifests = Annotated[list[Path], typer.Argument(help="录音清单；域内短句")]
Outside = Annotated[list[Path] | None, typer.Option(help="域外录音的清单（只该反问或请重说）；可以写几次")]
Channels = Annotated[str, typer.Option("--channel", help=f"用逗号隔开：{'、'.join(CHANNELS)}")]
Most = Annotated[int | None, typer.Option(help="每份清单最多听这么多条，均匀地抽", min=1)]


def add_to(app: typer.Typer) -> None:
    """Beside the other measurements, in the group that `evaluating` made."""
    group = next(g.typer_instance for g in app.registered_groups if g.name == "eval")
    assert group is not None
    group.command("speech-compare")(speech_compare)
    group.command("speech-fit")(speech_fit)


def speech_compare(
    manifests: Manifests,
    outside: Outside = None,
    channel: Channels = "16k,8k-alaw",
    most: Most = None,
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON，最后是总表")] = False,
) -> None:
    """同一批录音并排听三遍：通用词图、我们的词图、再加按音修正；看帮了多少、修坏多少。"""
    vote = TextVote()
    repairer = Repairer(vote, budget=PATIENT)
    rows: list[Compared] = []
    try:
        said = gathered(manifests, outside or [], most)
        for name in channels_of(channel):
            for row in compare(said, name, repairer, vote):
                rows.append(row)
                if as_json:
                    line(row.as_dict())
    except (OSError, ValueError, ModelError) as error:
        complain(str(error))
        raise typer.Exit(FAILED) from error
    figures = summary(rows)
    line({"totals": True, **figures}) if as_json else shown(figures)


def speech_fit(
    manifests: Annotated[
        list[Path] | None, typer.Argument(help="域内录音的清单；不给就用 spoken_sets fit 的")
    ] = None,
    outside: Outside = None,
    channel: Channels = "16k,8k-alaw",
    most: Most = None,
    out: Annotated[Path, typer.Option(help="写到哪里")] = CALIBRATION,
) -> None:
    """用带标签的录音重新定按音修正的把握（换了声学模型以后要做一次）。"""
    inside = manifests or sorted((workplace() / "synthetic").glob("repair-fit-*/manifest.jsonl"))
    strangers = outside or [shared_folder() / "speech" / "train" / "manifest.jsonl"]
    vote = TextVote()
    repairer = Repairer(vote, budget=PATIENT)
    try:
        said, rows, heard = gathered(inside, strangers, most), [], 0
        for name in channels_of(channel):
            for row in evidence_rows(said, name, repairer, vote):
                rows.append(row)
                heard += row.model == "asis-sound"
                if heard % 50 == 0 and row.model == "asis-sound":
                    tell(f"听了 {heard} 条")
        about = f"{heard} hearings of {len(said)} recordings, {len({s.path.parent.name for s in said})} sets"
        content = fit.fit(rows, about)
        plain = [one for one in said if not one.outside]
        content["accents"] = accents.baseline(plain, repairer)
    except (OSError, ValueError, ModelError) as error:
        complain(str(error))
        raise typer.Exit(FAILED) from error
    fit.write(content, out)
    tell(f"写进了 {out}：{content['limits']}")


def channels_of(named: str) -> list[Channel]:
    """The channels of a comma-separated option. Raises ValueError."""
    found = [channel for name in named.split(",") for channel in CHANNELS if channel == name.strip()]
    if len(found) != len(named.split(",")):
        raise ValueError(f"channel 只能是 {'、'.join(CHANNELS)}")
    return found


def gathered(inside: list[Path], outside: list[Path], most: int | None) -> list[Said]:
    """The recordings of all manifests."""
    said = [one for manifest in inside for one in read_manifest(manifest, most=most)]
    return said + [one for path in outside for one in read_manifest(path, outside=True, most=most)]


def shown(figures: dict[str, dict[str, Any]]) -> None:
    """The table for people: a group a line, under a line of headings."""
    table = Table("", *COLUMNS.values(), title="按音修正：帮了多少，修坏多少", width=WIDTH)
    for name, row in figures.items():
        cells = [
            f"{100 * row[key]:.1f}%" if isinstance(row[key], float) else str(row[key]) for key in COLUMNS
        ]
        table.add_row(name, *cells)
    Console(width=WIDTH, highlight=False).print(table)

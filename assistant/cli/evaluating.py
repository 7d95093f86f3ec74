"""Commands that measure: eval faq, eval speech, eval voice. `--json` output is a stable door (DESIGN §11)."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from assistant.assembly import assistant_for, prepare
from assistant.charts import faq_chart, groups, speech_chart
from assistant.cli import judging
from assistant.cli.output import FAILED, complain, line, screen, tell
from assistant.harder import NOISES
from assistant.settings import load_settings
from assistant.stack import running_stack
from assistant.turn import Utterance
from audio.evaluation import CHANNELS, Turn, evaluate_speech
from audio.hearing import Heard
from audio.models import ModelError
from audio.voice import VoiceUnavailable
from dialects.packs import list_packs
from knowledge.evaluation.measure import Result, ask_one, confusions, summary
from knowledge.evaluation.queries import Query, QueryFileError, read_queries

Json = Annotated[bool, typer.Option("--json", help="每行一个 JSON")]


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="评测：答得对不对、听得对不对。")
    group.command("faq")(faq)
    group.command("speech")(speech)
    group.command("voice")(judging.voice)
    app.add_typer(group, name="eval")


def faq(
    file: Path,
    as_json: Json = False,
    noise: Annotated[
        str | None, typer.Option(help="homophone 换成同音字，dialect 换成方言词，8k-tts 念出来过电话线再听写")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="把对错和把握画成图（SVG）")] = None,
) -> None:
    """一个文件的问题逐条当成打字的一轮来问，报告对错。"""
    if noise is not None and noise not in NOISES:
        raise typer.BadParameter(f"--noise 只有：{'、'.join(NOISES)}")
    try:
        queries = read_queries(file)
    except (OSError, QueryFileError) as error:
        complain(str(error))
        raise typer.Exit(FAILED) from error
    harder = NOISES[noise]() if noise else None
    results: list[Result] = []
    try:
        with _taking() as take:

            def asked(query: Query) -> Result:
                fields = harder(query.text, query.dialect) if harder else {"text": query.text}
                return ask_one(query, lambda _: take(Utterance(_conversation(), channel="eval", **fields)))

            for query in queries:
                results.append(asked(query))
                if as_json:
                    line(results[-1].as_json())
    except (ModelError, VoiceUnavailable) as error:
        complain(str(error))
        raise typer.Exit(FAILED) from error
    figures = summary(results)
    if not as_json:
        report(results, figures)
    if plot is not None:
        plot.write_text(faq_chart(figures, f"{file.name} {noise or ''}"), "utf-8")


def speech(
    manifest: Path,
    as_json: Json = False,
    channel: Annotated[str, typer.Option(help=f"{'、'.join(CHANNELS)}，逗号分开，或者 all")] = "16k",
    turns: Annotated[bool, typer.Option(help="把听到的话也问一遍，看主题和事项")] = True,
    sample: Annotated[int | None, typer.Option(help="只听这么多条，均匀地抽", min=1)] = None,
    plot: Annotated[Path | None, typer.Option(help="把总分画成图（SVG）")] = None,
) -> None:
    """一批录音逐条听，最后一行是总分。"""
    wanted = set(CHANNELS) if channel == "all" else set(channel.split(","))
    channels = [one for one in CHANNELS if one in wanted]
    if len(channels) != len(wanted):
        raise typer.BadParameter(f"--channel 只有：{'、'.join(CHANNELS)}，或者 all")

    def run(turn: Turn | None) -> None:
        totals: dict[str, Any] = {}
        for row in evaluate_speech(manifest, channels, turn, sample):
            if as_json:
                line(row)
            elif "totals" not in row:
                screen.print(f"{row['path']}：{row['heard'] or row.get('problem') or '（没听清）'}")
            totals = row
        if not as_json:
            report_speech(totals)
        if plot is not None:
            plot.write_text(speech_chart(totals, f"{manifest.name} {totals['channel']}"), "utf-8")

    try:
        if not turns:
            run(None)
            return
        with hearing_turns() as turn:
            run(turn)
    except (OSError, ValueError, ModelError) as error:
        complain(str(error))
        raise typer.Exit(FAILED) from error


@contextmanager
def hearing_turns() -> Iterator[Turn]:
    """A function that takes one spoken turn with all that the recogniser heard, each in its own conversation."""

    def spoken(heard: Heard, dialect: str) -> Utterance:
        known = dialect if dialect in list_packs() else None
        return Utterance(_conversation(), dialect=known, heard=heard, channel="eval")

    prepare()
    with _taking() as take:
        yield lambda heard, dialect: take(spoken(heard, dialect))


@contextmanager
def _taking() -> Iterator[Callable[[Utterance], dict[str, Any]]]:
    with running_stack(load_settings(), tell) as settings, asyncio.Runner() as runner:
        assistant = assistant_for(settings)

        def take(utterance: Utterance) -> dict[str, Any]:
            reply = runner.run(assistant.take_turn(utterance))
            runner.run(assistant.end(utterance.conversation))
            return reply.as_dict()

        yield take


def _conversation() -> str:
    return f"eval-{uuid.uuid4().hex[:12]}"


def report(results: list[Result], figures: Mapping[str, Any]) -> None:
    """Tables for people."""
    table = Table("", "条数", "第一就对", "对或问对", title="问答评测")
    rows = {
        "全部": figures["in_scope"],
        **{f"说法 {k}": v for k, v in figures["by_style"].items()},
        **{f"方言 {k}": v for k, v in figures["by_dialect"].items()},
    }
    for name, rates in rows.items():
        table.add_row(
            name, str(rates["count"]), percent(rates.get("right")), percent(rates.get("right_or_offered"))
        )
    screen.print(table)
    outside = figures["out_of_scope"]
    screen.print(
        f"范围之外 {outside['count']} 条：如期 {percent(outside['as_expected'])}，"
        f"误答 {percent(outside['false_answers'])}，反问 {percent(outside['clarified'])}"
    )
    screen.print(f"每轮毫秒：中位 {figures['ms']['p50']:.0f}，95% {figures['ms']['p95']:.0f}")
    for wanted, got, count in confusions(results, 10):
        screen.print(f"  {wanted} → {got}：{count}")


def report_speech(totals: dict[str, Any]) -> None:
    """The totals as a table for people; a group is shown when it is not simply everything."""
    table = Table("", "条数", "字错", "音节错", "整句对", "主题对", "事项对", "一核几路", title="听得对不对")
    for name, part in groups(totals):
        shares = (
            "character_error",
            "syllable_error",
            "sentence_accuracy",
            "topic_accuracy",
            "service_accuracy",
        )
        streams = "—" if part["streams_per_core"] is None else str(part["streams_per_core"])
        table.add_row(name, str(part["recordings"]), *(percent(part[key]) for key in shares), streams)
    screen.print(table)
    if totals["unreadable"]:
        screen.print(f"有 {totals['unreadable']} 条读不了，见各条的 problem。")


def percent(share: Any) -> str:
    return "—" if share is None else f"{100 * float(share):.1f}%"

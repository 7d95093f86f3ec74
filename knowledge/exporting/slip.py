"""A large-print A5 page of an entry: HTML of ours, printed to PDF by Chromium when there is one."""

from __future__ import annotations

import html
import math
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from knowledge.entry import PAPERS, PLACE, POINTS, TIME, Entry

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
LARGEST, LARGE, SMALLEST = 20.0, 16.0, 12.0
"""Points. 16 and more is large print (RNIB Clear Print): further points of an entry are left out for it; only
when its papers, limits and places alone do not fit do the letters get smaller."""
MORE = "还有别的要注意，办的时候问窗口，或者打 12345。"
WIDTH, HEIGHT = 357.0, 533.0
"""Points that A5 leaves inside its margins."""
LEADING, INDENT, SMALL = 1.35, 20.0, 9.5
TIME_LIMIT = 90.0  # seconds for the browser
SHOWN = ((PAPERS, "要带什么"), (TIME, "多久、多少钱"), (PLACE, "去哪里办"), (POINTS, "还要知道"))
_STYLE = """
@page { size: 148mm 210mm; margin: 11mm }
* { box-sizing: border-box }
body { font-family: "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif;
  font-size: SIZEpt; line-height: 1.35; color: #000; margin: 0 }
h1 { font-size: 1.45em; margin: 0 0 3mm; border-bottom: 1mm solid #000; padding-bottom: 2mm }
.said { font-size: 1.18em; font-weight: 700; margin: 0 0 3mm }
h2 { font-size: 1.06em; margin: 3mm 0 1mm }
ul { margin: 0; padding-left: 7mm }
li, p, h2 { break-inside: avoid } h2 { break-after: avoid }
.source { font-size: 9.5pt; border-top: .3mm solid #000; margin-top: 4mm; padding-top: 1.5mm; line-height: 1.3 }
"""
Lists = list[tuple[str, tuple[str, ...]]]


class PrinterMissing(Exception):
    """No browser that prints; ``str(error)`` says what to do instead."""


def save_slip(entry: Entry, target: Path, browser: str | None = None) -> None:
    """Write ``target``: the page itself for .html, a PDF otherwise. Raises PrinterMissing and OSError."""
    page = slip_html(entry)
    if target.suffix.casefold() in (".html", ".htm"):
        target.write_text(page, encoding="utf-8")
        return
    program = browser or find_browser()
    if program is None:
        raise PrinterMissing(
            "这台机器上没有 Chromium，做不了 PDF。可以用 -o 文件.html 存成网页，在任何浏览器里打印成 A5。"
        )
    with tempfile.TemporaryDirectory(prefix="xiangyin-slip-") as folder:
        source, made = Path(folder) / "slip.html", Path(folder) / "slip.pdf"
        source.write_text(page, encoding="utf-8")
        _print(program, source, made, Path(folder))
        shutil.copyfile(made, target)


def slip_html(entry: Entry) -> str:
    """One page that needs nothing from outside; every text of the entry is escaped."""
    parts = [f"<h1>{_safe(entry.title)}</h1>", f'<p class="said">{_safe(entry.said)}</p>']
    source = _source(entry)
    lists, size = _fitting(entry, source)
    for heading, texts in lists:
        rows = "".join(f"<li>{_safe(text)}</li>" for text in texts)
        parts.append(f"<h2>{heading}</h2><ul>{rows}</ul>")
    parts.append(f'<p class="source">{_safe(source)}</p>')
    style = _STYLE.replace("SIZE", f"{size:.1f}")
    head = f'<meta charset="utf-8"><title>{_safe(entry.title)}</title><style>{style}</style>'
    return f'<!doctype html><html lang="zh-CN"><head>{head}</head><body>{"".join(parts)}</body></html>'


def _source(entry: Entry) -> str:
    first = entry.sources[0]
    named = " ".join(
        part for part in (f"《{first.document}》{first.article}", first.number, first.issuer) if part
    )
    verify = "具体以当地窗口答复为准。" if entry.verify else ""
    return (
        f"依据：{named}，{entry.effective} 起施行，适用于{entry.jurisdiction}，{entry.reviewed} 核对。{verify}"
        "乡音语音助手（机器）整理，办事以窗口为准。"
    )


def _fitting(entry: Entry, source: str) -> tuple[Lists, float]:
    """The lists of the page and the largest letters with which everything fits on it."""
    needed = [(heading, entry.sections[section]) for section, heading in SHOWN[:-1]]
    points, heading = entry.sections[POINTS], SHOWN[-1][1]
    for count in range(len(points), -1, -1):
        shown = points[:count] if count == len(points) else (*points[:count], MORE)
        lists = [*needed, (heading, shown)]
        size = _size(entry, lists, source)
        if size >= LARGE:
            break
    return lists, size


def _size(entry: Entry, lists: Lists, source: str) -> float:
    steps = int((LARGEST - SMALLEST) * 2)
    sizes = (LARGEST - step / 2 for step in range(steps + 1))
    return next((size for size in sizes if _height(entry, lists, source, size) <= HEIGHT), SMALLEST)


def _height(entry: Entry, lists: Lists, source: str, size: float) -> float:
    """Points of the whole page as the style sheet sets it, every line counted."""
    line = size * LEADING
    title = math.ceil(len(entry.title) * 1.45 * size / WIDTH) * 1.45 * line + 17
    said = math.ceil(len(entry.said) * 1.18 * size / WIDTH) * 1.18 * line + 9
    rows = [text for _, texts in lists for text in texts]
    listed = sum(math.ceil(len(text) * size / (WIDTH - INDENT - size)) for text in rows) * line
    headings = len(lists) * (1.06 * line + 12)
    below = math.ceil(len(source) * SMALL / WIDTH) * SMALL * 1.3 + 18
    return title + said + listed + headings + below


def find_browser() -> str | None:
    """``$XIANGYIN_CHROMIUM``, or the first known one on the path."""
    named = os.environ.get("XIANGYIN_CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)


def _print(program: str, source: Path, made: Path, profile: Path) -> None:
    command = [
        program,
        "--headless",
        "--disable-gpu",
        "--no-pdf-header-footer",
        f"--user-data-dir={profile / 'profile'}",
        f"--print-to-pdf={made}",
        source.as_uri(),
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.insert(
            1, "--no-sandbox"
        )  # Chromium refuses to start as root with its sandbox; the page is ours
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIME_LIMIT, check=False)
    except (subprocess.TimeoutExpired, OSError) as error:
        raise PrinterMissing(
            f"Chromium 没有打印成（{type(error).__name__}）。可以用 -o 文件.html 存成网页再打印。"
        ) from error
    if done.returncode != 0 or not made.is_file():
        raise PrinterMissing("Chromium 没有打印成。可以用 -o 文件.html 存成网页，在浏览器里打印。")


def _safe(text: str) -> str:
    return html.escape(text, quote=True)

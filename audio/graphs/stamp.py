"""What a graph was made from, written beside it, and whether it may be used. Needs neither pynini nor Vosk.

`graph/made.json` is there only in graphs of ours: official Vosk models have none and are never judged here.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from audio.acoustic.kaldi import phone_names

NAME = "made.json"


class GraphUnusable(Exception):
    """`str(error)` is a Chinese sentence for the person at the machine, with what to run."""


@dataclass(frozen=True)
class Made:
    """`inputs`: SHA-256 of everything that went in; `words`: of words.txt; `phones`: of the sound units."""

    kind: str
    dialect: str
    inputs: str
    words: str
    phones: str
    graph_bytes: int


def write_made(folder: Path, kind: str, dialect: str, inputs: str) -> None:
    """Into a finished `graph` folder."""
    made = Made(
        kind,
        dialect,
        inputs,
        _sum((folder / "words.txt").read_bytes()),
        phones_sum(),
        (folder / "HCLG.fst").stat().st_size,
    )
    (folder / NAME).write_text(json.dumps(asdict(made), indent=1) + "\n", "utf-8")


def read_made(folder: Path) -> Made | None:
    """None where the graph is not ours. Raises GraphUnusable when the record is damaged."""
    if not (folder / NAME).is_file():
        return None
    try:
        return Made(**json.loads((folder / NAME).read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise GraphUnusable(f"解码图的记录 {folder / NAME} 坏了，请重建：xiangyin models build。") from error


def check_graph(model: Path) -> Made | None:
    """Raises GraphUnusable when a graph of ours does not fit its own word list, its model, or is cut short.

    `model`: a Vosk folder with `am`, `conf`, `graph`. None where the graph is not ours.
    """
    folder = model / "graph"
    made = read_made(folder)
    if made is None:
        return None
    again = f"请重建：xiangyin models build{f' --dialect {made.dialect}' if made.dialect else ''}。"
    graph, words = folder / "HCLG.fst", folder / "words.txt"
    if not graph.is_file() or graph.stat().st_size != made.graph_bytes:
        raise GraphUnusable(f"解码图 {folder} 不完整（文件被截断或换过），{again}")
    if not words.is_file() or _sum(words.read_bytes()) != made.words:
        raise GraphUnusable(f"解码图 {folder} 比词表旧：词表改过以后没有重建，{again}")
    if made.phones != model_phones(model):
        raise GraphUnusable(f"解码图 {folder} 是给另一种语音模型做的（音素表不同），{again}")
    return made


def phones_sum() -> str:
    """Of the sound units that this program's graphs are written in."""
    return _sum("\n".join(phone_names()).encode())


def model_phones(model: Path) -> str:
    """Of the sound units of the acoustic model behind `am`; a model without a table is taken to have ours."""
    table = (model / "am").resolve().parent / "phones" / "phones.txt"
    if not table.is_file():
        return phones_sum()
    names = [line.split()[0] for line in table.read_text("utf-8").splitlines() if line.strip()]
    return _sum("\n".join(names[1:]).encode())


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

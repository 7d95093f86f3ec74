"""Loading Vosk models: each folder once in a process, shared by all streams, only when first needed.

A vosk.Model is immutable after loading and safe to share between threads; recognisers are not. A graph of ours that
was rebuilt meanwhile is loaded for the next utterance; those that are being heard keep the old one to their end.
"""

from __future__ import annotations

import threading
from pathlib import Path

import vosk

from audio.graphs.stamp import GraphUnusable, Made, check_graph, read_made
from audio.models import ModelError

_loaded: dict[Path, tuple[Made | None, vosk.Model]] = {}
_lock = threading.Lock()


def load(folder: Path) -> vosk.Model:
    """The model in this folder. Raises ModelError when Vosk cannot read it, or when its graph does not fit."""
    folder = folder.resolve()
    with _lock:
        try:
            if folder not in _loaded or _loaded[folder][0] != read_made(folder / "graph"):
                _loaded[folder] = _read(folder)
        except GraphUnusable as error:
            raise ModelError(str(error), str(folder)) from error
        return _loaded[folder][1]


def _read(folder: Path) -> tuple[Made | None, vosk.Model]:
    """The model with the record of its graph; read again when the graph was swapped in the middle of reading."""
    vosk.SetLogLevel(-1)
    while True:
        made = check_graph(folder)
        try:
            model = vosk.Model(str(folder))
        except Exception as error:  # vosk raises plain Exception("Failed to create a model")
            raise ModelError(f"语音模型 {folder.name} 打不开，请重新安装。", f"{folder}: {error}") from error
        if read_made(folder / "graph") == made:
            return made, model


def takes_grammars(folder: Path) -> bool:
    """Only lookahead graphs can be narrowed at run time; static ones ignore a grammar with a warning."""
    return (folder / "graph" / "HCLr.fst").is_file() and not (folder / "graph" / "HCLG.fst").is_file()


def in_words(model: vosk.Model, phrase: str) -> str | None:
    """A phrase split into words that the model knows, blank-separated, longest first; None if impossible.

    Vosk drops a grammar phrase with an unknown word and says so only in its log (peers.md #21).
    """
    words, at = [], 0
    text = phrase.replace(" ", "")
    while at < len(text):
        length = next(
            (
                n
                for n in range(min(8, len(text) - at), 0, -1)
                if model.vosk_model_find_word(text[at : at + n]) >= 0
            ),
            0,
        )
        if length == 0:
            return None
        words.append(text[at : at + length])
        at += length
    return " ".join(words) or None

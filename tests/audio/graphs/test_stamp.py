"""Graphs that do not fit are refused with a sentence; a new one takes the old one's place at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from audio import models, vosk_models
from audio.graphs.build import ACOUSTIC, build_graph, choice_model, is_current
from audio.graphs.stamp import GraphUnusable, check_graph, read_made
from audio.models import ModelError

PHRASES = ("低保怎么申请", "我要换驾驶证")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return choice_model(PHRASES, tmp_path_factory.mktemp("stamp"))


@pytest.fixture
def model(built: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    shutil.copytree(built, tmp_path / "m" / "choice", symlinks=False)
    return tmp_path / "m" / "choice"


def test_a_graph_knows_what_it_was_made_from(built: Path) -> None:
    made = check_graph(built)
    assert made is not None and made.kind == "choice" and made.dialect == ""
    assert is_current(built, made.inputs) and not is_current(built, "other")
    assert vosk_models.load(built) is vosk_models.load(built)


def test_a_graph_older_than_its_words_is_refused(model: Path) -> None:
    with (model / "graph" / "words.txt").open("a", encoding="utf-8") as words:
        words.write("新词 999\n")
    with pytest.raises(GraphUnusable, match=r"比词表旧.*models build"):
        check_graph(model)
    with pytest.raises(ModelError, match="比词表旧"):
        vosk_models.load(model)


def test_a_graph_of_another_models_units_is_refused(model: Path, tmp_path: Path) -> None:
    table = tmp_path / "m" / "choice" / "phones" / "phones.txt"
    table.parent.mkdir()
    table.write_text("<eps> 0\nSIL 1\na_B 2\n", "utf-8")
    with pytest.raises(GraphUnusable, match="另一种语音模型"):
        check_graph(model)


def test_a_graph_cut_short_is_refused(model: Path) -> None:
    graph = model / "graph" / "HCLG.fst"
    graph.write_bytes(graph.read_bytes()[:1000])
    with pytest.raises(GraphUnusable, match="不完整"):
        check_graph(model)
    assert not is_current(model, "anything")
    (model / "graph" / "made.json").write_text("{", "utf-8")
    with pytest.raises(GraphUnusable, match="记录"):
        read_made(model / "graph")


def test_official_models_are_not_judged(model: Path, tmp_path: Path) -> None:
    (model / "graph" / "made.json").unlink()
    (model / "graph" / "words.txt").write_text("<eps> 0\n", "utf-8")
    assert check_graph(model) is None
    (tmp_path / "official" / "am").mkdir(parents=True)
    (tmp_path / "official" / "am" / "final.mdl").write_bytes(b"x")
    with pytest.raises(GraphUnusable, match="官方 Vosk 模型"):
        build_graph("choice", PHRASES, tmp_path / "official", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(FileNotFoundError):
        build_graph("choice", PHRASES, tmp_path / "nothing", tmp_path / "out")


def test_a_new_graph_is_heard_with_at_the_next_utterance(built: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    out = tmp_path / "swap"
    command = [sys.executable, "-m", "audio.graphs.build", "--kind", "choice", "--phrases", "--out", str(out)]
    root = ACOUSTIC.parents[2]
    loaded = []
    for phrases in (PHRASES, ("医保怎么交",)):
        subprocess.run(command, input="\n".join(phrases), text=True, check=True, cwd=root)
        loaded.append(vosk_models.load(out))
    assert loaded[0] is not loaded[1]
    assert (out / "graph").is_symlink() and len(list(out.glob("graph-*"))) == 1
    assert models.is_vosk_folder(out)

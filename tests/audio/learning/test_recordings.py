"""What a clerk may hand in, and what is said about what cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audio.learning import recordings
from audio.learning.learn import learn
from audio.learning.proposals import Proposal, propose
from audio.learning.recordings import RecordingsError, read_recordings
from audio.learning.trial import Score, better
from dialects.packs import load_pack


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "FEWEST", 2)


def folder(place: Path, names: tuple[str, ...] = ("a", "b")) -> Path:
    for name in names:
        (place / f"{name}.wav").write_bytes(b"RIFF")
    return place


def test_jsonl_table_and_pairs_say_the_same(tmp_path: Path) -> None:
    folder(tmp_path)
    wanted = [("身份证落脱了", "身份证丢了", "甲"), ("咋个办", "怎么办", "乙")]
    rows = [
        {"path": f"{name}.wav", "text": said, "mandarin": meaning, "speaker": who}
        for name, (said, meaning, who) in zip("ab", wanted, strict=True)
    ]
    (tmp_path / "list.jsonl").write_text(
        "\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8"
    )
    table = "path\ttext\tmandarin\tspeaker\n" + "".join("\t".join(row.values()) + "\n" for row in rows)
    (tmp_path / "list.tsv").write_text("\ufeff" + table, "utf-8")
    for row in rows:
        (tmp_path / row["path"]).with_suffix(".txt").write_text(
            f"{row['text']}。\n{row['mandarin']}", "utf-8"
        )
    for place in (tmp_path / "list.jsonl", tmp_path / "list.tsv", tmp_path):
        found = read_recordings([place])
        assert [(r.text, r.mandarin) for r in found] == [row[:2] for row in wanted]
    assert [r.speaker for r in read_recordings([tmp_path / "list.tsv"])] == ["甲", "乙"]


def test_traditional_characters_are_read_as_the_packs_write_them(tmp_path: Path) -> None:
    folder(tmp_path)
    rows = [("a.wav", "身份證跌咗點辦", "身份證丟了怎麼辦"), ("b.wav", "我嘅電費點交", "")]
    lines = [json.dumps({"path": p, "text": t, "mandarin": m}, ensure_ascii=False) for p, t, m in rows]
    (tmp_path / "manifest.jsonl").write_text("\n".join(lines), "utf-8")
    found = [(r.text, r.mandarin) for r in read_recordings([tmp_path])]
    assert found == [("身份证跌咗点办", "身份证丢了怎么办"), ("我嘅电费点交", "")]


def test_a_recording_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "list.tsv").write_text("path\ttext\na.wav\t好\nb.wav\t好\n", "utf-8")
    with pytest.raises(RecordingsError, match=r"a\.wav：.+"):
        learn("mandarin", read_recordings([tmp_path / "list.tsv"]), lambda _: None, into=tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("m.jsonl", '{"path": "a.wav", "text": "abc 123"}', "m.jsonl 第1行：没有写说了什么"),
        ("m.jsonl", '{"path": "none.wav", "text": "好"}', "找不到录音 none.wav"),
        ("m.jsonl", '{"text": "好"}', "没有写录音文件"),
        ("m.jsonl", "\n[1]", "第2行：要一个 JSON 对象"),
        ("m.jsonl", "{", "不是一个 JSON"),
        ("m.tsv", "file\twords\na.wav\t好\n", "要有列名 path 和 text"),
        ("m.jsonl", '{"path": "a.wav", "text": "好"}\n{"path": "a.wav", "text": "好"}', "写了两次"),
        ("m.jsonl", '{"path": "a.wav", "text": "好"}', "只有 1 条录音，至少要 2 条"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, name: str, text: str, says: str) -> None:
    (folder(tmp_path) / name).write_text(text, "utf-8")
    with pytest.raises(RecordingsError, match=says):
        read_recordings([tmp_path / name])


def test_a_folder_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingsError, match="也没有录音"):
        read_recordings([tmp_path])
    with pytest.raises(RecordingsError, match=r"a.wav 没有同名的 \.txt"):
        read_recordings([folder(tmp_path)])
    with pytest.raises(RecordingsError, match="找不到"):
        read_recordings([tmp_path / "nowhere"])


def test_words_that_the_pack_lacks_are_proposed() -> None:
    pairs = [("圪蹴倒要啥子材料", "蹲着要什么材料"), ("我圪蹴倒等", "我蹲着等"), ("咋个办", "怎么办")]
    assert propose(pairs, load_pack("sichuan")) == [Proposal("圪蹴倒", "蹲着", 2)]


def test_better_is_sure_only_of_a_clear_gain() -> None:
    worse, same, fine = Score(False, 5, 10), Score(True, 2, 10), Score(True, 1, 10)
    assert better([worse] * 30, [fine] * 30) == 1.0
    assert better([same] * 30, [same] * 30) == 0.5
    assert better([fine] * 30, [worse] * 30) == 0.0
    assert better([same] * 30, [*[same] * 28, fine, worse]) < 0.9


def test_two_sentences_won_by_chance_do_not_count_as_learnt() -> None:
    picked, missed = Score(True, 5, 10), Score(False, 5, 10)
    assert better([missed] * 51, [picked] * 2 + [missed] * 49) < 0.9
    assert better([missed] * 51, [picked] * 5 + [missed] * 46) > 0.9

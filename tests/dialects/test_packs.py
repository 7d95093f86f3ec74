"""The loader: what is wrong with a pack is said with file and line; a new dialect is files alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dialects.check import check_pack
from dialects.normalise import normalise
from dialects.packs import COMMANDS, FOLDER, PackError, list_packs, load_pack

FRONT = """id: jin
name: 晋语
places: [山西]
models: [xiangyin-small]
voice: cmn-latn-pinyin
greeting: 您好，我是乡音，智能语音助手。
licence: Apache-2.0
sources: [测试]
"""
WORDS = "dialect\tmandarin\tpart\tnote\tsource\n"
SOUNDS = "mandarin\tdialect\tweight\n"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the pack `jin` from texts and gives the folder of packs."""

    def _write(front: str = FRONT, **tables: str) -> Path:
        home = tmp_path / "jin"
        home.mkdir(exist_ok=True)
        (home / "pack.yml").write_text(front, "utf-8")
        for name, text in tables.items():
            (home / f"{name}.tsv").write_text(text, "utf-8")
        return tmp_path

    return _write


@pytest.mark.parametrize("key", ["name", "places", "models", "voice", "greeting", "licence", "sources"])
def test_a_missing_key_is_named(write: Write, key: str) -> None:
    folder = write("".join(line + "\n" for line in FRONT.splitlines() if not line.startswith(f"{key}:")))
    with pytest.raises(PackError, match=f"缺少 {key}"):
        load_pack("jin", folder)


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"words": WORDS + "圪蹴\t蹲\n圪蹴\t坐\n"}, "“圪蹴”写了两次"),
        ({"words": WORDS + "甲\t乙\n乙\t丙\n丙\t甲\n"}, "绕了一圈"),
        ({"words": WORDS + "圪蹴\t\n"}, "第2行"),
        ({"words": WORDS + "圪蹴\n"}, "第2行"),
        ({"words": WORDS + "\t蹲\n"}, "第2行"),
        ({"words": WORDS + "圪蹴\t蹲\t动\t\t\t多一列\n"}, "第2行"),
        ({"sounds": SOUNDS + "n\tl\t1.5\n"}, "0 和 1 之间"),
        ({"sounds": SOUNDS + "n\tl\t-0.1\n"}, "0 和 1 之间"),
        ({"sounds": SOUNDS + "n\tl\t常常\n"}, "不是数"),
    ],
)
def test_a_bad_table_is_named(write: Write, tables: dict[str, str], says: str) -> None:
    with pytest.raises(PackError, match=says):
        load_pack("jin", write(**tables))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("commands: {dance: [跳]}\n", "没有叫“dance”的命令"),
        ("commands: {affirm: [行], deny: [行]}\n", "只能留一处"),
        ("protect: [没写完\n", "YAML"),
    ],
)
def test_a_bad_front_is_named(write: Write, more: str, says: str) -> None:
    with pytest.raises(PackError, match=says):
        load_pack("jin", write(FRONT + more))


def test_a_pack_must_have_the_name_of_its_folder(write: Write) -> None:
    with pytest.raises(PackError, match="应该和文件夹同名"):
        load_pack("jin", write(FRONT.replace("id: jin", "id: jinyu")))


def test_an_unknown_pack_names_those_there_are(write: Write) -> None:
    with pytest.raises(PackError, match="现有：jin"):
        load_pack("nowhere", write())


def test_a_tenth_dialect_is_files_alone(write: Write) -> None:
    folder = write(
        FRONT + "commands: {stop: [不闹啦]}\nprotect: [甚至]\n",
        words=WORDS + "俄\t我\t代词\t\t测试\n甚\t什么\t代词\t\t测试\n咋介\t怎么\t代词\t\t测试\n",
        sounds=SOUNDS + "n\tl\t0.5\n",
        phrases="dialect\tmandarin\ttarget\n俄要甚材料\t我要什么材料\tid-card-renewal\n",
    )
    for name in list_packs():
        (folder / name).symlink_to(FOLDER / name)
    assert list_packs(folder) == ["mandarin", *sorted([*list_packs()[1:], "jin"])]
    pack = load_pack("jin", folder)
    assert normalise("俄甚至不知道咋介办", pack).text == "我甚至不知道怎么办"
    assert normalise("不闹啦。", pack).text == "不办了"
    assert pack.sounds[0].weight == 0.5
    problems = check_pack("jin", folder)
    assert len(problems) == 1 and "还没有这些命令" in problems[0]


@pytest.mark.parametrize("name", list_packs())
def test_every_pack_is_complete_and_without_problems(name: str) -> None:
    pack = load_pack(name)
    assert check_pack(name) == []
    assert set(pack.commands) == set(COMMANDS)
    assert len(pack.words) >= (80 if name == "mandarin" else 150)
    assert len(pack.phrases) >= 40
    assert pack.sounds and pack.numbers and pack.kinship and pack.places
    assert pack.voice == ("yue" if name == "cantonese" else "cmn-latn-pinyin")


def test_nine_packs() -> None:
    assert sorted(list_packs()) == sorted(
        ["mandarin", "sichuan", "cantonese", "henan", "northeast", "wu", "xiang", "minnan", "hakka"]
    )


def test_check_pack_says_what_is_wrong(write: Write) -> None:
    folder = write(
        FRONT.replace("智能语音助手", "小乡"),
        words=WORDS + "俄\t我\t代词\t\t\n粮补\t种粮补贴\t名词\t\t测试\n",
        phrases="dialect\tmandarin\ttarget\n弄甚\t你在做什么\tinform\n",
    )
    problems = "\n".join(check_pack("jin", folder))
    for part in ("智能语音助手", "“俄”没写出处", "还会再变成", "差得远"):
        assert part in problems
    assert check_pack("nowhere", folder)[0].startswith("没有方言包")

"""The normaliser over every pack: dialect becomes Mandarin, Mandarin stays, names and quotes are left alone."""

from __future__ import annotations

import functools
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialects.check import likeness
from dialects.normalise import normalise
from dialects.packs import list_packs, load_pack

ROOT = Path(__file__).resolve().parents[2]
DIALECTAL = ("咋", "啥", "老头乐", "房本", "吃低保", "养老钱", "工钱", "娃")
"""Words of the packs that writers of the plain phrasings used; such a line is not plain Mandarin."""
MOST_CHANGED = 0.01


@functools.cache
def mandarin_phrasings() -> tuple[str, ...]:
    """Lines under `# plain` and `# fragment` of every entry."""
    lines, inside = [], False
    for path in sorted((ROOT / "knowledge" / "entries").rglob("*.phrasings.txt")):
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("#"):
                inside = line.strip("# ").split()[:1] in (["plain"], ["fragment"])
            elif inside and line.strip() and not any(word in line for word in DIALECTAL):
                lines.append(line.strip())
    return tuple(lines)


@pytest.mark.parametrize("name", list_packs())
def test_plain_mandarin_is_left_alone(name: str) -> None:
    pack = load_pack(name)
    lines = mandarin_phrasings()
    changed = [(line, n) for line in lines if (n := normalise(line, pack)).changes]
    words = Counter(change.dialect for _, n in changed for change in n.changes)
    shown = "\n".join(f"{line} => {n.text}" for line, n in changed)
    assert len(lines) > 1000
    assert len(changed) < MOST_CHANGED * len(lines), f"{words.most_common()}\n{shown}"


@pytest.mark.parametrize("name", list_packs())
def test_dialect_sentences_come_nearer_to_their_meaning(name: str) -> None:
    pack = load_pack(name)
    raw = [likeness(phrase.dialect, phrase.mandarin) for phrase in pack.phrases]
    after = [likeness(normalise(phrase.dialect, pack).text, phrase.mandarin) for phrase in pack.phrases]
    assert sum(after) > sum(raw)
    assert sum(after) / len(after) > 0.8


@pytest.mark.parametrize(
    ("name", "said", "text"),
    [
        ("cantonese", "佢唔见咗身份证点办", "他丢了身份证怎么办"),
        ("cantonese", "唔系", "不是"),
        ("cantonese", "系统同我联系，关系转移", "系统同我联系，关系转移"),
        ("cantonese", "劳动仲裁点样申请", "劳动仲裁怎么申请"),
        ("cantonese", "转人工", "转人工"),
        ("cantonese", "早点办", "早点办"),
        ("minnan", "阮老爸欲去揣伊", "我们父亲要去找他"),
        ("minnan", "赋予爱好食欲", "赋予爱好食欲"),
        ("hakka", "𠊎爱去哪位办", "我要去哪里办"),
        ("hakka", "爱心食堂是什么人管", "爱心食堂是什么人管"),
        ("wu", "阿拉爷走脱了哪能办", "我们爷去世了怎么办"),
        ("wu", "林木采伐许可", "林木采伐许可"),
        ("xiang", "冇得事做哒何什搞", "没有事做了怎么办"),
        ("sichuan", "我莫得社保卡咋个办", "我没有社保卡怎么办"),
        ("henan", "中国中医中考高中", "中国中医中考高中"),
        ("northeast", "身份证整丢了咋整", "身份证弄丢了怎么办"),
        ("mandarin", "村委会能代办吗", "村委会能代办吗"),
        ("mandarin", "养老钱啥时候发", "养老金什么时候发"),
    ],
)
def test_table(name: str, said: str, text: str) -> None:
    assert normalise(said, load_pack(name)).text == text


@pytest.mark.parametrize("name", list_packs())
def test_names_quotes_and_numbers_stay(name: str) -> None:
    pack = load_pack(name)
    for word in (word.dialect for word in pack.words if len(word.dialect) <= 2):
        for text in (
            f"我叫{word}华",
            f"名字是李{word}",
            f"地址是“{word}路3号”",
            f"王{word}" * (len(word) == 1),
        ):
            kept = normalise(text, pack).text
            assert word in kept or not text, (text, kept)
    for text in ("110105194912310021", "京A12345", "二〇二五年十月三号", "三千五百块"):
        assert normalise(text, pack).text == text


@pytest.mark.parametrize("name", list_packs())
def test_changes_point_at_the_raw_text(name: str) -> None:
    pack = load_pack(name)
    for phrase in pack.phrases:
        result = normalise(phrase.dialect, pack)
        assert result.raw == phrase.dialect
        for change in result.changes:
            assert result.raw[change.start : change.end] == change.dialect


@pytest.mark.parametrize("name", list_packs())
def test_twice_is_once(name: str) -> None:
    pack = load_pack(name)
    pieces = [
        *(w.dialect for w in pack.words),
        *(p.dialect for p in pack.phrases),
        *mandarin_phrasings()[::40],
    ]

    @settings(deadline=None)
    @given(st.lists(st.sampled_from(pieces), min_size=1, max_size=4).map("，".join))
    def check(text: str) -> None:
        once = normalise(text, pack).text
        assert normalise(once, pack).text == once

    check()


@settings(deadline=None)
@given(st.text(max_size=40), st.sampled_from(list_packs()))
def test_any_text_is_survived(text: str, name: str) -> None:
    result = normalise(text, load_pack(name))
    assert result.raw == text
    assert result.changes or result.text == text

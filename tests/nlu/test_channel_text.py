"""What nobody may inject: `nlu.channel.neutral` without importing Rasa."""

from __future__ import annotations

import ast
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.unit
CHANNEL = Path(__file__).resolve().parents[2] / "nlu" / "channel.py"


def neutral_function():  # type: ignore[no-untyped-def]
    """The function out of the engine's file (Rasa is in another environment)."""
    tree = ast.parse(CHANNEL.read_text("utf-8"))
    node = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "neutral")
    space = {"unicodedata": unicodedata, "re": re}
    exec(compile(ast.Module([node], []), str(CHANNEL), "exec"), space)
    return space["neutral"]


neutral = neutral_function()


@pytest.mark.parametrize(
    "text",
    [
        "/confirm{}",
        " /affirm",
        "　/restart",
        "／affirm",
        "// /human",
        "/ nosuch",
        "\u200b/affirm",
        "\t/affirm",
    ],
)
def test_no_leading_slash_survives(text: str) -> None:
    assert not neutral(text).lstrip().startswith("/")


@given(st.text(max_size=40))
def test_never_a_leading_slash(text: str) -> None:
    folded = unicodedata.normalize("NFKC", neutral(text)).strip()
    assert not neutral(text).strip().startswith("/")
    assert neutral(text).isprintable() or not folded


def test_ordinary_text_stays() -> None:
    assert neutral("我要办养老金认证 1/2") == "我要办养老金认证 1/2"

"""Counting of choices from a closed list."""

from pathlib import Path

import pytest

from bench import lists


def test_sounds_alike_and_refusals_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = {"a": "北京", "b": "背景", "c": "天气", "x": "", "y": "[unk] 天气", "z": "天 气"}
    monkeypatch.setattr(lists, "_decoded", lambda _model, path, _channel: heard[path.name])
    said = [(Path(name), "北京") for name in "abc"]
    others = [(Path(name), "别的") for name in "xyz"]
    found = lists.measured(None, said, others, "16k")  # type: ignore[arg-type]
    assert (found["recordings"], found["right"], found["by_sound"]) == (3, 1, 2)
    assert (found["strangers"], found["refused"]) == (3, 2)

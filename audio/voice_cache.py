"""Spoken prompts on disk. Only prompts of ours belong here: replies hold what people told us."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from audio.models import variable_folder

CACHE_BYTES = 64 * 1024 * 1024


def kept(key: str) -> bytes | None:
    """The WAV kept under this key."""
    try:
        return (_folder() / f"{key}.wav").read_bytes()
    except OSError:
        return None


def keep(key: str, sound: bytes) -> None:
    """Write in one step; the oldest go when the cache is full. A full disk costs the cache, not the voice."""
    file = _folder() / f"{key}.wav"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(f".{threading.get_native_id():x}")
        draft.write_bytes(sound)
        draft.replace(file)
        _make_room(file.parent)
    except OSError as error:
        print(f"voice cache not written: {error}", file=sys.stderr)


def _make_room(folder: Path) -> None:
    sounds = sorted(folder.glob("*.wav"), key=lambda one: one.stat().st_mtime)
    total = sum(one.stat().st_size for one in sounds)
    while total > CACHE_BYTES and len(sounds) > 1:
        oldest = sounds.pop(0)
        total -= oldest.stat().st_size
        oldest.unlink(missing_ok=True)


def _folder() -> Path:
    return variable_folder() / "voice"

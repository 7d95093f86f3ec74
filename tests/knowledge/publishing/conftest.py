"""The small folder, published for the first time."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.publishing.publisher import Publisher
from knowledge.publishing.versions import Versions
from tests.knowledge.small_folder import BagEncoder, Folder


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(f"sqlite:///{tmp_path / 'x.db'}")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def publisher(folder: Folder, fusion_file: Path, index: Path, versions: Versions) -> Publisher:
    made = Publisher(folder.root, index, versions, BagEncoder(), fusion_file)
    made.publish()
    return made

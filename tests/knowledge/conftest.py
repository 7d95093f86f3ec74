"""Three topics and three boundaries on disk, so that every test is quick."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.index import FUSION
from tests.knowledge.small_folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    root = tmp_path / "knowledge"
    root.mkdir()
    made = Folder(root)
    made.topic(
        "death-cancel",
        "死亡注销户口",
        "带死亡证明和户口本去派出所注销。",
        ["老伴走了，本子上他那页咋办", "人没了户口怎么销"],
    )
    made.topic(
        "id-loss",
        "身份证丢失补领",
        "带户口本去任何派出所补，二十块钱。",
        ["身份证丢了咋补", "钱包连证件都让人偷了"],
    )
    made.topic(
        "old-bus", "老年人公交优惠", "满六十五岁坐公交免费。", ["坐车要不要钱我六十六了", "老年卡在哪办"]
    )
    made.boundary("fire", "emergency", ["着火了着火了", "楼里全是烟快来救火"], "119")
    made.boundary("weather", "unanswered", ["明天下不下雨", "今天多少度"])
    made.boundary("human", "human", ["转人工", "找个真人来"])
    return made


@pytest.fixture
def fusion_file(tmp_path: Path) -> Path:
    """The shipped parameters with limits that suit a tiny index."""
    content = json.loads(FUSION.read_text(encoding="utf-8"))
    content["thresholds"] = {"answer": 0.3, "clarify": 0.1, "emergency": 0.3, "refuse": 0.5}
    path = tmp_path / "fusion.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path

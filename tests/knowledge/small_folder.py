"""A knowledge folder written file by file, and an encoder without a model."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge.encoder.encode import Vectors
from knowledge.retrieval.terms import character_terms

ENTRY = """---
id: {id}
title: {title}
jurisdiction: 全国
level: national
source:
  - document: 某某条例
    number: 国务院令第1号
    issuer: 国务院
    article: 第一条
effective: 2024-01-01
expires: {expires}
reviewed: 2025-01-01
near: [{near}]
verify: false
zero_trip: true
---
## 一句话
{said}
## 要点
- 本人去就行。
## 材料
- 身份证
## 时限与费用
- 当天办好，不要钱
## 在哪里办
- 派出所
## 大白话
- 注销：把名字划掉
"""


class BagEncoder:
    """Hashed character pairs as vectors: the same port as the real encoder, no network in it."""

    def queries(self, texts: Sequence[str]) -> Vectors:
        table = np.zeros((len(texts), 64), np.float32)
        for i, text in enumerate(texts):
            for term in character_terms(text):
                table[i, zlib.crc32(term.encode()) % 64] += 1
        return table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)

    documents = queries


class Folder:
    """Writes topics and boundaries as an author would."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "catalogue").mkdir()
        (root / "boundaries").mkdir()
        self._topics: list[dict[str, object]] = []

    def topic(
        self, id: str, title: str, said: str, lines: list[str], near: str = "", expires: str = "null"
    ) -> None:
        folder = self.root / "entries" / "things"
        folder.mkdir(parents=True, exist_ok=True)
        text = ENTRY.format(id=id, title=title, said=said, near=near, expires=expires)
        (folder / f"{id}.md").write_text(text, encoding="utf-8")
        phrasings = "# plain\n" + "\n".join(lines) + "\n"
        (folder / f"{id}.phrasings.txt").write_text(phrasings, encoding="utf-8")
        self.topic_row(id, title, near)

    def topic_row(self, id: str, title: str, near: str = "") -> None:
        row = {"id": id, "title": title, "scope": f"管{title}的事。", "level": "national"}
        self._topics.append({**row, "near": near.split(", ") if near else []})
        content = {"domain": "things", "name": "事", "topics": self._topics}
        (self.root / "catalogue" / "things.yml").write_text(json.dumps(content), encoding="utf-8")

    def boundary(self, id: str, outcome: str, lines: list[str], hotline: str = "") -> None:
        content = {"id": id, "title": id, "outcome": outcome, "say": "说一句。", "hotline": hotline}
        path = self.root / "boundaries" / f"{id}.yml"
        path.write_text(json.dumps({**content, "phrasings": {"mandarin": lines}}), encoding="utf-8")

"""How people ask for a topic: one line a question under headers of style.

::

    # plain
    养老金认证一年要做几回
    # dialect sichuan
    我屋头老汉儿要咋个认证嘛
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from knowledge.problems import Problem

STYLES = ("plain", "story", "dialect", "fragment", "hesitating", "contrast")
DIALECTS = ("sichuan", "cantonese", "henan", "northeast", "wu", "xiang", "minnan", "hakka")
SHORTEST, LONGEST = 2, 60


@dataclass(frozen=True)
class Phrasing:
    """One question; ``dialect`` is ``mandarin`` unless the style is dialect. ``line`` counts from 1."""

    text: str
    style: str
    dialect: str
    line: int


def parse_phrasings(text: str, file: str) -> tuple[list[Phrasing], list[Problem]]:
    """Every usable line and every line that is not, with the reason."""
    phrasings: list[Phrasing] = []
    problems: list[Problem] = []
    style, dialect = "", ""
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        line = raw.strip()
        if not line:
            continue
        if line.startswith("#"):
            words = line[1:].split("#")[0].split()
            style, dialect, complaint = _header(words)
        elif not style:
            complaint = "前面还没有“# plain”这样的标题"
        else:
            complaint = _complaint(line)
            if not complaint:
                phrasings.append(Phrasing(line, style, dialect, number))
        if complaint:
            problems.append(Problem(file, number, complaint))
    return phrasings, problems


@lru_cache(maxsize=1 << 16)
def same_wording(text: str) -> str:
    """The key by which two phrasings count as one: NFKC, lower case, punctuation and blanks dropped."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LN")


def _header(words: list[str]) -> tuple[str, str, str]:
    style = words[0] if words else ""
    if style not in STYLES:
        return "", "", f"没有“{style}”这种问法，只有 {'、'.join(STYLES)}"
    if style != "dialect":
        return style, "mandarin", ""
    if len(words) < 2 or words[1] not in DIALECTS:
        return "", "", f"“# dialect”后面要写是哪种方言：{'、'.join(DIALECTS)}"
    return style, words[1], ""


def _complaint(line: str) -> str:
    if not SHORTEST <= len(line) <= LONGEST:
        return f"有 {len(line)} 个字，一句问法要 {SHORTEST} 到 {LONGEST} 个字"
    if any(unicodedata.category(c) == "Cc" for c in line):
        return "有看不见的控制符"
    return ""

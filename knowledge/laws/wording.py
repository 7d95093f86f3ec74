"""From a spoken question to the words that laws use, and whether it asks for the article at all."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

WORDS = Path(__file__).with_name("words.tsv")
LONGEST_QUESTION = 200
_BASIS = re.compile(
    r"(?:法律|政策)?(?:依据|根据)(?:的)?(?:是|在)?(?:哪|什么|啥|何|第几)[^，。？]{0,6}"
    r"|(?:有|凭)(?:什么|啥|哪条)(?:法律)?(?:依据|根据)"
    r"|(?:是|在|写在|出自)?(?:哪|那)(?:一|个|部)*(?:条|部|款)?(?:法律|法规|法(?![院官人子])|条例)(?:的)?(?:哪|第几)?条?"
    r"(?:规定|写|说)?"
    r"|(?:哪|第几)(?:一)?条(?:法律|规定|条文|写|说|里)?(?:的|了)?(?=$|[呢啊呀吗？?，。、 ])"
    r"|法律(?:上|里)?(?:是)?(?:怎么|咋|如何)(?:规定|说|写)的?"
    r"|法律条文|法条|条文(?:是|在)?(?:什么|啥|哪)?"
    r"|(?:是|在)?(?:哪|那|啥|什么)(?:一|个|份|部|里的?|家的?)*(?:红头)?(?:文件|政策|规定|法规|文)(?:里头?|上)?(?:的)?"
    r"(?:说|讲|写|规定|定|要求)(?:过|了|着)?的?"
    r"|(?:是)?(?:哪里|哪儿|哪个|谁)(?:说|讲|写|规定|定)的(?=$|[呢啊呀吗？?，。、 ])"
    r"|有(?:没有)?(?:红头)?文件(?:的)?(?:依据)?(?:没有)?(?=$|[呢啊呀吗？?，。、 ])"
    r"|(?:文件|政策)?(?:出处|来源)(?:是|在)?(?:哪里|哪儿|哪|什么|啥)?(?=$|[呢啊呀吗？?，。、 ])"
)
_FILLER = re.compile(
    r"(?:请问|我想问|问一下|问问|想知道|想问|那个|这个|嗯+|到底|究竟|是不是|能不能|可不可以|怎么|咋个?|啥|什么|多少|多久|"
    r"哪里|哪儿|的话|[呢吗呀啊嘛吧哦哈了的])"
)


def asks_for_basis(question: str) -> bool:
    """“依据是哪条”, “法律上怎么规定的”, “哪部法律写的”.

    >>> asks_for_basis("几岁算老年人 依据是哪条"), asks_for_basis("身份证丢了怎么补")
    (True, False)
    """
    return _BASIS.search(question) is not None


def legal_words(question: str) -> tuple[str, str]:
    """(the question's own content words, the words laws would use for them).

    >>> legal_words("几岁算老年人 依据是哪条")[0]
    '几岁算老年人'
    """
    own = unicodedata.normalize("NFKC", question)[:LONGEST_QUESTION]
    own = _BASIS.sub(" ", own)
    added = [legal for said, legal in _pairs() if said in own]
    own = " ".join(_FILLER.sub(" ", own).split())
    return own, " ".join(added)


@cache
def _pairs() -> tuple[tuple[str, str], ...]:
    rows = []
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        parts = line.split("\t")
        if len(parts) >= 2 and not line.startswith("#"):
            rows.append((parts[0].strip(), parts[1].strip()))
    return tuple(rows)

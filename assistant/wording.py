"""Words the reply: outcomes in, what is said and what is shown out. Pure; the sentences are data.

Speech is one thing at a time; the screen carries the whole answer with its source (DESIGN §10: no answer without
source, effective date and jurisdiction).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

SENTENCES = Path(__file__).with_name("sentences.yml")
SECTIONS = {
    "要点": "points",
    "材料": "materials",
    "时限与费用": "time_and_fee",
    "在哪里办": "where",
    "大白话": "plain",
}
NO_CASE = re.compile(r"，?说?编号\{case\}(?:，工作人员就知道[^。]*)?")
"""The half sentence about a case number, left out when none could be written down."""
NO_TRIP_SAID = re.compile("手机|网上|不用跑")
"""An answer that says so itself is not followed by the note that nobody has to go anywhere."""
SPOKEN_LINES = 4
"""Lines of a section that are said aloud; the rest is on the screen."""
OFF_THE_PHONE = re.compile(r"\[(.*?)\]")
OF_A_DEFINITION = {"prompt": "text", "service_start": "says_first"}
"""Sentences with a parameter that is a service definition's own text, marked as ours are."""


def word(outcomes: Sequence[Mapping[str, Any]], channel: str) -> tuple[str, str]:
    """(speech, display) of a turn's outcomes, in order. Raises KeyError for a sentence nobody wrote."""
    spoken, shown = zip(*(one(outcome, channel) for outcome in outcomes), strict=True)
    return join(spoken, ""), join(shown, "\n")


def one(outcome: Mapping[str, Any], channel: str = "") -> tuple[str, str]:
    """(speech, display) of one outcome."""
    params = dict(outcome.get("params") or {})
    if outcome["sentence"] in ("answer", "answer_offer"):
        return answer(params, outcome.get("source") or {}, channel)
    if own := OF_A_DEFINITION.get(outcome["sentence"]):
        params[own] = said_through(channel, str(params[own]))
    params["again_note"] = "这件事刚才已经办过了，没有重复办。" if params.get("again") else ""
    params["dialect_name"] = dialect_name(str(params.get("dialect") or ""))
    params |= _basis(params, outcome.get("source") or {}, channel)
    sentence = sentences(channel)[outcome["sentence"]]
    forms: dict[str, str] = sentence if isinstance(sentence, dict) else {"speech": str(sentence)}
    speech = fill(forms["speech"], params)
    display = fill(forms.get("display", forms["speech"]), params)
    if outcome.get("choices"):
        display += "".join(f"\n{n}. {c['label']}" for n, c in enumerate(outcome["choices"], 1))
    return speech, display


def answer(params: Mapping[str, Any], source: Mapping[str, Any], channel: str = "") -> tuple[str, str]:
    """An answer from an entry: its sentence or the section asked for, then source, date and place, then a question."""
    section = params.get("section") or ""
    asked = f"要不要现在就给您办{params['service_title']}？" if params.get("service_title") else ""
    asked = str(sentences()["ask_place"]) if params.get("ask_place") else asked
    doubt = "具体以当地窗口答复为准。" if params.get("verify") else ""
    if params.get("place"):
        doubt = fill(str(sentences()["place_note"]), params)
    if params.get("reviewed"):
        doubt += fill(str(sentences()["review_note"]), {"day_said": day(params["reviewed"])})
    no_trip = str(sentences()["zero_trip_note"]) if params.get("zero_trip") else ""
    wanted = [str(line) for line in params.get(SECTIONS.get(section, ""), [])]
    if wanted:
        said = _listed(section, wanted[:SPOKEN_LINES])
        said += str(sentences(channel)["rest_shown"]) if wanted[SPOKEN_LINES:] else ""
        shown = _listed(section, wanted)
    else:
        said = shown = ended(str(params["short"]))
    fits = section in ("", "在哪里办") and not NO_TRIP_SAID.search(said)
    speech = said + (no_trip if fits else "") + doubt + spoken_source(source) + asked
    lines = [f"【{params['title']}】", shown]
    for name, key in SECTIONS.items():
        if params.get(key) and not (wanted and name == section):
            lines += [f"{name}：", *(f"· {line}" for line in params[key])]
    lines += [note for note in (no_trip, doubt) if note]
    lines.append(shown_source(source))
    lines += [asked] if asked else []
    return speech, "\n".join(lines)


def _listed(section: str, lines: Sequence[str]) -> str:
    return f"{section}：" + "；".join(line.rstrip("。；") for line in lines) + "。"


def _basis(params: Mapping[str, Any], source: Mapping[str, Any], channel: str) -> dict[str, str]:
    """What sentences about a rule's basis are filled with, besides their own params."""
    older = str(sentences()["law_older"]) if params.get("older") else ""
    return {
        "source_said": spoken_source(source).removeprefix("依据"),
        "source_shown": shown_source(source),
        "law_older": older,
        "law_notes": (str(sentences(channel)["rest_shown"]) if params.get("cut") else "") + older,
        "day_said": day(params.get("day")),
        "document_said": str(params.get("document") or "").removeprefix("中华人民共和国"),
    }


def spoken_source(source: Mapping[str, Any]) -> str:
    """“依据《社会保险经办条例》第二十五条。” — number, date and issuer are on the screen."""
    if not source:
        return ""
    where = place(source)
    return f"依据《{source['document']}》{source.get('article') or ''}，{day(source.get('effective'))}起施行，{where}。"


def shown_source(source: Mapping[str, Any]) -> str:
    if not source:
        return ""
    number = f"（{source['number']}）" if source.get("number") else ""
    issuer = f"，{source['issuer']}" if source.get("issuer") else ""
    url = f" {source['url']}" if source.get("url") else ""
    article, effective = source.get("article") or "", day(source.get("effective"))
    return (
        f"依据：《{source['document']}》{number}{article}{issuer}，{effective}起施行，{place(source)}。{url}"
    )


def place(source: Mapping[str, Any]) -> str:
    where = str(source.get("jurisdiction") or "全国")
    return f"{where}适用"


def day(date: Any) -> str:
    """2023-12-01 → 2023年12月1日."""
    parts = str(date or "").split("-")
    if len(parts) != 3:
        return str(date or "日期未注明")
    year, month, day_ = parts
    return f"{year}年{int(month)}月{int(day_)}日"


def canned(name: str, **params: Any) -> str:
    """Speech of a sentence that belongs to no outcome (welcome, busy …)."""
    return one({"status": "answered", "sentence": name, "params": params})[0]


def fixed_sentences() -> list[str]:
    """Speech of every canned sentence that holds no parameter, on any channel; the welcome first."""
    every = (*sentences().values(), *sentences("phone").values())
    spoken = dict.fromkeys(s["speech"] if isinstance(s, dict) else str(s) for s in every)
    return sorted((text for text in spoken if "{" not in text), key=lambda text: text != canned("welcome"))


def dialect_name(dialect: str) -> str:
    names = {
        "mandarin": "普通话",
        "sichuan": "四川话",
        "cantonese": "广东话",
        "henan": "河南话",
        "northeast": "东北话",
        "wu": "吴语",
        "xiang": "湖南话",
        "minnan": "闽南话",
        "hakka": "客家话",
    }
    return names.get(dialect, dialect)


def fill(template: str, params: Mapping[str, Any]) -> str:
    """str.format with lists joined by 、."""
    if "{case}" in template and not params.get("case"):
        template = NO_CASE.sub("", template)
    flat = {k: "、".join(map(str, v)) if isinstance(v, list | tuple) else v for k, v in params.items()}
    return template.format_map(flat)


def ended(text: str) -> str:
    return text if text.endswith(("。", "！", "？")) else text + "。"


def join(parts: Sequence[str], between: str) -> str:
    return between.join(part for part in parts if part)


def said_through(channel: str, text: str) -> str:
    """A text of ours as this channel says it: on the telephone without what stands in [ ]."""
    return OFF_THE_PHONE.sub("" if channel == "phone" else r"\1", text)


def sentences(channel: str = "") -> dict[str, Any]:
    """The canned sentences as this channel says them."""
    return _sentences("phone" if channel == "phone" else "")


@functools.cache
def _sentences(channel: str) -> dict[str, Any]:
    """Read once for the telephone and once for all others."""
    content: dict[str, Any] = yaml.safe_load(SENTENCES.read_text("utf-8"))
    return {
        name: {form: said_through(channel, text) for form, text in sentence.items()}
        if isinstance(sentence, dict)
        else said_through(channel, sentence)
        for name, sentence in content.items()
    }

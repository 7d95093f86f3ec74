"""Charts are well-formed SVG, show every measure, and escape what they are given."""

from __future__ import annotations

from xml.etree import ElementTree

from assistant.charts import faq_chart, speech_chart

SPACE = "{http://www.w3.org/2000/svg}"
RATES = {"count": 10, "right": 0.8, "right_or_offered": 0.9}


def test_a_speech_chart_has_a_bar_for_every_measure_there_is() -> None:
    totals = {"recordings": 3, "character_error": 0.25, "syllable_error": 0.2, "topic_accuracy": None}
    picture = ElementTree.fromstring(speech_chart(totals, "<录音>"))
    assert len(picture.findall(f"{SPACE}rect")) == 2
    assert next(text.text for text in picture.iter(f"{SPACE}text")) == "<录音>"


def test_a_faq_chart_puts_confidence_against_truth() -> None:
    figures = {
        "in_scope": RATES, "by_style": {"story": RATES, "plain": {"count": 0}}, "by_dialect": {},
        "reliability": [{"said": 0.25, "right": 0.5, "count": 4}, {"said": 1.0, "right": 1.0, "count": 9}],
    }  # fmt: skip
    picture = ElementTree.fromstring(faq_chart(figures, "评测"))
    low, high = picture.findall(f"{SPACE}circle")
    assert len(picture.findall(f"{SPACE}rect")) == 5  # two groups with two bars, and the frame
    assert float(low.attrib["r"]) < float(high.attrib["r"])
    assert float(low.attrib["cx"]) < float(high.attrib["cx"]) and float(low.attrib["cy"]) > float(high.attrib["cy"])

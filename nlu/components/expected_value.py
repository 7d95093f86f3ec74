"""A Rasa component that lets the question just asked decide what a short answer means.

“有没有断缴” is a service request when nobody asked, and the answer when we have just read it out as a choice.
The gateway sends what it asked for in the message's metadata (`expecting`: kind and choices); a text that
looks like such a value becomes `inform`, `choose_option`, `affirm` or `deny`. Words that were not heard surely
(`hearing`) never become an intent that starts or confirms something. Commands (a person, stop, back …)
always win: they have confidence 1 already. Names and numbers are never changed here, only the intent.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

DIGIT = re.compile(r"[0-9零〇一二三四五六七八九十百千万两幺洞拐勾xX]")
QUESTION = re.compile(
    r"[?？吗么呢]|怎么|咋|啥|什么|为啥|哪里|哪儿|几时|能不能|可不可以|有没有|要不要|多少|几[次天年个回]"
)
DATE = re.compile(
    r"[年月日号]|今天|明天|后天|昨天|前天|大后天|星期|礼拜|周[一二三四五六日天]|上午|下午|去年|前年|今年|上个|下个|初[一二三四五]"
)
KEEP = {
    "human",
    "stop",
    "back",
    "restart",
    "repeat",
    "slower",
    "louder",
    "wait",
    "emergency",
    "correct_value",
    "switch_dialect",
}
YES = re.compile(r"^(是|对|好|行|可以|嗯|要|没错|中|得|系|成|没问题|办吧|确认|确定)")
NO = re.compile(r"^(不|错|没有|莫|唔|别|否|算了)")


def intent_for(
    text: str, expecting: dict[str, Any] | None, predicted: str, confidence: float
) -> str | None:
    """Intent that the open question implies for this text, or None to leave the prediction alone."""
    kind = (expecting or {}).get("kind")
    if not kind or kind == "open" or (predicted in KEEP and confidence >= 0.7):
        return None
    plain = re.sub(r"[\s，。！？、,.!?]+", "", unicodedata.normalize("NFKC", text))
    digits = len(DIGIT.findall(plain))
    asks = bool(QUESTION.search(plain))
    if kind == "yes_no":
        if len(plain) <= 6 and not asks:
            return (
                "affirm" if YES.match(plain) and not NO.match(plain) else "deny" if NO.match(plain) else None
            )
        return None
    labels = [str(choice) for choice in (expecting or {}).get("choices") or []]
    if labels and plain and len(plain) <= 16:
        if any(plain in label or label in plain for label in labels) or ORDINAL.search(plain):
            return "choose_option"
        if kind == "choice" and not asks:
            return "inform"
        return None
    mostly = digits >= 6 or 2 * digits >= len(plain) > 0
    if kind in ("digits", "plate", "money") and (mostly or (digits and not asks and len(plain) <= 8)):
        return "inform"
    if kind == "date" and DATE.search(plain) and len(plain) <= 14:
        return "inform"
    if kind == "name" and len(plain) <= 8 and not asks:
        return "inform"
    if kind in ("place", "plate", "date", "choice") and not asks:
        return "inform"
    return None


def bound_intent(predicted: str, hearing: str | None) -> str | None:
    """`ask_policy` for words that were not heard surely: they may be answered, but start and confirm nothing."""
    return "ask_policy" if hearing == "unsure" and predicted not in BINDS_NOBODY else None


BINDS_NOBODY = KEEP | {"ask_policy", "out_of_scope", "nlu_fallback", "greet", "goodbye", "thanks", "complain",
                       "who_are_you"}  # fmt: skip
ORDINAL = re.compile(
    r"第[一二三四五1-5]|^[一二三1-3a-cA-C]个?$|前面那个|后面那个|最后一个|都不是|上面那个|下面那个"
)


try:  # the pure part above is tested outside the engine's environment
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe

    from nlu.components.deciding import Deciding
except ImportError:
    pass
else:

    @DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
    class ExpectedValue(Deciding):
        """Overrides the intent when the text answers the question that was asked."""

        def decide(self, text: str, intent: dict[str, Any], metadata: dict[str, Any]) -> str | None:
            name, confidence = intent.get("name") or "", float(intent.get("confidence") or 0.0)
            implied = intent_for(text, metadata.get("expecting"), name, confidence)
            return bound_intent(implied or name, metadata.get("hearing")) or implied

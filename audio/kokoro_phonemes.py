"""Tone-numbered pinyin → the tokens that the Kokoro network reads.

The table is the Mandarin of misaki 0.9.4 (`misaki.zh`, Apache-2.0; its table comes from pinyin-to-ipa, MIT),
the phonemes that Kokoro-82M was trained on; tests/audio/test_kokoro.py compares all syllables where misaki is
at hand. Numbers are those of Kokoro's own `config.json` ("vocab"). espeak-ng changes third tones by itself,
this network does not, so it is done here.
"""

from __future__ import annotations

from collections.abc import Sequence

PAUSES = (",", ".", "!", "?")
UNSAID = 0  # the number at both ends

_INITIALS = {
    "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n",
    "l": "l", "g": "k", "k": "kʰ", "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "z": "ʦ", "c": "ʦʰ", "s": "s", "r": "ɻ",
}  # fmt: skip
# Finals with the tone's place marked 0.
_FINALS = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0", "en": "ə0n",
    "eng": "ə0ŋ", "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ", "iao": "jau0", "ie": "je0", "in": "i0n",
    "iou": "jou0", "ing": "i0ŋ", "iong": "jʊ0ŋ", "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0", "uei": "wei0", "ua": "wa0",
    "uai": "wai0", "uan": "wa0n", "uen": "wə0n", "uang": "wa0ŋ", "ueng": "wə0ŋ", "uo": "wo0", "o": "wo0",
    "v": "y0", "ve": "ɥe0", "van": "ɥɛ0n", "vn": "y0n",
}  # fmt: skip
_WHOLE = {
    "er": "ɚ0", "o": "ɔ0", "yo": "jɔ0", "ê": "ɛ0", "m": "m0", "n": "n0", "ng": "ŋ0", "hm": "hm0", "hng": "hŋ0",
    "yi": "i0", "ya": "ja0", "yan": "jɛ0n", "yang": "ja0ŋ", "yao": "jau0", "ye": "je0", "yin": "i0n", "you": "jou0",
    "ying": "i0ŋ", "yong": "jʊ0ŋ", "yu": "y0", "yue": "ɥe0", "yuan": "ɥɛ0n", "yun": "y0n", "yai": "jai0",
    "wu": "u0", "wei": "wei0", "wa": "wa0", "wai": "wai0", "wan": "wa0n", "wen": "wə0n", "wang": "wa0ŋ",
    "weng": "wə0ŋ", "wo": "wo0", "wong": "wʊ0ŋ",
}  # fmt: skip
_SHORT = {"iu": "iou", "ui": "uei", "un": "uen", "ue": "ve"}
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_NUMBERS = {
    ",": 3, ".": 4, "!": 5, "?": 6, " ": 16, "ʦ": 20, "ʨ": 21, "ꭧ": 23, "a": 43, "e": 47, "f": 48, "h": 50, "i": 51,
    "j": 52, "k": 53, "l": 54, "m": 55, "n": 56, "o": 57, "p": 58, "s": 61, "t": 62, "u": 63, "w": 65, "x": 66,
    "y": 67, "ɔ": 76, "ɕ": 77, "ə": 83, "ɚ": 85, "ɛ": 86, "ɥ": 99, "ɨ": 101, "ŋ": 112, "ɻ": 126, "ʂ": 130, "ʊ": 135,
    "ɤ": 140, "ʰ": 162, "↓": 169, "→": 171, "↗": 172, "↘": 173,
}  # fmt: skip


def tokens(words: Sequence[Sequence[str]]) -> list[int]:
    """Words of tone-numbered syllables (or one of PAUSES) → token numbers, UNSAID at both ends.

    A syllable that Mandarin does not have raises ValueError.
    """
    spoken = ""
    for at, word in enumerate(words):
        if len(word) == 1 and word[0] in PAUSES:
            spoken = spoken.rstrip() + word[0] + " "
        else:
            following = words[at + 1][0] if at + 1 < len(words) else ""
            spoken += "".join(phonemes(syllable) for syllable in third_tones(word, following)) + " "
    return [UNSAID, *(_NUMBERS[sign] for sign in spoken.strip()), UNSAID]


def phonemes(syllable: str) -> str:
    """nin2 → ni↗n; lv4 → ly↘. Raises ValueError."""
    base, tone = syllable[:-1], syllable[-1]
    if tone not in _TONES:
        raise ValueError(f"no tone: {syllable!r}")
    return _toneless(base).replace("0", _TONES[tone])


def third_tones(word: Sequence[str], following: str = "") -> list[str]:
    """A third tone before a third tone is spoken as a second: ni3 hao3 → ni2 hao3.

    Over the end of a word only where it is a single syllable, which leans on the next: 我 想 → wo2 xiang3.
    """
    changed, ahead = list(word), [*word[1:], following if len(word) == 1 else ""]
    for at, syllable in enumerate(word):
        if syllable.endswith("3") and ahead[at].endswith("3"):
            changed[at] = syllable[:-1] + "2"
    return changed


def _toneless(base: str) -> str:
    if base in _WHOLE:
        return _WHOLE[base]
    initial = next((i for i in _INITIALS if base.startswith(i)), "")
    final = base[len(initial) :]
    if initial in ("zh", "ch", "sh", "r", "z", "c", "s") and final == "i":
        return _INITIALS[initial] + "ɨ0"
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    final = _SHORT.get(final, final)
    if final not in _FINALS:
        raise ValueError(f"no Mandarin syllable: {base!r}")
    return (_INITIALS[initial] if initial else "") + _FINALS[final]

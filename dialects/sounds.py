"""How packs write sounds: Mandarin's initials and finals, and the nearest of them to a dialect's own sound.

`sounds.tsv` writes an initial as it is (`zh`), a final with a hyphen (`-eng`), nothing as `∅`
(all of them: `syllables.py`). Tones, 入声 and sounds that Mandarin lacks have no unit in our acoustic model: they stay
in the pack for people to read, and the decoding graph goes without.
"""

from __future__ import annotations

from dialects.packs import SoundShift
from dialects.syllables import FINALS, INITIALS

NOTHING = "∅"
_WRITTEN = {"ü": "v", "üe": "ve", "üan": "van", "ün": "vn"}
_NEAREST = {
    "bh": "b", "dh": "d", "gh": "g", "jh": "j", "y": NOTHING, "w": NOTHING, "ng": NOTHING, "v": NOTHING,
    "-am": "an", "-im": "in", "-iam": "ian", "-ae": "ai", "-eu": "ou", "-iun": "vn", "-iai": "ie", "-ieu": "iu",
}  # fmt: skip
"""Sounds that our units only come near; the first letter or the vowel decides."""


def unit(label: str) -> str | None:
    """The unit that a label of `sounds.tsv` means, `""` for nothing, None when our units cannot say it."""
    near = _NEAREST.get(label, label)
    if near == NOTHING:
        return ""
    plain = near.removeprefix("-")
    plain = _WRITTEN.get(plain, plain)
    return plain if plain in (FINALS if near.startswith("-") else (*INITIALS, *FINALS)) else None


def shift_units(shift: SoundShift) -> tuple[str, str] | None:
    """(Mandarin unit, unit in the dialect or `""`) when both can be said and differ, else None."""
    said, meant = unit(_as_kind_of(shift.dialect, shift.mandarin)), unit(shift.mandarin)
    return (meant, said) if meant and said is not None and said != meant else None


def is_prose(label: str) -> bool:
    """Labels for people only: tones and 入声."""
    return label.startswith("tone") or label == "入声"


def _as_kind_of(label: str, other: str) -> str:
    """A final may be written without its hyphen on the dialect's side."""
    needs = other.startswith("-") and not label.startswith("-") and label != NOTHING
    return f"-{label}" if needs else label

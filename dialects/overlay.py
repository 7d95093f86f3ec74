"""What was learnt from recordings of one place's speakers, laid over a pack: files in `var/dialects/<id>`.

The pack itself stays as its authors wrote it. `sounds.tsv` and `readings.tsv` have the pack's own columns; a sound
(or word) that was learnt about replaces all the pack's rows for that sound (word). `report.json` says from what,
when, and how well; `proposed_words.tsv` is for people to look through. Taking the folder away takes it all back.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from dialects.packs import Reading, SoundShift, read_readings, read_sounds

REPORT = "report.json"
PROPOSALS = "proposed_words.tsv"
_SOUNDS = "mandarin\tdialect\tweight\n"
_READINGS = "word\town\tpinyin\tweight\tsource\n"


@dataclass(frozen=True)
class Learned:
    """Rows that replace the pack's for the same Mandarin sound or word."""

    sounds: tuple[SoundShift, ...] = ()
    readings: tuple[Reading, ...] = ()

    def sounds_over(self, rows: tuple[SoundShift, ...]) -> tuple[SoundShift, ...]:
        known = {shift.mandarin for shift in self.sounds}
        return (*(row for row in rows if row.mandarin not in known), *self.sounds)

    def readings_over(self, rows: tuple[Reading, ...]) -> tuple[Reading, ...]:
        known = {reading.word for reading in self.readings}
        return (*(row for row in rows if row.word not in known), *self.readings)


NOTHING_LEARNT = Learned()


def learned_folder(pack: str) -> Path:
    """`$XIANGYIN_VAR/dialects/<id>`, or `var/dialects/<id>` beside the code."""
    var = Path(os.environ.get("XIANGYIN_VAR") or Path(__file__).resolve().parent.parent / "var")
    return var / "dialects" / pack


def read_learned(folder: Path) -> Learned:
    """Nothing where there is no folder. Raises PackError for a damaged table."""
    return Learned(read_sounds(folder / "sounds.tsv"), read_readings(folder / "readings.tsv"))


def write_learned(folder: Path, learned: Learned) -> None:
    """The two tables into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    sounds = "".join(f"{s.mandarin}\t{s.dialect}\t{s.weight:g}\n" for s in learned.sounds)
    readings = "".join(f"{r.word}\t{r.own}\t{r.pinyin}\t{r.weight:g}\t{r.source}\n" for r in learned.readings)
    (folder / "sounds.tsv").write_text(_SOUNDS + sounds, "utf-8")
    (folder / "readings.tsv").write_text(_READINGS + readings, "utf-8")


def forget(pack: str) -> bool:
    """Take everything back that was learnt; False when there was nothing."""
    folder = learned_folder(pack)
    there = folder.is_dir()
    shutil.rmtree(folder, ignore_errors=True)
    return there

"""`xiangyin dialect learn`: estimate, try on phrases that were not used, keep only what is better.

Every recording is judged with what was learnt from other sentences, and where there are enough speakers who do not
all read the same list, from other people (folds by speaker, else by sentence). Only if that is better than what is
in use is everything learnt once more from all recordings and put into `var/dialects/<id>`.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from audio.acoustic.reading import AcousticModel, read_model
from audio.acoustic.units import UnknownSyllable
from audio.files import AudioFileError, read_speech
from audio.graphs.accent import Accent, accent_of, accented
from audio.graphs.build import ACOUSTIC
from audio.graphs.lexicon import pronunciations
from audio.learning import trial
from audio.learning.estimates import Estimate, Taught, estimate
from audio.learning.proposals import Proposal, propose
from audio.learning.recordings import Recording, RecordingsError
from dialects.overlay import PROPOSALS, REPORT, learned_folder, write_learned
from dialects.packs import FOLDER, load_pack

FOLDS = 3
CONFIDENT = 0.9
"""How sure (`trial.better`) the improvement must be before anything is changed."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """`kept`: whether anything changed. `before`, `after`: on phrases that were not learnt from."""

    kept: bool
    before: trial.Total
    after: trial.Total
    chance_better: float
    folds: int
    by_speaker: bool
    estimate: Estimate
    proposals: tuple[Proposal, ...]
    folder: Path

    def as_dict(self) -> dict[str, object]:
        return {
            "kept": self.kept,
            "before": {**asdict(self.before), "syllable_error": round(self.before.error, 4)},
            "after": {**asdict(self.after), "syllable_error": round(self.after.error, 4)},
            "chance_better": round(self.chance_better, 3),
            "folds": self.folds,
            "folds_by": "speaker" if self.by_speaker else "sentence",
            "sounds": [asdict(shift) for shift in self.estimate.learned.sounds],
            "readings": [asdict(reading) for reading in self.estimate.learned.readings],
            "proposed_words": [asdict(proposal) for proposal in self.proposals],
            "folder": str(self.folder),
        }


def learn(
    dialect: str,
    recordings: Sequence[Recording],
    tell: Tell,
    packs: Path = FOLDER,
    model: Path = ACOUSTIC,
    into: Path | None = None,
) -> Outcome:
    """Raises PackError, RecordingsError, ModelUnreadable, subprocess.CalledProcessError (building a graph)."""
    pack, folder = load_pack(dialect, packs), into or learned_folder(dialect)
    acoustic = read_model(model / "am" / "final.mdl")
    tell(f"读 {len(recordings)} 条录音……")
    sounds = [_sound(recording.path) for recording in recordings]
    accent = accent_of(pack)
    taught = [
        _taught(acoustic, accent, recording, pcm) for recording, pcm in zip(recordings, sounds, strict=True)
    ]
    texts = [recording.text for recording in recordings]
    choices = list(dict.fromkeys([*texts, *(phrase.dialect for phrase in pack.phrases)]))
    folds, by_speaker = _folds(recordings)
    digests = sorted(hashlib.sha256(pcm.tobytes()).hexdigest() for pcm in sounds)
    fresh = not set(digests) & set(_learnt_from(folder))
    if not fresh:
        tell("这些录音以前学过，所以和没学过时的方言包比。")
    with tempfile.TemporaryDirectory(prefix="xiangyin-learn-") as work:
        tell("现在听得怎么样……")
        in_use = trial.Way(dialect, packs, model, folder if fresh and folder.is_dir() else None, not fresh)
        in_use = in_use if in_use.learned else trial.Way(dialect, packs, model, bare=True)
        before = trial.scores(sounds, texts, choices, in_use, Path(work) / "before")
        after = list(before)
        for number in range(max(folds) + 1):
            tell(f"学其余的，拿第 {number + 1} 份没学过的来试……")
            place = Path(work) / f"fold{number}"
            held = [index for index, fold in enumerate(folds) if fold == number]
            tried = {texts[index] for index in held}
            others = [
                one
                for one, fold in zip(taught, folds, strict=True)
                if fold != number and one.text not in tried
            ]
            write_learned(place / "learned", estimate(others, accent.shifts).learned)
            way = trial.Way(dialect, packs, model, place / "learned")
            judged = trial.scores(
                [sounds[i] for i in held], [texts[i] for i in held], choices, way, place / "graphs"
            )
            for index, score in zip(held, judged, strict=True):
                after[index] = score
    everything = estimate(taught, accent.shifts)
    chance = trial.better(before, after)
    outcome = Outcome(
        kept=chance >= CONFIDENT,
        before=trial.total(before),
        after=trial.total(after),
        chance_better=chance,
        folds=max(folds) + 1,
        by_speaker=by_speaker,
        estimate=everything,
        proposals=tuple(propose(((r.text, r.mandarin) for r in recordings), pack)),
        folder=folder,
    )
    if outcome.kept:
        _keep(outcome, digests, model)
    return outcome


def _sound(path: Path) -> trial.Pcm:
    """Says which of the many recordings cannot be read."""
    try:
        return read_speech(path)
    except AudioFileError as error:
        raise RecordingsError(f"{path.name}：{error}") from error


def _taught(acoustic: AcousticModel, accent: Accent, recording: Recording, pcm: trial.Pcm) -> Taught:
    """Expected is the pack's likeliest reading of each character, Mandarin's where it has none."""
    try:
        syllables = tuple(accented(char, pronunciations(char), accent)[0][0] for char in recording.text)
    except UnknownSyllable as error:
        raise RecordingsError(
            f"{recording.path.name}：“{recording.text}”里有字不会读（{error}）。"
        ) from error
    return Taught(acoustic.posteriors(pcm), recording.text, syllables)


def _folds(recordings: Sequence[Recording]) -> tuple[list[int], bool]:
    """Which fold each recording is in. A speaker, or a sentence, is never in two.

    People who were all given the same sentences are told apart by sentence: what was learnt of one's readings would
    otherwise be tried on the very sentence that it was learnt from.
    """
    speakers, texts = {r.speaker for r in recordings}, {r.text for r in recordings}
    enough = "" not in speakers and len(speakers) >= 2 * FOLDS
    by_speaker = enough and 2 * len(texts) > len(recordings)
    keys = [r.speaker if by_speaker else r.text for r in recordings]
    order = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return [order[key] % FOLDS for key in keys], by_speaker


def _learnt_from(folder: Path) -> list[str]:
    """Digests of the recordings that are already in what is in use."""
    path = folder / REPORT
    return list(json.loads(path.read_text("utf-8"))["recordings"]) if path.is_file() else []


def _keep(outcome: Outcome, digests: list[str], model: Path) -> None:
    folder = outcome.folder
    write_learned(folder, outcome.estimate.learned)
    rows = "".join(f"{p.dialect}\t{p.mandarin}\t{p.times}\n" for p in outcome.proposals)
    (folder / PROPOSALS).write_text("dialect\tmandarin\ttimes\n" + rows, "utf-8")
    report = {
        "when": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "model": hashlib.sha256((model / "am" / "final.mdl").read_bytes()).hexdigest(),
        **outcome.as_dict(),
        "recordings": digests,
    }
    draft = folder / f".{REPORT}"
    draft.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    draft.replace(folder / REPORT)

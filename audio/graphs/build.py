"""Model directories with decoding graphs: ``python -m audio.graphs.build --out var/models/xiangyin-small``.

Each kind of question gets a folder with ``am`` and ``conf`` linked to the acoustic model and a ``graph`` of
its own. ``--dialect`` gives the words that dialect's sounds, readings and vocabulary. What a graph was made from
is kept beside it (``stamp.py``); an unchanged one is not made again, a new one takes the old one's place at once.
Run it as a process (``choice_model`` does): pynini and vosk do not share one well.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from audio.graphs.accent import PLAIN, Accent, accent_of
from audio.graphs.phrases import LISTS, ROOT, domain_phrases, service_choices
from audio.graphs.stamp import GraphUnusable, phones_sum, read_made, write_made
from dialects.overlay import learned_folder, read_learned
from dialects.packs import FOLDER, PackError, list_packs, load_pack

ACOUSTIC = ROOT / "audio" / "models" / "xiangyin-small"
KINDS = ("open", "yes_no", "digits", "name", "date", "choice", "money", "place", "plate")
BACKGROUND_WORDS = 25_000


@dataclass(frozen=True)
class Built:
    """One graph: `changed` False when it was there already; sizes in bytes, time in seconds."""

    kind: str
    changed: bool
    graph_bytes: int
    seconds: float


def main() -> int:
    """Command line: all kinds, or one with ``--kind`` and its phrases on standard input, one a line."""
    arguments = _arguments()
    try:
        accent = _accent(arguments)
        wanted = [arguments.kind] if arguments.kind else list(KINDS)
        given = sys.stdin.read().split() if arguments.phrases else None
        for built in build_graphs(wanted, arguments, accent, given):
            print(json.dumps(asdict(built)) if arguments.json else _sentence(built), flush=True)
        if not arguments.kind and not arguments.dialect:
            _rebuild_dialects(arguments)
    except (PackError, FileNotFoundError, GraphUnusable) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def build_graphs(
    kinds: Sequence[str], arguments: argparse.Namespace, accent: Accent, given: list[str] | None
) -> Iterator[Built]:
    for kind in kinds:
        begun = time.monotonic()
        phrases = given if given is not None else phrases_of(kind)
        out = arguments.out if arguments.kind else arguments.out / kind
        changed = build_graph(
            kind, phrases, arguments.model, out, arguments.background, accent, arguments.dialect or ""
        )
        size = (out / "graph" / "HCLG.fst").stat().st_size
        yield Built(kind, changed, size, round(time.monotonic() - begun, 2))


def build_graph(
    kind: str,
    phrases: Sequence[str],
    model_dir: Path,
    out_dir: Path,
    background: int = BACKGROUND_WORDS,
    accent: Accent = PLAIN,
    dialect: str = "",
) -> bool:
    """A Vosk model directory for one kind of question; False when it was there already.

    ``phrases`` are sentences in characters (`open`) or the list to choose from (`choice`). Raises
    FileNotFoundError when ``model_dir`` has no acoustic model, GraphUnusable when it is not one of ours.
    """
    if not (model_dir / "am" / "final.mdl").is_file():
        raise FileNotFoundError(f"{model_dir} 里没有语音模型（am/final.mdl）。")
    if not (model_dir / "phones" / "word_boundary.int").is_file():
        raise GraphUnusable(
            f"{model_dir} 不是自带的模型：官方 Vosk 模型有自己的解码图，不用重建，也没有动它。"
        )
    _link_acoustic(model_dir, out_dir)
    mark = fingerprint(kind, [str(background), *phrases], accent)
    if is_current(out_dir, mark):
        return False
    part = out_dir / f"graph-{mark[:12]}-{os.getpid()}"
    _write_graph(kind, phrases, model_dir, part, background, accent)
    write_made(part, kind, dialect, mark)
    _swap(part, out_dir / "graph")
    return True


def is_current(out_dir: Path, mark: str) -> bool:
    """Whether the graph there was made from exactly this."""
    try:
        made = read_made(out_dir / "graph")
    except GraphUnusable:
        return False
    graph = out_dir / "graph" / "HCLG.fst"
    whole = made is not None and graph.is_file() and graph.stat().st_size == made.graph_bytes
    return whole and made is not None and made.inputs == mark and made.phones == phones_sum()


def choice_model(phrases: Sequence[str], cache: Path, model_dir: Path = ACOUSTIC) -> Path:
    """Model directory under ``cache`` that hears one of these phrases, made in a process when it is new.

    Raises subprocess.CalledProcessError when building fails.
    """
    folder = cache / hashlib.sha256("\n".join(phrases).encode()).hexdigest()[:16]
    command = [sys.executable, "-m", "audio.graphs.build", "--kind", "choice", "--phrases"]
    if not (folder / "graph" / "HCLG.fst").is_file():
        command += ["--model", str(model_dir), "--out", str(folder)]
        subprocess.run(
            command, input="\n".join(phrases), text=True, check=True, cwd=ROOT, stdout=subprocess.DEVNULL
        )
    return folder


def phrases_of(kind: str) -> list[str]:
    """What the project's own files say about this kind."""
    return domain_phrases() if kind == "open" else service_choices() if kind == "choice" else []


def fingerprint(kind: str, phrases: Sequence[str], accent: Accent = PLAIN) -> str:
    """Of everything that decides what a graph becomes: phrases, lists, accent and the builder's source."""
    spoken = json.dumps([kind, *phrases, repr(accent)], ensure_ascii=False)
    digest = hashlib.sha256(spoken.encode())
    sources = [*Path(__file__).parent.glob("*.py"), *LISTS.glob("*.txt"), *LISTS.glob("*.tsv")]
    for path in (
        *sorted(sources),
        ROOT / "audio" / "acoustic" / "units.py",
        ROOT / "audio" / "acoustic" / "kaldi.py",
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _write_graph(
    kind: str, phrases: Sequence[str], model_dir: Path, folder: Path, background: int, accent: Accent
) -> None:
    from pywrapfst import convert

    from audio.graphs.compose import hclg
    from audio.graphs.kinds import grammar
    from audio.graphs.lexicon import Lexicon

    lexicon = Lexicon(accent)
    wanted = grammar(kind, lexicon, phrases, background)
    graph = hclg(lexicon, wanted.machine, wanted.filler, accent)
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    convert(graph, "const").write(str(folder / "HCLG.fst"))
    (folder / "words.txt").write_text(lexicon.table(), "utf-8")
    shutil.copy(model_dir / "phones" / "word_boundary.int", folder / "phones")


def _swap(part: Path, graph: Path) -> None:
    """Put `part` in the place of `graph`, a link: whoever opens it gets the old or the new, never none."""
    draft = graph.with_name(f".graph-{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(part.name, target_is_directory=True)
    if graph.is_dir() and not graph.is_symlink():
        graph.rename(graph.with_name(f"graph-before-{os.getpid()}"))  # made before graphs were links
    draft.replace(graph)
    for old in graph.parent.glob("graph-*"):
        if old.name != part.name:
            shutil.rmtree(old, ignore_errors=True)


def _link_acoustic(model_dir: Path, out_dir: Path) -> None:
    out_dir.mkdir(parents=True, exist_ok=True)
    for part in ("am", "conf"):
        link, target = out_dir / part, Path(os.path.relpath(model_dir.resolve() / part, out_dir.resolve()))
        if link.is_symlink() and link.readlink() == target:
            continue
        if link.is_symlink():
            link.unlink()
        elif link.exists():
            shutil.rmtree(link)
        link.symlink_to(target, target_is_directory=True)


def _rebuild_dialects(arguments: argparse.Namespace) -> None:
    """The dialects' models beside this one, each in a process of its own, so that none stays behind."""
    for folder in sorted(arguments.out.parent.glob(f"{arguments.out.name}-*")):
        dialect = folder.name.removeprefix(f"{arguments.out.name}-")
        if dialect in list_packs(arguments.packs):
            command = [sys.executable, "-m", "audio.graphs.build", "--out", str(folder), "--dialect", dialect]
            subprocess.run([*command, "--model", str(arguments.model)], check=True, cwd=ROOT)


def _accent(arguments: argparse.Namespace) -> Accent:
    if not arguments.dialect:
        return PLAIN
    pack = load_pack(arguments.dialect, arguments.packs)
    if arguments.bare:
        return accent_of(pack)
    return accent_of(pack, read_learned(arguments.learned or learned_folder(pack.id)))


def _sentence(built: Built) -> str:
    what = "built" if built.changed else "unchanged"
    return f"{built.kind}: {what} in {built.seconds:.1f} s, {built.graph_bytes / 1e6:.1f} MB"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=ACOUSTIC, help="folder with am/, conf/ and phones/")
    parser.add_argument("--kind", choices=KINDS, help="only this kind, straight into --out")
    parser.add_argument("--phrases", action="store_true", help="read the phrases from standard input")
    parser.add_argument("--background", type=int, default=BACKGROUND_WORDS, help="frequent words in `open`")
    parser.add_argument("--dialect", help="pack whose sounds, readings and words the graph gets")
    parser.add_argument("--packs", type=Path, default=FOLDER, help="folder of packs")
    parser.add_argument("--learned", type=Path, help="folder of what was learnt, instead of var/dialects/ID")
    parser.add_argument("--bare", action="store_true", help="the pack without what was learnt")
    parser.add_argument("--json", action="store_true", help="a JSON line for each graph")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

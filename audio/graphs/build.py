"""Model directories with decoding graphs: ``python -m audio.graphs.build --out var/models/xiangyin-small``.

Each kind of question gets a folder with ``am`` and ``conf`` linked to the acoustic model and a ``graph`` of
its own. What a graph was made from is kept as a fingerprint beside it; an unchanged one is not made again.
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
from collections.abc import Sequence
from pathlib import Path

from audio.graphs.phrases import LISTS, ROOT, domain_phrases, service_choices

ACOUSTIC = ROOT / "audio" / "models" / "xiangyin-small"
KINDS = ("open", "yes_no", "digits", "name", "date", "choice", "money", "place", "plate")
BACKGROUND_WORDS = 25_000
_FINGERPRINT = "fingerprint"


def main() -> None:
    """Command line: all kinds, or one with ``--kind`` and its phrases on standard input, one a line."""
    arguments = _arguments()
    if arguments.kind:
        phrases = sys.stdin.read().split() if arguments.phrases else _phrases(arguments.kind)
        build_graph(arguments.kind, phrases, arguments.model, arguments.out, arguments.background)
        return
    for kind in KINDS:
        begun = time.monotonic()
        made = build_graph(kind, _phrases(kind), arguments.model, arguments.out / kind)
        print(f"{kind}: {'built' if made else 'unchanged'} in {time.monotonic() - begun:.1f} s", flush=True)


def build_graph(
    kind: str, phrases: Sequence[str], model_dir: Path, out_dir: Path, background: int = BACKGROUND_WORDS
) -> bool:
    """A Vosk model directory for one kind of question; False when it was there already.

    ``phrases`` are sentences in characters (`open`) or the list to choose from (`choice`). Raises
    FileNotFoundError when ``model_dir`` has no acoustic model.
    """
    if not (model_dir / "am" / "final.mdl").is_file():
        raise FileNotFoundError(f"no acoustic model in {model_dir}")
    _link_acoustic(model_dir, out_dir)
    mark = _fingerprint(kind, [str(background), *phrases])
    written = out_dir / "graph" / _FINGERPRINT
    if (
        written.is_file()
        and written.read_text("utf-8") == mark
        and (out_dir / "graph" / "HCLG.fst").is_file()
    ):
        return False
    part = out_dir / f".graph-{os.getpid()}"
    _write_graph(kind, phrases, model_dir, part, background)
    (part / _FINGERPRINT).write_text(mark, "utf-8")
    shutil.rmtree(out_dir / "graph", ignore_errors=True)
    part.rename(out_dir / "graph")
    return True


def choice_model(phrases: Sequence[str], cache: Path, model_dir: Path = ACOUSTIC) -> Path:
    """Model directory under ``cache`` that hears one of these phrases, made in a process when it is new.

    Raises subprocess.CalledProcessError when building fails.
    """
    folder = cache / hashlib.sha256("\n".join(phrases).encode()).hexdigest()[:16]
    command = [sys.executable, "-m", "audio.graphs.build", "--kind", "choice", "--phrases"]
    if not (folder / "graph" / _FINGERPRINT).is_file():
        command += ["--model", str(model_dir), "--out", str(folder)]
        subprocess.run(command, input="\n".join(phrases), text=True, check=True, cwd=ROOT)
    return folder


def _write_graph(kind: str, phrases: Sequence[str], model_dir: Path, folder: Path, background: int) -> None:
    from pywrapfst import convert

    from audio.graphs.compose import hclg
    from audio.graphs.kinds import grammar
    from audio.graphs.lexicon import Lexicon

    lexicon = Lexicon()
    wanted = grammar(kind, lexicon, phrases, background)
    graph = hclg(lexicon, wanted.machine, wanted.filler)
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    convert(graph, "const").write(str(folder / "HCLG.fst"))
    (folder / "words.txt").write_text(lexicon.table(), "utf-8")
    shutil.copy(model_dir / "phones" / "word_boundary.int", folder / "phones")


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


def _phrases(kind: str) -> list[str]:
    return domain_phrases() if kind == "open" else service_choices() if kind == "choice" else []


def _fingerprint(kind: str, phrases: Sequence[str]) -> str:
    digest = hashlib.sha256(json.dumps([kind, *phrases], ensure_ascii=False).encode())
    sources = [*Path(__file__).parent.glob("*.py"), *LISTS.glob("*.txt")]
    for path in (
        *sorted(sources),
        ROOT / "audio" / "acoustic" / "units.py",
        ROOT / "audio" / "acoustic" / "kaldi.py",
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=ACOUSTIC, help="folder with am/, conf/ and phones/")
    parser.add_argument("--kind", choices=KINDS, help="only this kind, straight into --out")
    parser.add_argument("--phrases", action="store_true", help="read the phrases from standard input")
    parser.add_argument("--background", type=int, default=BACKGROUND_WORDS, help="frequent words in `open`")
    return parser.parse_args()


if __name__ == "__main__":
    main()

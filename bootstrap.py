"""Set up everything Xiangyin needs, from a fresh clone, and do nothing when it is already there.

Standard library only: it runs before any environment exists. Steps are a table (`steps()`): each has a
fingerprint over the files that it depends on; a step whose fingerprint is stamped in `var/stamps` is skipped,
so a second start costs a fraction of a second.

    python3.11 bootstrap.py [--tests] [--quiet]

`--tests` adds what only the test-suite needs (virtual sound card, browser).
"""

from __future__ import annotations

import argparse
import ctypes.util
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VAR = Path(os.environ.get("XIANGYIN_VAR", ROOT / "var"))
MAIN = VAR / "main" / "bin" / "python"
ENGINE = VAR / "engine" / "bin" / "python"

RUN_PACKAGES = ("python3.11-venv", "espeak-ng", "libespeak-ng1", "libportaudio2", "libasound2-plugins")
TEST_PACKAGES = ("pulseaudio", "pulseaudio-utils", "chromium", "fonts-noto-cjk", "sox")


class SetupError(RuntimeError):
    """A step cannot be done here; the message is one sentence with the line to run."""


@dataclass(frozen=True)
class Step:
    """One piece of set-up. `inputs` are files or folders whose content decides whether it is out of date."""

    name: str
    label: str
    run: Callable[[], None]
    inputs: tuple[Path, ...] = ()
    present: Callable[[], bool] = lambda: True


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="set up Xiangyin")
    parser.add_argument("--tests", action="store_true", help="also what only the tests need")
    parser.add_argument("--quiet", action="store_true", help="say nothing when there is nothing to do")
    options = parser.parse_args(argv)
    begun = time.monotonic()
    try:
        done = [step.label for step in steps(options.tests) if ensure(step)]
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    if done or not options.quiet:
        say(f"ready ({len(done)} step(s) done in {time.monotonic() - begun:.0f} s)")
    return 0


def steps(tests: bool) -> list[Step]:
    """All steps in order. Later steps may use what earlier ones made."""
    packages = RUN_PACKAGES + (TEST_PACKAGES if tests else ())
    phrasings = (ROOT / "knowledge" / "entries", ROOT / "knowledge" / "boundaries")
    services, packs = ROOT / "actions" / "services", ROOT / "dialects"
    sounds = (packs / "sounds.py", packs / "syllables.py", *sorted(packs.glob("*/sounds.tsv")))
    return [
        Step(
            "system" + ("-tests" if tests else ""),
            "Debian packages",
            lambda: install_packages(packages),
            present=lambda: not missing_packages(packages),
        ),
        Step(
            "main",
            "main environment (Python 3.11)",
            lambda: environment(MAIN, find_python311(), "main.lock"),
            inputs=(ROOT / "main.lock",),
            present=MAIN.exists,
        ),
        Step(
            "engine",
            "engine environment (Python 3.10, Rasa)",
            lambda: environment(ENGINE, find_python310(), "nlu/engine.lock"),
            inputs=(ROOT / "nlu" / "engine.lock",),
            present=ENGINE.exists,
        ),
        Step(
            "encoder",
            "sentence encoder",
            lambda: module("knowledge.encoder", "expand"),
            inputs=(ROOT / "knowledge" / "encoder",),
            present=lambda: (VAR / "models" / "encoder").exists(),
        ),
        Step(
            "index",
            "knowledge index",
            lambda: module("knowledge.index", "build"),
            inputs=(*phrasings, *sounds, ROOT / "knowledge" / "retrieval", ROOT / "knowledge" / "encoder"),
            present=lambda: (VAR / "knowledge" / "current").exists(),
        ),
        Step(
            "graphs",
            "speech decoding graphs",
            lambda: module("audio.graphs.build", "--out", str(VAR / "models" / "xiangyin-small")),
            inputs=(*phrasings, services, packs, ROOT / "audio" / "graphs", ROOT / "audio" / "models"),
            present=lambda: (VAR / "models" / "xiangyin-small").exists(),
        ),
        Step(
            "nlu",
            "dialogue training data",
            lambda: module("nlu.generate"),
            inputs=(*phrasings, services, packs, ROOT / "nlu"),
            present=lambda: (VAR / "nlu" / "domain.yml").exists(),
        ),
        Step(
            "rasa",
            "dialogue model (Rasa, some minutes)",
            train_engine,
            inputs=(
                VAR / "nlu",
                ROOT / "config.yml",
                ROOT / "nlu" / "components",
                ROOT / "nlu" / "engine.lock",
            ),
            present=lambda: (VAR / "engine-model" / "xiangyin.tar.gz").exists(),
        ),
    ]


def ensure(step: Step) -> bool:
    """Run the step unless its stamp is current. True when it was run."""
    stamp = VAR / "stamps" / step.name
    print_ = fingerprint(step.inputs)
    if step.present() and stamp.exists() and stamp.read_text() == print_:
        return False
    if not step.inputs and step.present():
        return False
    say(f"{step.label} …")
    begun = time.monotonic()
    step.run()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(fingerprint(step.inputs))
    say(f"{step.label}: {time.monotonic() - begun:.0f} s")
    return True


def fingerprint(paths: Iterable[Path]) -> str:
    """SHA-256 over names and contents of files; folders are walked, caches, hidden files and READMEs left out."""
    digest = hashlib.sha256()
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if "__pycache__" in file.parts or file.name.startswith((".", "README")) or not file.exists():
                continue
            digest.update(str(file.relative_to(path.parent)).encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def missing_packages(packages: Iterable[str]) -> list[str]:
    """Which of the Debian packages are not there; libraries are looked for by the loader, programs by name."""
    found: dict[str, Callable[[], object]] = {
        "python3.11-venv": lambda: can_import(find_python311(), "ensurepip"),
        "espeak-ng": lambda: shutil.which("espeak-ng"),
        "libespeak-ng1": lambda: ctypes.util.find_library("espeak-ng"),
        "libportaudio2": lambda: ctypes.util.find_library("portaudio"),
        "libasound2-plugins": lambda: list(Path("/usr/lib").glob("*/alsa-lib/libasound_module_pcm_pulse.so")),
        "pulseaudio": lambda: shutil.which("pulseaudio"),
        "pulseaudio-utils": lambda: shutil.which("pactl"),
        "chromium": lambda: shutil.which("chromium"),
        "fonts-noto-cjk": lambda: list(Path("/usr/share/fonts").rglob("NotoSansCJK-Regular.ttc")),
        "sox": lambda: shutil.which("sox"),
    }
    return [name for name in packages if not found[name]()]


def install_packages(packages: Iterable[str]) -> None:
    missing = missing_packages(packages)
    line = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if not shutil.which("apt-get"):
        say(f"not a Debian system; install by hand what these packages give: {' '.join(missing)}")
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and (
        not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode
    ):
        say(f"no right to install packages; what they give stays off until somebody runs:\n    sudo {line}")
        return
    environment_ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run([*sudo, "apt-get", "update", "-q"], environment_, quiet=True)
    run([*sudo, *line.split()], environment_, quiet=True)


def find_python311() -> str:
    """Never an environment's own link: the environment that it would make is the one that may be removed."""
    running = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    for candidate in (running, shutil.which("python3.11")):
        if candidate and version_of(candidate) == "3.11":
            return candidate
    raise SetupError("Python 3.11 is needed; run: apt-get install python3.11 python3.11-venv")


def find_python310() -> str:
    """DESIGN §2: $XIANGYIN_PYTHON310, python3.10 on the path, pyenv's versions, then uv where a network allows."""
    named = os.environ.get("XIANGYIN_PYTHON310")
    if named:
        if version_of(named) == "3.10":
            return named
        raise SetupError(f"XIANGYIN_PYTHON310={named} is no Python 3.10 interpreter; correct it, or unset it")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [shutil.which("python3.10"), *map(str, sorted(pyenv.glob("3.10*/bin/python"), reverse=True))]
    for candidate in candidates:
        if candidate and version_of(candidate) == "3.10":
            return candidate
    return python310_of_uv()


def python310_of_uv() -> str:
    """A Python 3.10 that uv fetches; uv itself comes by the main environment's pip (Debian's pip refuses, PEP 668)."""
    uv = shutil.which("uv") or str(MAIN.parent / "uv")
    try:
        if not shutil.which(uv):
            run([str(MAIN), "-m", "pip", "install", "--disable-pip-version-check", "uv"], quiet=True)
        run([uv, "python", "install", "3.10"])
        return subprocess.run(
            [uv, "python", "find", "3.10"], capture_output=True, text=True, check=True
        ).stdout.strip()
    except (SetupError, subprocess.CalledProcessError) as error:
        raise SetupError(
            f"Rasa needs a Python 3.10 interpreter, and none could be fetched: {error}\n"
            f"With a network, run: {MAIN} -m pip install uv && {uv} python install 3.10\n"
            "Without one, install Python 3.10 and set XIANGYIN_PYTHON310 to it."
        ) from error


def version_of(interpreter: str) -> str:
    """Such as "3.11"; empty for what cannot be run."""
    probe = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.run([interpreter, "-c", probe], capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def can_import(interpreter: str, name: str) -> bool:
    try:
        return subprocess.run([interpreter, "-c", f"import {name}"], capture_output=True).returncode == 0
    except OSError:
        return False


def environment(interpreter: Path, base: str, lock: str) -> None:
    """A virtual environment with exactly the packages of the lock file."""
    folder = interpreter.parent.parent
    if version_of(str(interpreter)) != version_of(base) or not can_import(str(interpreter), "pip"):
        shutil.rmtree(folder, ignore_errors=True)
        run([base, "-m", "venv", str(folder)], quiet=True)
    pip = [str(interpreter), "-m", "pip", "install", "--disable-pip-version-check", "-r", str(ROOT / lock)]
    pip_progress(pip, sum(1 for line in (ROOT / lock).read_text().splitlines() if line.strip()))


def pip_progress(command: list[str], expected: int) -> None:
    """Run pip and show how many of the expected packages it has reached."""
    log = VAR / "logs" / "pip.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    reached = 0
    with (
        log.open("w") as copy,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process,
    ):
        assert process.stdout is not None
        for text in process.stdout:
            copy.write(text)
            if text.startswith(("Collecting", "Requirement already")):
                reached += 1
                progress(f"packages {min(reached, expected)}/{expected}")
            elif text.startswith("Installing collected"):
                progress("unpacking …")
    progress("")
    if process.returncode:
        tail = "\n".join(log.read_text().splitlines()[-15:])
        raise SetupError(f"pip could not install the lock file (log: {log}):\n{tail}")


def train_engine() -> None:
    env = engine_environment()
    target = VAR / "engine-model"
    target.mkdir(parents=True, exist_ok=True)
    run(
        [
            str(ENGINE.parent / "rasa"),
            "train",
            "--config",
            "config.yml",
            "--domain",
            str(VAR / "nlu" / "domain.yml"),
            "--data",
            str(VAR / "nlu" / "data"),
            "--out",
            str(target),
            "--fixed-model-name",
            "xiangyin",
        ],
        env,
    )


def engine_environment() -> dict[str, str]:
    """Environment of every Rasa process: our components on the path, where `config.yml` finds its words,
    `nlu/environment.json` for the rest."""
    rasa = json.loads((ROOT / "nlu" / "environment.json").read_text("utf-8"))
    return {**os.environ, "PYTHONPATH": str(ROOT), "XIANGYIN_VAR": str(VAR), **rasa}


def module(name: str, *arguments: str) -> None:
    run(
        [str(MAIN), "-m", name, *arguments],
        {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"},
    )


def run(command: list[str], env: dict[str, str] | None = None, quiet: bool = False) -> None:
    result = subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=quiet)
    if result.returncode:
        tail = "\n".join(((result.stdout or "") + (result.stderr or "")).splitlines()[-12:])
        raise SetupError(f"this failed with {result.returncode}: {' '.join(command[:6])}\n{tail}")


def say(text: str) -> None:
    print(f"[set-up] {text}", file=sys.stderr, flush=True)


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="" if text else "\r", file=sys.stderr, flush=True)
    elif text and (text.endswith("0/" + text.rpartition("/")[2]) or "…" in text):
        print(f"[set-up]   {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""The set-up's decisions, with commands of our own instead of Pythons, pip and uv: nothing is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap
from bootstrap import ROOT, SetupError

pytestmark = pytest.mark.unit


def program(path: Path, body: str) -> Path:
    """A shell script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing but a shell: its own `var`, a path without Pythons and uv, no pyenv."""
    var = tmp_path / "var"
    monkeypatch.setattr(bootstrap, "VAR", var)
    monkeypatch.setattr(bootstrap, "MAIN", var / "main" / "bin" / "python")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    program(tmp_path / "bin" / "true", "")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.delenv("XIANGYIN_PYTHON310", raising=False)
    return tmp_path


def fake_base(folder: Path) -> Path:
    """A base interpreter whose `-m venv FOLDER` makes an environment with a pip that installs nothing."""
    made = '#!/bin/sh\\ncase "$*" in *sys.version*) echo 3.11;; esac\\n'
    return program(
        folder / "python3.11",
        'case "$*" in\n'
        "*sys.version*) echo 3.11;;\n"
        f'"-m venv"*) /bin/mkdir -p "$3/bin"; printf \'{made}\' > "$3/bin/python"; /bin/chmod +x "$3/bin/python";;\n'
        "esac",
    )


def test_an_environment_without_pip_is_made_again(bare: Path) -> None:
    """What an interrupted `python -m venv` leaves behind: bin/python runs, pip is missing."""
    (bare / "some.lock").write_text("a==1\n")
    broken = program(
        bare / "var" / "main" / "bin" / "python",
        'case "$*" in *sys.version*) echo 3.11;; *) exit 1;; esac',
    )
    bootstrap.environment(broken, str(fake_base(bare)), "some.lock")
    assert bootstrap.can_import(str(broken), "pip")


def test_an_environment_that_works_is_kept(bare: Path) -> None:
    (bare / "some.lock").write_text("a==1\n")
    base = fake_base(bare)
    bootstrap.environment(bootstrap.MAIN, str(base), "some.lock")
    kept = bootstrap.MAIN.parent / "kept"
    kept.touch()
    bootstrap.environment(bootstrap.MAIN, str(base), "some.lock")
    assert kept.exists()


def test_an_environment_that_cannot_be_made_says_why(bare: Path) -> None:
    base = program(
        bare / "base", 'case "$*" in *sys.version*) echo 3.11;; *) echo apt install python3.11-venv; exit 1;; esac'
    )
    with pytest.raises(SetupError, match="apt install python3"):
        bootstrap.environment(bootstrap.MAIN, str(base), "some.lock")


def test_debians_package_for_environments_is_asked_for_where_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "python3.11-venv" in bootstrap.RUN_PACKAGES
    python = program(tmp_path / "python", 'case "$*" in *ensurepip*) exit 1;; esac')
    monkeypatch.setattr(bootstrap, "find_python311", lambda: str(python))
    assert bootstrap.missing_packages(["python3.11-venv"]) == ["python3.11-venv"]
    program(python, "")
    assert bootstrap.missing_packages(["python3.11-venv"]) == []


def test_the_base_interpreter_is_no_link_of_an_environment() -> None:
    """The tests themselves run in an environment; removing it must not remove what makes it again."""
    found = bootstrap.find_python311()
    assert not Path(found).is_relative_to(sys.prefix) or sys.prefix == sys.base_prefix
    assert not Path(found).is_symlink()


def test_a_named_python_310_that_is_none_is_told(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("/nowhere/python3.10", str(program(bare / "python3.9", "echo 3.9"))):
        monkeypatch.setenv("XIANGYIN_PYTHON310", wrong)
        with pytest.raises(SetupError, match=f"XIANGYIN_PYTHON310={wrong}"):
            bootstrap.find_python310()


def test_uv_comes_by_the_main_environments_pip(bare: Path) -> None:
    found = program(bare / "python3.10", "echo 3.10")
    uv = bootstrap.MAIN.parent / "uv"
    ready = program(bare / "uv", f'case "$*" in "python find 3.10") echo {found};; esac')
    program(bootstrap.MAIN, f'case "$*" in "-m pip install "*" uv") /bin/cp {ready} {uv};; *) exit 1;; esac')
    assert bootstrap.find_python310() == str(found)


def test_without_a_network_the_line_to_run_is_one_that_debian_accepts(bare: Path) -> None:
    program(bootstrap.MAIN, "echo no network; exit 1")
    with pytest.raises(SetupError) as told:
        bootstrap.find_python310()
    assert "no network" in str(told.value)
    assert f"{bootstrap.MAIN} -m pip install uv" in str(told.value)


def test_a_readme_makes_no_step_out_of_date(tmp_path: Path) -> None:
    (tmp_path / "data.yml").write_text("a: 1")
    before = bootstrap.fingerprint([tmp_path])
    (tmp_path / "README.md").write_text("words for people")
    assert bootstrap.fingerprint([tmp_path]) == before
    (tmp_path / "data.yml").write_text("a: 2")
    assert bootstrap.fingerprint([tmp_path]) != before


def test_rasa_is_told_where_its_words_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap, "VAR", tmp_path)
    assert bootstrap.engine_environment()["XIANGYIN_VAR"] == str(tmp_path)


@pytest.mark.parametrize(("stamped", "started"), [(False, "path"), (True, "environment")])
def test_the_launcher_starts_from_a_finished_environment_only(
    tmp_path: Path, stamped: bool, started: str
) -> None:
    root = tmp_path / "root"
    launcher = root / "xiangyin"
    root.mkdir()
    shutil.copy(ROOT / "xiangyin", launcher)
    program(tmp_path / "bin" / "python3.11", "echo path; exit 1")
    program(root / "var" / "main" / "bin" / "python", "echo environment; exit 1")
    if stamped:
        (root / "var" / "stamps").mkdir()
        (root / "var" / "stamps" / "main").touch()
    environment = {"PATH": f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"}
    result = subprocess.run([str(launcher), "up"], env=environment, capture_output=True, text=True)
    assert result.returncode == 1 and result.stdout.split() == [started]


def test_a_pack_that_hears_other_sounds_alike_has_the_index_built_again() -> None:
    index = next(step for step in bootstrap.steps(tests=False) if step.name == "index")
    tables = set((ROOT / "dialects").glob("*/sounds.tsv"))
    assert len(tables) >= 9 and tables <= set(index.inputs)

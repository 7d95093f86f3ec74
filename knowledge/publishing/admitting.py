"""Which changes may go live: those after which lint finds no error that was not there before."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from knowledge.lint import lint
from knowledge.problems import NOT_YAML, Problem
from knowledge.publishing.tree import Files, with_item, write_tree
from knowledge.store import Store, load_store

Errors = Mapping[tuple[str, str], Problem]
"""Errors by file and message: a line that only moved is no new error."""


@dataclass(frozen=True)
class Admission:
    """The tree with all admitted changes, their items, and what is wrong with the others."""

    tree: dict[str, bytes]
    admitted: tuple[str, ...] = ()
    held: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)


def admit(
    live: Files, changed: Mapping[str, Files], errors_of: Callable[[Files], Errors] | None = None
) -> Admission:
    """Apply changes to the live tree; a broken one is held back and the others are not.

    All changes are tried at once, then by halves: one broken file among many costs a few checks, not many.
    """
    find = errors_of or errors
    return _admit(Admission(dict(live)), list(changed.items()), find(live), find)


def errors(tree: Files) -> Errors:
    """What lint calls an error in a tree (severity warning does not stop publishing)."""
    problems = _examined(tree, lambda store: lint(store))
    return {(p.file, p.message): p for p in problems if p.severity == "error"}


def unreadable(tree: Files) -> dict[str, list[Problem]]:
    """What cannot be read at all, by file."""
    found: dict[str, list[Problem]] = {}
    for problem in _examined(tree, lambda store: store.problems):
        found.setdefault(problem.file, []).append(problem)
    return found


def _examined(tree: Files, look: Callable[[Store], Iterable[Problem]]) -> list[Problem]:
    with tempfile.TemporaryDirectory(prefix="xiangyin-lint-") as folder:
        root = Path(folder)
        write_tree(root, {}, tree)
        try:
            return list(look(load_store(root)))
        except (KeyError, TypeError, AttributeError, ValueError, yaml.YAMLError) as error:
            return [_catalogue_problem(error)]


def _admit(
    so_far: Admission,
    changed: list[tuple[str, Files]],
    known: Errors,
    find: Callable[[Files], Errors],
) -> Admission:
    if not changed:
        return so_far
    tree = so_far.tree
    for item, files in changed:
        tree = with_item(tree, item, files)
    found = find(tree)
    new = tuple(sorted(problem for key, problem in found.items() if key not in known))
    if not new:
        return Admission(tree, (*so_far.admitted, *(item for item, _ in changed)), so_far.held)
    if len(changed) == 1:
        return Admission(so_far.tree, so_far.admitted, {**so_far.held, changed[0][0]: new})
    middle = len(changed) // 2
    first = _admit(so_far, changed[:middle], known, find)
    return _admit(first, changed[middle:], known, find)


def _catalogue_problem(error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    missing = f"缺“{error.args[0]}”这一项" if isinstance(error, KeyError) else NOT_YAML
    return Problem("catalogue", mark.line + 1 if mark else 0, f"目录读不了：{missing}")

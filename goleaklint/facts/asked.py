"""What the check of a package has looked at outside of it, so that its result can be kept while all that is as it was.

A stamp stands for the names, sizes and times of files, as git's index does: no file is opened for it.
"""

from __future__ import annotations

import os

from goleaklint.golang.discover import join, tidy
from goleaklint.store import digest

SOURCES, FILE, TREE = "sources", "file", "tree"
"""The sources of one directory, one file, every source of a module."""

_SKIPPED = frozenset({"vendor", "node_modules", "testdata"})
_MOST_FILES = 40_000

_asked: dict[tuple[str, str], str] = {}
_stamps: dict[tuple[str, str], str] = {}
_is_kept: list[bool] = [False]


def forget() -> None:
    """Before a new run: files may have changed since the last one."""
    _stamps.clear()


def begin(*, is_kept: bool = False) -> None:
    """Before the check of a package; nothing is remembered of one whose result is not kept."""
    _asked.clear()
    _is_kept[0] = is_kept


def note(kind: str, path: str) -> None:
    """Something is looked at: to be called before it is."""
    if _is_kept[0] and (kind, path) not in _asked:
        _asked[kind, path] = _stamp(kind, path)


def since_begin() -> list[tuple[str, str, str]]:
    """What was looked at since `begin`, sorted: kind, path, and the stamp of the state that was found."""
    return sorted((kind, path, stamp) for (kind, path), stamp in _asked.items())


def is_as_it_was(kind: str, path: str, stamp: str) -> bool:
    """Whether what was looked at is still in the state of that stamp."""
    return _stamp(kind, path) == stamp


def _stamp(kind: str, path: str) -> str:
    """Worked out once in a run."""
    found = _stamps.get((kind, path))
    if found is None:
        if kind == FILE:
            files = [path]
        elif kind == SOURCES:
            files = [join(path, name) for name in _names(path) if is_source(name)]
        else:
            files = [join(directory, name) for directory, names in directories(path) for name in names]
        state = "\n".join(f"{file} {_state(file)}" for file in files)
        found = _stamps[kind, path] = digest(state.encode("utf-8", "surrogateescape")).hex()
    return found


def _names(directory: str) -> list[str]:
    try:
        return sorted(os.listdir(directory))
    except OSError:
        return []


def _state(path: str) -> str:
    try:
        stat = os.stat(path)
    except OSError:
        return "none"
    return f"{stat.st_size} {stat.st_mtime_ns}"


def directories(root: str) -> list[tuple[str, list[str]]]:
    """The directories of a module that have sources, with their names; none of a tree that is too big."""
    found: list[tuple[str, list[str]]] = []
    count = 0
    for directory, below, names in os.walk(root):
        below[:] = sorted(name for name in below if name not in _SKIPPED and not name.startswith(("_", ".")))
        sources = sorted(name for name in names if is_source(name))
        count += len(sources)
        if count > _MOST_FILES:
            return []
        if sources:
            found.append((tidy(directory), sources))
    return found


def is_source(name: str) -> bool:
    """Whether a file of this name is Go that is built outside of tests."""
    return name.endswith(".go") and not name.endswith("_test.go") and not name.startswith(("_", "."))

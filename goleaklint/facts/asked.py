"""What the check of a package has looked at outside of it, so that its result can be kept while all that is as it was.

Whether something is as it was is told by the names, sizes and times of files, as git's index does; where these differ,
as in a fresh checkout, by what is in the files.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from goleaklint.golang.discover import join, tidy
from goleaklint.store import digest

SOURCES, FILE, TREE = "sources", "file", "tree"
"""The sources of one directory, one file, every source of a module."""

HEAD = 16_384
"""Bytes of a file in which its imports are looked for: all that is asked of a whole tree."""

_SKIPPED = frozenset({"vendor", "node_modules", "testdata"})
_MOST_FILES = 40_000


class Asked(NamedTuple):
    """Something that was looked at: `stamp` stands for the times and sizes of its files, `content` for their bytes."""

    kind: str
    path: str
    stamp: str
    content: str


_asked: dict[tuple[str, str], Asked] = {}
_stamps: dict[tuple[str, str], str] = {}
_contents: dict[tuple[str, str], str] = {}
_is_kept: list[bool] = [False]


def forget() -> None:
    """Before a new run: files may have changed since the last one."""
    _stamps.clear()
    _contents.clear()


def begin(*, is_kept: bool = False) -> None:
    """Before the check of a package; nothing is remembered of one whose result is not kept."""
    _asked.clear()
    _is_kept[0] = is_kept


def note(kind: str, path: str) -> None:
    """Something is looked at: to be called before it is."""
    if _is_kept[0] and (kind, path) not in _asked:
        _asked[kind, path] = _now(kind, path)


def since_begin() -> list[Asked]:
    """What was looked at since `begin`, sorted, as it was found."""
    return sorted(_asked.values())


def is_untouched(one: Asked) -> bool:
    """Whether no file of it has been written since."""
    return _stamp(one.kind, one.path) == one.stamp


def again(one: Asked) -> Asked | None:
    """What was looked at as it is now, None when something else is in it."""
    if is_untouched(one):
        return one
    return _now(one.kind, one.path) if _content(one.kind, one.path) == one.content else None


def _now(kind: str, path: str) -> Asked:
    return Asked(kind, path, _stamp(kind, path), _content(kind, path))


def _stamp(kind: str, path: str) -> str:
    """Worked out once in a run."""
    found = _stamps.get((kind, path))
    if found is None:
        state = "\n".join(f"{file} {_state(file)}" for file in _files(kind, path))
        found = _stamps[kind, path] = digest(state.encode("utf-8", "surrogateescape")).hex()
    return found


def _content(kind: str, path: str) -> str:
    """Worked out once in a run."""
    found = _contents.get((kind, path))
    if found is None:
        parts: list[bytes] = []
        for file in _files(kind, path):
            parts += [file.encode("utf-8", "surrogateescape"), _bytes(file, HEAD if kind == TREE else -1)]
        found = _contents[kind, path] = digest(*parts).hex()
    return found


def _files(kind: str, path: str) -> list[str]:
    if kind == FILE:
        return [path]
    if kind == SOURCES:
        return [join(path, name) for name in _names(path) if is_source(name)]
    return [join(directory, name) for directory, names in directories(path) for name in names]


def _bytes(path: str, most: int) -> bytes:
    if not os.path.isfile(path):
        return b"none"
    try:
        with open(path, "rb") as file:
            return b"file" + file.read(most)
    except OSError:
        return b"none"


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

"""Go modules: which go.mod governs a directory, the import path that follows from it, and the go.work around it.

A go.work file changes no import path: every module it names has its own go.mod, which tells its path and version.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

UNKNOWN_VERSION = (1, 99)  # no go.mod: taken for the newest language
DEFAULT_VERSION = (1, 16)  # a go.mod without a go line means this (go.dev/ref/mod#go-mod-file-go)

_MODULE = re.compile(r"^[ \t]*module[ \t]+(?:\"([^\"\n]+)\"|`([^`\n]+)`|([^\s\"`(]\S*))", re.MULTILINE)
_MODULE_BLOCK = re.compile(r"^[ \t]*module[ \t]*\(\s*[\"`]?([^\s\"`)]+)", re.MULTILINE)
_GO = re.compile(r"^[ \t]*go[ \t]+(\d+)\.(\d+)", re.MULTILINE)
_USE = re.compile(r"^[ \t]*use[ \t]+([^\s(]+)", re.MULTILINE)
_USE_BLOCK = re.compile(r"^[ \t]*use[ \t]*\(([^)]*)\)", re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*")

_MOST_WORK = 1_000_000


class Module(NamedTuple):
    """One go.mod: the absolute directory that holds it, its module path, its language version."""

    root: str
    path: str
    go_version: tuple[int, int]


def parse_go_mod(text: str, root: str) -> Module:
    """Only the two lines that matter; a go.mod without a module line has the path ""."""
    text = _COMMENT.sub("", text)
    named = _MODULE.search(text) or _MODULE_BLOCK.search(text)
    path = next(group for group in named.groups() if group) if named is not None else ""
    version = _GO.search(text)
    return Module(root, path, (int(version[1]), int(version[2])) if version is not None else DEFAULT_VERSION)


def parse_go_work(text: str) -> list[str]:
    """The directories that a go.work file uses, as it names them.

    >>> parse_go_work("go 1.25\\nuse ./a // first\\nuse (\\n\\t../b\\n)\\n")
    ['./a', '../b']
    """
    text = _COMMENT.sub("", text)
    blocks = [word for block in _USE_BLOCK.findall(text) for word in block.split()]
    return [word.strip('"`') for word in (*_USE.findall(text), *blocks)]


class Modules:
    """Remembers for every directory asked about which module it is in: each go.mod is read once."""

    def __init__(self) -> None:
        self._known: dict[str, Module | None] = {}

    def module(self, directory: str) -> Module | None:
        """The module of a directory: the nearest go.mod above it, so a nested module is one of its own."""
        here = os.path.abspath(directory or ".")
        passed: list[str] = []
        found: Module | None = None
        while True:
            if here in self._known:
                found = self._known[here]
                break
            passed.append(here)
            found = _read_go_mod(here)
            parent = os.path.dirname(here)
            if found is not None or parent == here:
                break
            here = parent
        for below in passed:
            self._known[below] = found
        return found

    def go_version(self, directory: str) -> tuple[int, int]:
        """The language version that the code of a directory is written in."""
        module = self.module(directory)
        return module.go_version if module is not None else UNKNOWN_VERSION

    def import_path(self, directory: str) -> str:
        """The import path of a directory's package.

        Packages of the standard library (`module std`) have no prefix; below `vendor/` stands the path itself. Outside
        of any module it is what follows `src/` (GOPATH), else the directory as given.
        """
        here = os.path.abspath(directory or ".").replace(os.sep, "/")
        module = self.module(directory)
        if module is None:
            return _path_without_module(directory, here)
        relative = os.path.relpath(here, module.root).replace(os.sep, "/")
        relative = "" if relative == "." else relative
        if module.path == "std":
            return relative or "std"
        _, vendor, vendored = f"/{relative}".rpartition("/vendor/")
        if vendor:
            return vendored
        return f"{module.path}/{relative}".strip("/")


def _path_without_module(directory: str, absolute: str) -> str:
    _, src, path = absolute.rpartition("/src/")
    if src:
        return path.rpartition("/vendor/")[2]
    given = os.path.normpath(directory or ".").replace(os.sep, "/")
    return os.path.basename(absolute) if given in (".", "..") else given.lstrip("/")


def _read_go_mod(directory: str) -> Module | None:
    try:
        with open(os.path.join(directory, "go.mod"), encoding="utf-8", errors="replace") as file:
            return parse_go_mod(file.read(), directory)
    except OSError:
        return None


def workspace(root: str) -> tuple[list[str], list[str]]:
    """The directories that the go.work above a module's directory uses, none when it does not use the module itself.

    Looked for as the go command does (go.dev/ref/mod#workspaces), up to the root of the repository. Also the paths that
    were looked at on the way, files or not.
    """
    here = own = os.path.abspath(root)
    looked: list[str] = []
    while True:
        looked.append(os.path.join(here, "go.work"))
        try:
            with open(looked[-1], encoding="utf-8", errors="replace") as file:
                named = parse_go_work(file.read(_MOST_WORK))
        except OSError:
            parent = os.path.dirname(here)
            if parent == here or os.path.exists(os.path.join(here, ".git")):
                return [], looked
            here = parent
            continue
        used = [os.path.normpath(os.path.join(here, name)) for name in named if name and not os.path.isabs(name)]
        return used if own in used else [], looked

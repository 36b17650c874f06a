"""The other packages of a module: found by their import path, read when a rule first has a reason to ask.

Nothing is read outside the directory of the go.mod, those that its `replace` lines name by a relative path, and those
that a go.work around it uses. What is known of a package depends on its files alone, never on what was asked before;
each process keeps the packages that it asked for last. What the check of one package has asked for is remembered by
`asked`.
"""

from __future__ import annotations

import os
import re
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection
from functools import cached_property
from typing import Any, Generic, TypeVar

from goleaklint.facts import asked
from goleaklint.facts.asked import HEAD, directories, is_source
from goleaklint.facts.package import PackageFacts
from goleaklint.facts.resolve import release
from goleaklint.golang.constraints import DEFAULT, Constraint
from goleaklint.golang.discover import join, tidy
from goleaklint.golang.modules import Modules, workspace
from goleaklint.golang.source import SourceFile, parse_file
from goleaklint.golang.units import Unit, number_inits

T = TypeVar("T")

_KEPT = 48
"""Directories whose sources a process keeps; one that is asked for again after that is read again."""
_MOST_BYTES = 3_000_000
"""Of Go in one package. More than that is generated, and says nothing about lifetimes."""
REPLACED = re.compile(
    r"^[ \t]*(?:replace[ \t]+)?(\S+)(?:[ \t]+v\S+)?[ \t]+=>[ \t]+(\.\.?(?:/\S*)?)(?=\s|$)", re.MULTILINE
)
"""`replace` lines that name a folder, alone or in a block (go.dev/ref/mod#go-mod-file-replace)."""


class Module:
    """One go.mod, with the way to its directory as the user spelled it."""

    def __init__(self, root: str, path: str, go_version: tuple[int, int]) -> None:
        self.root = root
        self.path = path
        self.go_version = go_version
        self._packages: dict[str, PackageFacts | None] = {}

    def holds(self, import_path: str) -> bool:
        """Whether a package of this import path can only be one of the module."""
        below = import_path == self.path or import_path.startswith(f"{self.path}/")
        return bool(self.path) and below and ".." not in import_path.split("/")

    def holder(self, import_path: str) -> Module | None:
        """The module that a package of this import path is in: this one, or one that its go.mod finds beside it."""
        return next((module for module in self._near if module.holds(import_path)), None)

    @cached_property
    def _near(self) -> list[Module]:
        """This module and those that a `replace` line or a go.work puts beside it: the most exact path first."""
        asked.note(asked.FILE, join(self.root, "go.mod"))
        try:
            text = _start_of(join(self.root, "go.mod"), _MOST_BYTES).decode("utf-8", "replace")
        except OSError:
            return [self]
        found = {self.path: self}
        for path, directory in REPLACED.findall(text):
            folder = tidy(os.path.join(self.root, directory))
            asked.note(asked.FILE, join(folder, "go.mod"))
            other = _module_in(folder)
            if other is not None and other.path == path:
                found.setdefault(path, other)
        beside, looked = workspace(self.root)
        for path in looked:
            asked.note(asked.FILE, path)
        for directory in beside:
            asked.note(asked.FILE, join(directory, "go.mod"))
            other = _module_in(directory if os.path.isabs(self.root) else tidy(os.path.relpath(directory)))
            if other is not None:
                found.setdefault(other.path, other)
        return sorted(found.values(), key=lambda module: (-len(module.path), module.path))

    def package(self, import_path: str) -> PackageFacts | None:
        """The declarations of a package, without its tests, as Linux on amd64 builds it; None when there is none."""
        if import_path not in self._packages:
            unit = self._unit(import_path) if self.holds(import_path) else None
            self._packages[import_path] = PackageFacts(unit) if unit is not None else None
        return self._packages[import_path]

    def release(self) -> None:
        """Lets go of what was worked out for its packages."""
        for facts in self._packages.values():
            if facts is not None:
                release(facts)
        self._packages.clear()

    def texts(self, import_path: str) -> dict[str, bytes]:
        """The source of a package's files without tests, by path: enough to see that it is not worth parsing."""
        if not self.holds(import_path):
            return {}
        directory = self._directory(import_path)
        asked.note(asked.SOURCES, directory)
        return _texts.of(directory, _bytes)

    def of_texts(self, import_path: str, work: Callable[[Collection[bytes]], T]) -> T:
        """What a function makes of the source of a package's files; each process works it out once."""
        texts = self.texts(import_path)
        found: _Kept[T] = _derived.setdefault(work, _Kept())
        return found.of(self._directory(import_path), lambda _: work(texts.values()))

    def _directory(self, import_path: str) -> str:
        below = import_path[len(self.path) :].strip("/")
        return join(self.root, below) if below else self.root

    def _unit(self, import_path: str) -> Unit | None:
        self.texts(import_path)
        return _units.of(self._directory(import_path), lambda _: self._read(import_path))

    def importers(self, import_path: str) -> tuple[str, ...]:
        """The import paths of the module's packages that import a package outside their tests, sorted."""
        asked.note(asked.TREE, self.root)
        return _importers.of(self.root, lambda _: self._read_importers()).get(import_path, ())

    def _read(self, import_path: str) -> Unit | None:
        by_package: dict[str, list[SourceFile]] = defaultdict(list)
        for path, data in self.texts(import_path).items():
            if b"\0" in data[:HEAD]:
                continue
            file = parse_file(path, data)
            if Constraint(os.path.basename(path), file.build, file.uses_cgo).allows(DEFAULT):
                by_package[file.package].append(file)
        if not by_package:
            return None
        name = max(sorted(by_package), key=lambda name: len(by_package[name]))  # broken code may hold several
        files = by_package[name]
        number_inits(files)
        return Unit(import_path, self.path, self.go_version, name, tuple(files), frozenset(), str(DEFAULT))

    def _read_importers(self) -> dict[str, tuple[str, ...]]:
        """For each package of the module those that import it: one look at the head of every file."""
        pattern = re.compile(rb"\"(" + re.escape(self.path.encode()) + rb"(?:/[^\"\s]*)?)\"")
        found: dict[str, set[str]] = defaultdict(set)
        for directory, names in directories(self.root):
            relative = os.path.relpath(directory, self.root).replace(os.sep, "/")
            here = self.path if relative == "." else f"{self.path}/{relative}"
            for name in names:
                try:
                    head = _start_of(join(directory, name), HEAD)
                except OSError:
                    continue
                for imported in set(pattern.findall(head)):
                    found[imported.decode("utf-8", "replace")].add(here)
        return {path: tuple(sorted(users - {path})) for path, users in found.items()}


def _bytes(directory: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    try:
        names = sorted(name for name in os.listdir(directory) if is_source(name))
        for name in names:
            path = join(directory, name)
            if os.path.isfile(path):
                found[path] = _start_of(path, _MOST_BYTES)
    except OSError:
        return {}
    return found if sum(map(len, found.values())) < _MOST_BYTES else {}


def _start_of(path: str, size: int) -> bytes:
    with open(path, "rb") as file:
        return file.read(size)


class _Kept(Generic[T]):
    """What files alone decide, by directory: shared by all packages that a process checks, the last ones asked for."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, T] = OrderedDict()

    def of(self, directory: str, read: Callable[[str], T]) -> T:
        if directory in self._found:
            self._found.move_to_end(directory)
        else:
            self._found[directory] = read(directory)
            if len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return self._found[directory]

    def clear(self) -> None:
        self._found.clear()


_modules: dict[str, Module | None] = {}
_texts: _Kept[dict[str, bytes]] = _Kept()
_units: _Kept[Unit | None] = _Kept()
_importers: _Kept[dict[str, tuple[str, ...]]] = _Kept()
_derived: dict[Any, _Kept[Any]] = {}


def forget() -> None:
    """Before a new run: files may have changed since the last one."""
    for kept in (_texts, _units, _importers):
        kept.clear()
    _derived.clear()
    begin()


def begin(*, is_kept: bool = False) -> None:
    """Before the check of a package: what was made of other packages for the one before it is not for this one."""
    for module in _modules.values():
        if module is not None:
            module.release()
    _modules.clear()
    asked.begin(is_kept=is_kept)


def module_of(facts: PackageFacts) -> Module | None:
    """The module of a package, None for code outside of any."""
    return _module_in(os.path.dirname(facts.unit.files[0].path) or ".")


def module_with(facts: PackageFacts, import_path: str) -> Module | None:
    """The module in view that holds a package of this import path, for the one who imports it."""
    own = module_of(facts)
    return own.holder(import_path) if own is not None else None


def _module_in(directory: str) -> Module | None:
    if directory not in _modules:
        _modules[directory] = _find(directory)
    return _modules[directory]


def _find(directory: str) -> Module | None:
    found = Modules().module(directory)
    if found is None or not found.path or found.path == "std":
        return None
    root = tidy(os.path.relpath(found.root) if not os.path.isabs(directory) else found.root)
    for other in _modules.values():
        if other is not None and other.root == root:
            return other
    return Module(root, found.path, found.go_version)

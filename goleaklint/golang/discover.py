"""From what the user names to the packages to read: no file is opened but go.mod and .gitignore."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from goleaklint.golang.ignoring import Ignoring, Options
from goleaklint.golang.modules import Modules
from goleaklint.golang.paths import join, tidy
from goleaklint.model import Diagnostic

__all__ = ["Discovery", "NoSuchPath", "Options", "PackageDir", "discover", "join", "tidy"]

# Reasons why a directory or file is not looked at; the go tool skips the first four as well (`go help packages`).
VENDOR, NODE_MODULES, TESTDATA, HIDDEN = "vendor", "node_modules", "testdata", "hidden"
TESTS, EXCLUDED, GITIGNORED = "tests", "excluded", "gitignored"
_BY_NAME = {"vendor": VENDOR, "node_modules": NODE_MODULES, "testdata": TESTDATA}


class NoSuchPath(FileNotFoundError):  # noqa: N818
    """The user named a path that does not exist."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"no such file or directory: {self.path}"


class PackageDir(msgspec.Struct, frozen=True, kw_only=True):
    """One directory with Go files. `files` are all that belong to it, `report` those whose findings are wanted.

    Paths are as the user gave them. `size` is the sum of the files' sizes, in bytes.
    """

    directory: str
    import_path: str
    module_path: str
    go_version: tuple[int, int]
    files: tuple[str, ...]
    report: tuple[str, ...]
    size: int


class Discovery(msgspec.Struct, frozen=True, kw_only=True):
    """`packages` in the order of their directories; `skipped` counts directories and files by the reason."""

    packages: list[PackageDir]
    skipped: dict[str, int]
    diagnostics: list[Diagnostic]


@dataclass
class _Directory:
    """A directory under discovery: its Go files with their sizes, and the wanted ones among them."""

    path: str
    files: dict[str, int]
    wanted: set[str] = field(default_factory=set)


def discover(paths: Sequence[str], options: Options) -> Discovery:
    """The packages below the directories and of the files that `paths` names. `dir/...` is `dir`.

    A file brings its whole package with it, for context. Raises NoSuchPath.
    """
    search = _Search(options)
    for path in paths:
        search.name(path)
    return search.result()


class _Search:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.ignoring = Ignoring(options)
        self.skipped: Counter[str] = Counter()
        self.diagnostics: set[Diagnostic] = set()
        self.found: dict[str, _Directory] = {}  # by absolute path, for `.` and `$PWD` are the same
        self.walked: set[str] = set()

    def name(self, given: str) -> None:
        """Take in one path of the command line."""
        path = tidy(given)
        if os.path.isdir(path):
            if self.options.force_exclude and self.ignoring.is_excluded(path, directory=True):
                self.skipped[EXCLUDED] += 1
            else:
                self._walk(path)
        elif not os.path.exists(path):
            raise NoSuchPath(given)
        elif not path.endswith(".go"):
            self._trouble(path, "not a Go file")
        else:
            self._name_file(path)

    def result(self) -> Discovery:
        """Everything found, in an order that no file system decides."""
        modules = Modules()
        directories = [found for found in self.found.values() if found.wanted]
        directories.sort(key=lambda found: found.path.split("/"))
        return Discovery(
            packages=[_package(found, modules) for found in directories],
            skipped=dict(sorted(self.skipped.items())),
            diagnostics=sorted(self.diagnostics),
        )

    def _trouble(self, path: str, message: str) -> None:
        self.diagnostics.add(Diagnostic(path=path, kind="unreadable", message=message))

    def _name_file(self, path: str) -> None:
        directory, base = os.path.split(path)
        reason = ""
        if base.endswith("_test.go") and not self.options.tests:
            reason = TESTS
        elif self.options.force_exclude and self.ignoring.is_excluded(path, directory=False):
            reason = EXCLUDED
        if reason:
            self.skipped[reason] += 1
            return
        found = self._directory(directory or ".")
        if found is not None:
            # A name that the go tool passes over (`_x.go`), or another spelling of the directory.
            path = join(found.path, base)
            found.files.setdefault(path, _size(path))
            found.wanted.add(path)

    def _walk(self, top: str) -> None:
        """Every directory below `top`, which itself is walked whatever its name."""
        self.ignoring.enter(top)
        waiting = [top]
        while waiting:
            path = waiting.pop()
            absolute = os.path.abspath(path)
            if absolute in self.walked:
                continue
            self.walked.add(absolute)
            entries = self._entries(path)
            self._want_files(path, entries)
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    below = join(path, entry.name)
                    reason = _reason_by_name(entry.name) or self.ignoring.reason(below, directory=True)
                    if reason:
                        self.skipped[reason] += 1
                    else:
                        waiting.append(below)

    def _want_files(self, path: str, entries: Iterable[os.DirEntry[str]]) -> None:
        names = [entry.name for entry in entries if entry.name.endswith(".go") and entry.is_file()]
        found = self._directory(path) if names else None
        for name in names:
            file = join(path, name)
            if name.endswith("_test.go") and not self.options.tests:
                self.skipped[TESTS] += 1
            elif name.startswith(("_", ".")):
                self.skipped[HIDDEN] += 1
            elif reason := self.ignoring.reason(file, directory=False):
                self.skipped[reason] += 1
            elif found is not None:
                found.wanted.add(join(found.path, name))

    def _directory(self, path: str) -> _Directory | None:
        """All Go files of a directory: files that are excluded from the report are still part of the package."""
        absolute = os.path.abspath(path)
        if absolute not in self.found:
            files: dict[str, int] = {}
            for entry in self._entries(path):
                name = entry.name
                if not name.endswith(".go") or name.startswith(("_", ".")) or not entry.is_file():
                    continue
                if self.options.tests or not name.endswith("_test.go"):
                    file = join(path, name)
                    files[file] = _size(file)
            self.found[absolute] = _Directory(path, files)
        return self.found[absolute]

    def _entries(self, path: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(path) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._trouble(path, error.strerror or "cannot be read")
            return []


def _package(found: _Directory, modules: Modules) -> PackageDir:
    module = modules.module(found.path)
    return PackageDir(
        directory=found.path,
        import_path=modules.import_path(found.path),
        module_path=module.path if module is not None else "",
        go_version=modules.go_version(found.path),
        files=tuple(sorted(found.files)),
        report=tuple(sorted(found.wanted)),
        size=sum(found.files.values()),
    )


def _reason_by_name(name: str) -> str:
    return HIDDEN if name.startswith(("_", ".")) else _BY_NAME.get(name, "")


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0

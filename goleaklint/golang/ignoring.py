"""Which paths the user does not want: `exclude` patterns of the configuration, and .gitignore files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


@dataclass(frozen=True)
class Options:
    """What decides which files are looked at. `exclude` holds gitignore patterns relative to the directory `base`."""

    exclude: tuple[str, ...] = ()
    base: str = "."
    force_exclude: bool = False  # `exclude` holds for paths that the user names, too: a hook names every file
    tests: bool = True
    gitignore: bool = True


class Ignoring:
    """Answers for the paths of one run; each .gitignore is read once."""

    def __init__(self, options: Options) -> None:
        self._base = os.path.abspath(options.base)
        self._exclude = _spec(list(options.exclude)) if options.exclude else None
        self._gitignore = options.gitignore
        self._known: dict[str, GitIgnoreSpec | None] = {}
        self._top = ""
        self._exclude_here = True

    def enter(self, top: str) -> None:
        """Begin to walk a directory that the user named: what ignores the directory itself is not asked any more.

        Who names `build/` wants it looked at, though `/build/` stands in the .gitignore above it.
        """
        absolute = os.path.abspath(top)
        self._exclude_here = not self._match_exclude(absolute, directory=True)
        self._top = _repository(absolute) or absolute
        if self._match_gitignore(absolute, directory=True):
            self._top = absolute

    def reason(self, path: str, *, directory: bool) -> str:
        """Why a path below the entered directory is not wanted, or ""."""
        absolute = os.path.abspath(path)
        if self._exclude_here and self._match_exclude(absolute, directory=directory):
            return "excluded"
        if self._match_gitignore(absolute, directory=directory):
            return "gitignored"
        return ""

    def is_excluded(self, path: str, *, directory: bool) -> bool:
        """Whether an `exclude` pattern holds for a path or for a directory above it."""
        return self._match_exclude(os.path.abspath(path), directory=directory)

    def _match_exclude(self, absolute: str, *, directory: bool) -> bool:
        if self._exclude is None:
            return False
        relative = _relative(absolute, self._base)
        return bool(relative) and self._exclude.match_file(relative + "/" * directory)

    def _match_gitignore(self, absolute: str, *, directory: bool) -> bool:
        """The .gitignore nearest to the path that says anything about it decides (gitignore(5))."""
        if not self._gitignore:
            return False
        above = os.path.dirname(absolute)
        while True:
            spec = self._spec_in(above)
            if spec is not None:
                verdict = spec.check_file(_relative(absolute, above) + "/" * directory).include
                if verdict is not None:
                    return verdict
            parent = os.path.dirname(above)
            if above in (self._top, parent):
                return False
            above = parent

    def _spec_in(self, directory: str) -> GitIgnoreSpec | None:
        if directory not in self._known:
            spec = None
            try:
                with open(os.path.join(directory, ".gitignore"), encoding="utf-8", errors="replace") as file:
                    spec = _spec(file.read().splitlines())
            except OSError:
                pass
            self._known[directory] = spec
        return self._known[directory]


def _spec(lines: list[str]) -> GitIgnoreSpec:
    """Patterns that pathspec refuses are left out: a broken line must not end the run."""
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec.from_lines([line for line in lines if _is_pattern(line)])


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


def _relative(absolute: str, base: str) -> str:
    """The path below `base` with `/`, or "" for one that is not below it."""
    prefix = base if base.endswith(os.sep) else base + os.sep
    return absolute[len(prefix) :].replace(os.sep, "/") if absolute.startswith(prefix) else ""


def _repository(directory: str) -> str:
    """The directory at or above this one that holds .git, or ""."""
    while True:
        if os.path.exists(os.path.join(directory, ".git")):
            return directory
        parent = os.path.dirname(directory)
        if parent == directory:
            return ""
        directory = parent

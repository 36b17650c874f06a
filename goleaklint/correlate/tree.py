"""The files of a checkout: those on the disk, or those of another revision, read from git without a checkout."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Protocol

from goleaklint.correlate.git import Git
from goleaklint.correlate.sourceless import is_foreign
from goleaklint.golang.paths import join, tidy


class Tree(Protocol):
    """Paths begin with the root as it was given, and use `/`."""

    def is_file(self, path: str) -> bool:
        """Whether there is such a file."""
        ...

    def is_dir(self, path: str) -> bool:
        """Whether there is such a directory."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None when it cannot be read."""
        ...

    def names(self, directory: str) -> list[str]:
        """The names of the files in a directory, sorted."""
        ...

    def walk(self) -> Iterator[tuple[str, list[str]]]:
        """Every directory with the names in it, without hidden, vendored and other foreign ones."""
        ...


class Disk:
    """What is on the disk below a directory."""

    def __init__(self, root: str) -> None:
        self.root = root

    def is_file(self, path: str) -> bool:
        """Whether there is such a file."""
        return os.path.isfile(path)

    def is_dir(self, path: str) -> bool:
        """Whether there is such a directory."""
        return os.path.isdir(path)

    def read(self, path: str) -> bytes | None:
        """The bytes of a regular file."""
        try:
            return Path(path).read_bytes() if os.path.isfile(path) else None
        except OSError:
            return None

    def names(self, directory: str) -> list[str]:
        """The names in a directory."""
        try:
            return sorted(os.listdir(directory))
        except OSError:
            return []

    def walk(self) -> Iterator[tuple[str, list[str]]]:
        """Every directory of the checkout."""
        for directory, below, names in os.walk(self.root):
            below[:] = sorted(name for name in below if not is_foreign(name))
            yield tidy(directory), names


class Revision:
    """The files of a commit."""

    def __init__(self, root: str, git: Git, commit: str) -> None:
        self.root = root
        self._git = git
        self._commit = commit

    @cached_property
    def _blobs(self) -> dict[str, str]:
        return {join(self.root, name): blob for name, blob in self._git.files(self._commit)}

    @cached_property
    def _directories(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {self.root: []}
        for path in self._blobs:
            directory, _, name = path.rpartition("/")
            directory = directory or ("/" if path.startswith("/") else ".")
            found.setdefault(directory, []).append(name)
        for directory in list(found):  # and those that hold directories alone
            above = directory
            while above not in (self.root, ".", "/"):
                above = above.rpartition("/")[0] or "."
                found.setdefault(above, [])
        return found

    def is_file(self, path: str) -> bool:
        """Whether the commit has such a file."""
        return path in self._blobs

    def is_dir(self, path: str) -> bool:
        """Whether the commit has such a directory."""
        return path in self._directories

    def read(self, path: str) -> bytes | None:
        """The bytes of a file as they were."""
        blob = self._blobs.get(path)
        return self._git.blob(blob) if blob is not None else None

    def names(self, directory: str) -> list[str]:
        """The names in a directory."""
        return sorted(self._directories.get(directory, ()))

    def walk(self) -> Iterator[tuple[str, list[str]]]:
        """Every directory of the commit below the root."""
        for directory in sorted(self._directories):
            below = os.path.relpath(directory, self.root).replace(os.sep, "/")
            if below == "." or not any(map(is_foreign, below.split("/"))):
                yield directory, self._directories[directory]

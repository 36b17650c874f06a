"""The bytes of a package's files."""

from __future__ import annotations

import os
from collections.abc import Mapping

from goleaklint.golang.discover import PackageDir
from goleaklint.model import Diagnostic

_BINARY_PREFIX = 8192  # bytes looked at for a NUL, as git does


Contents = tuple[dict[str, bytes], list[Diagnostic]]
"""The bytes of a package's files by path, and what is wrong with the others."""


def read(package: PackageDir, given: Mapping[str, bytes]) -> Contents:
    """The bytes by path, in the order of the paths, and what is wrong with the others. `given` stand in for files."""
    contents: dict[str, bytes] = {}
    diagnostics: list[Diagnostic] = []
    for path in sorted({*package.files, *package.report}):
        try:
            data = given[path] if path in given else _read_file(path)
        except OSError as error:
            message = (error.strerror or "cannot be read").lower()
            diagnostics.append(Diagnostic(path=path, kind="unreadable", message=message))
            continue
        if b"\0" in data[:_BINARY_PREFIX]:
            diagnostics.append(Diagnostic(path=path, kind="binary", message="holds a NUL byte, so it is not Go source"))
            continue
        contents[path] = data
    return contents, diagnostics


def _read_file(path: str) -> bytes:
    """Only regular files: a named pipe that is called `a.go` would hold up the run."""
    if not os.path.isfile(path) and os.path.exists(path):
        raise OSError(0, "not a regular file")
    with open(path, "rb") as file:
        return file.read()

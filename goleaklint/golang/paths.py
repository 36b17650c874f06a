"""Paths as the user gives them, with `/` on every system."""

from __future__ import annotations

import os


def tidy(path: str) -> str:
    """The path as given, with `/` on every system and without `./`, `//` and the `/...` of the go tool."""
    path = path.replace(os.sep, "/")
    if path == "..." or path.endswith("/..."):
        path = path[:-3] or "."
    return os.path.normpath(path).replace(os.sep, "/")


def join(directory: str, name: str) -> str:
    """A path below a directory, without `./`."""
    if directory == ".":
        return name
    return f"{directory}{name}" if directory.endswith("/") else f"{directory}/{name}"

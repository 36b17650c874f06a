"""What a Go binary says of its own build, read without Go (debug/buildinfo).

The linker writes a blob at a multiple of 16 bytes: a magic, flags, and since Go 1.18 two strings with their lengths:
the Go version, and between two marks of 16 bytes what `go version -m` prints.
"""

from __future__ import annotations

import mmap
import re
from typing import NamedTuple

_MAGIC = b"\xff Go buildinf:"
_ALIGN = 16
_INLINE = 2  # the flag for strings that stand in the blob itself
_HEADER = 32
_MARK = 16
_LONGEST = 1 << 24
_PSEUDO = re.compile(r"v\d+\.\d+\.\d+-(?:[\w.-]*\.)?\d{14}-([0-9a-f]{12})(?:\+.*)?")
_MAJOR = re.compile(r"v\d+")


class NoBuildInfoError(Exception):
    """Why a file has nothing to say."""


class BuildInfo(NamedTuple):
    """`module` and `version` are those of the main module, `settings` the `build` lines."""

    go: str
    module: str
    version: str
    settings: dict[str, str]

    @property
    def revision(self) -> str:
        """The commit that the binary was built from, "" when it does not say."""
        return self.settings.get("vcs.revision", "")

    @property
    def is_modified(self) -> bool:
        """Whether the checkout had changes that were not committed."""
        return self.settings.get("vcs.modified") == "true"

    def revisions(self) -> list[str]:
        """What git may know the source by, the surest first: the commit, or what the module's version says."""
        if self.revision:
            return [self.revision]
        pseudo = _PSEUDO.fullmatch(self.version)
        if pseudo is not None:
            return [pseudo[1]]
        tag = self.version.partition("+")[0]
        if not tag.startswith("v"):
            return []  # (devel), or nothing
        # A module below the repository's root has its directory in its tags: `server/v3.6.1` of x.com/y/server/v3.
        parts = [part for part in self.module.split("/")[1:] if not _MAJOR.fullmatch(part)]
        return [*("/".join([*parts[at:], tag]) for at in range(len(parts))), tag]


def read_build_info(path: str) -> BuildInfo:
    """Raises OSError, and NoBuildInfoError for what is no Go binary, or one of a Go before 1.18."""
    with open(path, "rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise NoBuildInfoError("the file is empty") from None
        with data:
            return _find(data)


def _find(data: mmap.mmap) -> BuildInfo:
    at = -1
    is_old = False
    while (at := data.find(_MAGIC, at + 1)) >= 0:
        if at % _ALIGN or at + _HEADER > len(data):
            continue  # a program that reads build information holds the magic, too
        if not data[at + 15] & _INLINE:
            is_old = True
            continue
        version, end = _string(data, at + _HEADER)
        text, _ = _string(data, end)
        if version.startswith((b"go", b"devel")):
            return _parse(version, text[_MARK:-_MARK])
    raise NoBuildInfoError(
        "it was built by a Go before 1.18" if is_old else "it is no Go binary, or was stripped of it"
    )


def _string(data: mmap.mmap, at: int) -> tuple[bytes, int]:
    length = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (data[at : at + length], at + length) if length < _LONGEST else (b"", at)
    return b"", at


def _parse(version: bytes, text: bytes) -> BuildInfo:
    module = number = ""
    settings: dict[str, str] = {}
    for line in text.decode("utf-8", "replace").split("\n"):
        word, _, rest = line.partition("\t")
        if word == "mod":
            module, number, *_ = [*rest.split("\t"), "", ""]
        elif word == "build":
            key, _, value = rest.partition("=")
            settings[key] = value.strip('"')
    return BuildInfo(version.decode("utf-8", "replace"), module, number, settings)

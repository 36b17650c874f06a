"""What the command line names: files, folders, `-` for standard input, http(s) URLs."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator

from goleaklint.capture.packed import CaptureError, Source

STDIN = "-"
_SCHEMES = ("http://", "https://")


def is_address(name: str) -> bool:
    return name.startswith(_SCHEMES)


def listed(names: Iterable[str]) -> Iterator[str]:
    """The names, once each; a folder gives the files in it, sorted, but hidden ones."""
    seen: set[str] = set()
    for name in names:
        inside = [name]
        if name != STDIN and not is_address(name) and "\0" not in name and os.path.isdir(name):
            with contextlib.suppress(OSError), os.scandir(name) as entries:  # opening it will say why
                inside = sorted(entry.path for entry in entries if entry.is_file() and entry.name[0] != ".") or inside
        for each in inside:
            if each not in seen:
                seen.add(each)
                yield each


@contextlib.contextmanager
def opened(name: str) -> Iterator[Source]:
    """Raises CaptureError, and what opening a file raises."""
    if name == STDIN:
        yield Source(sys.stdin.buffer)
    elif is_address(name):
        from goleaklint.capture import address

        with address.opened(address.profile_address(name)) as answer:
            yield Source(answer, bounded=True)
    else:
        with open(name, "rb") as stream:
            yield Source(stream)


__all__ = ["STDIN", "CaptureError", "is_address", "listed", "opened"]

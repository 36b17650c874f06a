"""Dumps made from a few words, for the tests of what is said of whole dumps."""

from __future__ import annotations

from goleaklint.dump.formats import read
from goleaklint.dump.goroutines import Dump


def goroutine(
    number: int,
    state: str,
    *frames: str,
    created_by: str = "example.com/app.Start",
    at: int = 10,
    line: int = 20,
) -> str:
    """One goroutine; a frame is a function's name, and its line is `line` and up. No creation when it is ""."""
    lines = [f"goroutine {number} [{state}]:"]
    for offset, frame in enumerate(frames):
        lines += [f"{frame}()", f"\t/src/app/app.go:{line + offset} +0x1d"]
    if created_by:
        lines += [f"created by {created_by} in goroutine 1", f"\t/src/app/app.go:{at} +0x1d"]
    return "\n".join(lines) + "\n"


def dump(*goroutines: str, path: str = "dump.txt", cause: str = "") -> Dump:
    """What is read of the goroutines."""
    return read((cause + "\n".join(goroutines)).encode(), path)


def many(count: int, state: str, *frames: str, first: int = 100, at: int = 10, line: int = 20) -> list[str]:
    """`count` goroutines that are stuck alike, numbered from `first`."""
    return [goroutine(first + offset, state, *frames, at=at, line=line) for offset in range(count)]

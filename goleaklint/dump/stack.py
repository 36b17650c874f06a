"""The lines of one stack, without what does not identify it, and their grammar.

The printers are in runtime/traceback.go: traceback2, printcreatedby1, printAncestorTraceback, printOneCgoTraceback.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from goleaklint.dump.goroutines import Ancestor, Frame, Stack

# The last `:` before digits: a file name may hold spaces, parentheses and colons, and need not end in .go.
_PLACE = re.compile(r"\s+(?P<file>.+):(?P<line>\d{1,9})(?: \+0x[0-9a-f]+)?(?: pc=0x[0-9a-f]+)?$")
# The same without the tab, which a log driver may have trimmed: only ever looked for behind a call.
_TRIMMED_PLACE = re.compile(r"(?P<file>\S.*):(?P<line>\d{1,9})(?: \+0x[0-9a-f]+)?$")
_C_PLACE = re.compile(r"\s+(?:.+ )?pc=0x[0-9a-f]+$")
_ELIDED = re.compile(r"\.\.\.(\d+|additional) frames elided\.\.\.$")
_UNAVAILABLE = "goroutine running on other thread; stack unavailable"
_CREATED = "created by "
_ANCESTOR = "[originating from"  # slim() takes the number
_FOREIGN = "non-Go function at pc="
_CALLED = re.compile(r"\S+\($")  # no blank: "--- FAIL: TestX (0.00s)" may stand right behind a stack

# What slim() leaves at the end of a call: the parenthesis that opens the arguments.
_CALL = "("


class BrokenError(Exception):
    """The lines are no whole stack: `line` is the index of the first that does not fit."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def slim(line: bytes) -> bytes:
    """The line without arguments, registers and goroutine numbers: equal stacks have equal slim lines.

    Arguments are never looked into (`0x0?` marks a value that may be stale: two equal stacks differ there).
    """
    if line[:1] in b"\t ":
        return line.partition(b" fp=")[0]
    if line[-1:] == b")":
        return line[: line.rfind(b"(") + 1]
    if line.startswith((b"created by ", b"[originating from ")):
        return line.partition(b" in goroutine ")[0].partition(b" goroutine ")[0]
    return line


def parse(lines: Sequence[str]) -> tuple[Stack, int]:
    """(stack, how many of the lines it took). Lines behind the stack are not part of it unless they look like one.

    Raises BrokenError for a stack with a line missing: it would become a wrong signature.
    """
    at, frames, elided, elided_at, unavailable = _frames(lines, 0)
    created_by, at = _creation(lines, at)
    ancestors: list[Ancestor] = []
    while at < len(lines) and lines[at].startswith(_ANCESTOR):
        ancestor, at = _ancestor(lines, at + 1)
        ancestors.append(ancestor)
    if any(map(_looks_like_stack, lines[at:])):
        raise BrokenError(at, "its function and file lines do not alternate")
    if not frames and created_by is None and not unavailable:
        raise BrokenError(at, "it has no frame that can be read")
    stack = Stack(
        frames=tuple(frames),
        created_by=created_by,
        elided=elided,
        elided_at=elided_at,
        ancestors=tuple(ancestors),
        unavailable=unavailable,
    )
    return stack, at


def _frames(lines: Sequence[str], at: int) -> tuple[int, list[Frame], int, int, bool]:
    frames: list[Frame] = []
    elided = elided_at = 0
    unavailable = False
    while at < len(lines):
        line = lines[at]
        if match := _ELIDED.match(line):
            elided = -1 if match[1] == "additional" else int(match[1])
            elided_at = len(frames)
            at += 1
        elif line.strip() == _UNAVAILABLE:
            unavailable = True
            at += 1
        elif line.startswith(_FOREIGN):
            frames.append(Frame("non-Go function", "", 0))
            at += 1
        elif line.startswith((_CREATED, _ANCESTOR)) or (frame := _frame(lines, at)) is None:
            break
        else:
            frames.append(frame)
            at += 2
    return at, frames, elided, elided_at, unavailable


def _frame(lines: Sequence[str], at: int) -> Frame | None:
    """The call on this line and the place on the next, or None."""
    name = lines[at]
    if at + 1 == len(lines) or name[:1].isspace() or not name:
        return None
    place = _PLACE.match(lines[at + 1]) or _TRIMMED_PLACE.match(lines[at + 1])
    if name.endswith(_CALL):
        return Frame(name[:-1], place["file"], int(place["line"])) if place else None
    if not _C_PLACE.match(lines[at + 1]):  # a C function has no arguments, and its place ends in pc=
        return None
    return Frame(name, place["file"], int(place["line"])) if place else Frame(name, "", 0)


def _creation(lines: Sequence[str], at: int) -> tuple[Frame | None, int]:
    if at + 1 >= len(lines) or not lines[at].startswith(_CREATED):
        return None, at
    place = _PLACE.match(lines[at + 1]) or _TRIMMED_PLACE.match(lines[at + 1])
    if not place:
        return None, at
    return Frame(lines[at].removeprefix(_CREATED), place["file"], int(place["line"])), at + 2


def _ancestor(lines: Sequence[str], at: int) -> tuple[Ancestor, int]:
    at, frames, *_ = _frames(lines, at)
    created_by, at = _creation(lines, at)
    return Ancestor(frames=tuple(frames), created_by=created_by), at


def _looks_like_stack(line: str) -> bool:
    if line.startswith((_CREATED, _ANCESTOR)):
        return True
    return any(shape.match(line) for shape in (_CALLED, _PLACE, _C_PLACE))

"""Which findings are new, by the lines that a diff changes.

A finding is new when one of its places is: the lines of its primary place, or the first line of a place that explains
it. Where lines were only taken away, the line before and the line after count as changed: what is taken away is often
the very thing that released a goroutine.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from goleaklint.model import Finding, Span

_HUNK = re.compile(rb"@@+(?P<old>(?: -\d+(?:,\d+)?)+) \+(?P<start>\d+)(?:,(?P<count>\d+))? @@+")
_QUOTED = re.compile(rb'\\([0-7]{3}|["\\abfnrtv])')
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_SUBMODULE = re.compile(
    rb"Submodule (?P<path>.+?) (?:(?P<untracked>contains untracked content)|.*\((?P<missing>commits not present)\)).*"
)

Lines = range


class PatchError(Exception):
    """A text that is no unified diff."""


class Patch(NamedTuple):
    """What a unified diff says: the changed lines of each file of the new side, by its name there.

    `untracked` are submodules that hold files which git does not track, `missing` those whose old commit is not here.
    """

    files: dict[str, list[Lines]]
    untracked: list[str]
    missing: list[str]


class Changes:
    """What is new. Keys of `lines` are real paths; all of a file in `whole`, or below it, is new."""

    def __init__(self, lines: dict[str, list[Lines]], whole: Iterable[str] = (), *, whole_files: bool = False) -> None:
        self._lines = lines
        self._whole = frozenset(whole)
        self._whole_files = whole_files
        self._real: dict[str, str] = {}

    def is_new(self, finding: Finding) -> bool:
        """Whether a place of the finding is on a changed line."""
        primary = finding.span
        if self._touches(primary, range(primary.line, primary.end_line + 1)):
            return True
        others = [*(place.span for place in finding.related), *(step.span for step in finding.flow)]
        return any(self._touches(span, range(span.line, span.line + 1)) for span in others)

    def _touches(self, span: Span, lines: Lines) -> bool:
        if span.path not in self._real:
            self._real[span.path] = os.path.realpath(span.path)
        path = self._real[span.path]
        changed = self._lines.get(path)
        if changed is not None and (
            self._whole_files or any(one.start < lines.stop and lines.start < one.stop for one in changed)
        ):
            return True
        return bool(self._whole) and any(name in self._whole for name in _and_parents(path))


def _and_parents(path: str) -> Iterator[str]:
    while True:
        yield path
        parent = os.path.dirname(path)
        if parent == path:
            return
        path = parent


def read(data: bytes) -> Patch:
    """The changes of a unified diff, of git or another program, also of a merge. Raises PatchError."""
    patch = Patch({}, [], [])
    lines = iter(data.split(b"\n"))
    name: str | None = None
    is_diff = not data.strip()
    for line in lines:
        if line.startswith(b"+++ "):
            name, is_diff = _name(line[4:]), True
        elif line.startswith((b"diff ", b"--- ")):
            name, is_diff = None, is_diff or line.startswith(b"diff ")
        elif line.startswith(b"Submodule "):
            is_diff = True
            if found := _SUBMODULE.fullmatch(line):
                (patch.untracked if found["untracked"] else patch.missing).append(os.fsdecode(found["path"]))
        elif hunk := _HUNK.match(line):
            changed = list(_changed(hunk, lines))
            if name is not None:
                patch.files.setdefault(name, []).extend(changed)
    if not is_diff:
        raise PatchError("not a unified diff")
    return patch


def _changed(hunk: re.Match[bytes], lines: Iterator[bytes]) -> Iterator[Lines]:
    """The changed lines of one hunk; it takes the hunk's lines, as many as its head announces, from `lines`."""
    old = [int(side.partition(b",")[2] or 1) for side in hunk["old"].split()]
    left = int(hunk["count"] or 1)
    number = int(hunk["start"]) + (not left)  # a side without lines names the line before
    first, removed = number, False
    while left > 0 or any(count > 0 for count in old):
        line = next(lines, None)
        if line is None:
            raise PatchError("not a unified diff: it ends within a hunk")
        if line.startswith(b"\\"):  # "\ No newline at end of file"
            continue
        marks = line[: len(old)]
        if b"-" in marks:
            removed = True
            old = [count - (marks[at : at + 1] == b"-") for at, count in enumerate(old)]
            continue
        old = [count - (marks[at : at + 1] != b"+") for at, count in enumerate(old)]
        left -= 1
        number += 1
        if b"+" not in marks:
            yield from _run(first, number - 1, removed)
            first, removed = number, False
    yield from _run(first, number, removed)


def _run(first: int, stop: int, removed: bool) -> Iterator[Lines]:
    if first < stop:
        yield range(first, stop)
    elif removed:
        yield range(max(first - 1, 1), first + 1)


def _name(text: bytes) -> str | None:
    """The path of a `+++` line, with its prefix; None for no file."""
    if text.startswith(b'"'):
        end = re.match(rb'"((?:[^"\\]|\\.)*)"', text)
        quoted = end[1] if end else text[1:]
        return os.fsdecode(_QUOTED.sub(_unquoted, quoted))
    path = text.partition(b"\t")[0].removesuffix(b"\r")  # a time, or nothing when the name has spaces
    return None if path == b"/dev/null" else os.fsdecode(path)


def _unquoted(match: re.Match[bytes]) -> bytes:
    value = match[1]
    return bytes([int(value, 8) & 255]) if len(value) == 3 else _LETTERS.get(value, value)


def resolved(
    patch: Patch, roots: Iterable[str], exists: Callable[[str], bool] = os.path.isfile
) -> dict[str, list[Lines]]:
    """The changed lines by real path. A name is looked for below each root: without its prefix, then as it is."""
    found: dict[str, list[Lines]] = {}
    for name, lines in patch.files.items():
        short = name.partition("/")[2]
        places = [os.path.join(root, one) for root in dict.fromkeys(roots) for one in (short, name) if one]
        place = next((place for place in places if exists(place)), None)
        if place is not None:
            found.setdefault(os.path.realpath(place), []).extend(lines)
    return found

"""Source excerpts: lines of one file with the places that matter underlined, and gaps between them.

A piece of output is a (text, style) pair; a style is one word that the format gives a colour to.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from goleaklint.model import Finding, Related, Role, Span
from goleaklint.report.sources import Sources, visible

TAB = 4
# A gap of this many lines or fewer between two places is shown: `...` would save nothing.
SHOWN_GAP = 2
LEAST_LABEL = 24

Piece = tuple[str, str]
Line = list[Piece]


class Mark(NamedTuple):
    """A place to underline, with what is said of it. The primary place is marked `^`, the others `-`."""

    span: Span
    text: str
    primary: bool
    style: str


# What is said of a place whose message is empty.
PHRASES = {
    Role.CREATION: "the goroutine starts here",
    Role.BLOCKS: "also blocks here",
    Role.EXIT: "leaves without releasing it",
    Role.MADE: "made here",
    Role.HELD: "the lock is taken here",
    Role.PARTNER: "should release it",
}


def marks(finding: Finding, related: Iterable[Related]) -> list[Mark]:
    """The primary place, whose message stands in the headline, and the related ones."""
    found = [Mark(finding.span, "", True, finding.severity)]
    for place in related:
        text = visible(place.message) or PHRASES[place.role]
        found.append(Mark(place.span, text, False, "exit" if place.role is Role.EXIT else "related"))
    return found


def cells(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    return sum(_cell(character) for character in text)


def _cell(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def excerpt(marks: Iterable[Mark], sources: Sources, *, gutter: int, width: int) -> Iterator[Line]:
    """The lines of one file that hold `marks`, in the file's order, each followed by its underlines."""
    ordered = sorted(marks, key=lambda mark: (mark.span[1:], not mark.primary))
    by_line: dict[int, list[Mark]] = {}
    for mark in ordered:
        by_line.setdefault(mark.span.line, []).append(mark)
    path = ordered[0].span.path
    numbers = list(_with_small_gaps(sorted(by_line)))
    shown = {number: _shown(sources.line(path, number)) for number in numbers}
    indent = min((len(text) - len(text.lstrip(" ")) for text in shown.values() if text.strip()), default=0)
    room = max(width - gutter - 3, 20)
    yield _row(gutter, "")
    previous = 0
    for number in numbers:
        if previous and number != previous + 1:
            yield [("...", "gutter")]
        previous = number
        text = shown[number][indent:]
        shift = _shift(by_line.get(number, []), sources, indent, room)
        yield _row(gutter, str(number), (_window(text, shift, room), ""))
        for mark in by_line.get(number, []):
            yield from _underline(mark, sources, gutter=gutter, indent=indent + shift, room=room)


def _with_small_gaps(numbers: list[int]) -> Iterator[int]:
    for index, number in enumerate(numbers):
        if index and number - numbers[index - 1] <= SHOWN_GAP + 1:
            yield from range(numbers[index - 1] + 1, number)
        yield number


def _shown(line: bytes) -> str:
    return visible(line.decode("utf-8", "replace").expandtabs(TAB).rstrip())


def _columns(span: Span, sources: Sources) -> tuple[int, int]:
    """Where the underline of a place begins and ends, in terminal columns from 0; of several lines, the first."""
    line = sources.line(span.path, span.line)
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    start_cell = _width_of(line[: span.column - 1])
    return start_cell, max(_width_of(line[:end]), start_cell + 1)


def _width_of(prefix: bytes) -> int:
    return cells(visible(prefix.decode("utf-8", "replace").expandtabs(TAB)))


def _shift(marks: list[Mark], sources: Sources, indent: int, room: int) -> int:
    """How far to move a line to the left so that its first mark can be seen."""
    start = min((_columns(mark.span, sources)[0] - indent for mark in marks), default=0)
    return max(start - room // 2, 0) if start > room * 3 // 4 else 0


def _window(text: str, shift: int, room: int) -> str:
    """The part of a line that fits, with `…` where it is cut."""
    if shift:
        text = "…" + _after(text, shift + 1)
    if cells(text) <= room:
        return text
    used, kept = 1, []
    for character in text:
        used += _cell(character)
        if used > room:
            break
        kept.append(character)
    return "".join(kept) + "…"


def _after(text: str, width: int) -> str:
    """`text` without its first `width` columns."""
    for index, character in enumerate(text):
        if width <= 0:
            return text[index:]
        width -= _cell(character)
    return ""


def _underline(mark: Mark, sources: Sources, *, gutter: int, indent: int, room: int) -> Iterator[Line]:
    start, end = (column - indent for column in _columns(mark.span, sources))
    start = max(min(start, room - 1), 0)
    end = max(min(end, room), start + 1)
    line = ("^" if mark.primary else "-") * (end - start)
    if not mark.text:
        yield _row(gutter, "", (" " * start, ""), (line, mark.style))
        return
    if room - end - 1 >= cells(mark.text):
        yield _row(gutter, "", (" " * start, ""), (f"{line} {mark.text}", mark.style))
        return
    yield _row(gutter, "", (" " * start, ""), (line, mark.style))
    left = max(min(start, room - LEAST_LABEL), 0)
    for part in textwrap.wrap(mark.text, max(room - left, LEAST_LABEL), break_on_hyphens=False):
        yield _row(gutter, "", (" " * left, ""), (part, mark.style))


def _row(gutter: int, number: str, *pieces: Piece) -> Line:
    edge = f"{number:>{gutter}} |"
    return [(edge if not pieces else edge + " ", "gutter"), *pieces]

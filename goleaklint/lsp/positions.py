"""Positions of the protocol and offsets of a text.

The protocol counts lines from 0, ends them with `\\r\\n`, `\\n` or `\\r`, and counts characters in units of the
encoding that client and server agree on (specification 3.17, "Position"). A span counts lines from 1, ends them with
`\\n` only, and counts bytes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from goleaklint.model import Span

_LINE_END = re.compile(rb"\r\n|\n|\r")
_UNIT = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
"""Bytes of one unit, by encoding."""


class Place(NamedTuple):
    """A range of the protocol: line and character from 0, the end is behind the last unit."""

    line: int
    character: int
    end_line: int
    end_character: int

    def touches(self, other: Place) -> bool:
        """Whether two ranges have a position in common; a cursor is an empty range."""
        return self[:2] <= other[2:] and other[:2] <= self[2:]


class Text:
    """The bytes of a file, in UTF-8, and the way between offsets and positions."""

    def __init__(self, data: bytes, encoding: str = "utf-16") -> None:
        self.data = data
        self.encoding = encoding
        ends = list(_LINE_END.finditer(data))
        self._starts = [0, *(match.end() for match in ends)]
        self._stops = [*(match.start() for match in ends), len(data)]
        self._rows: list[int] | None = None

    def place(self, span: Span) -> Place:
        """The range of a span; what lies outside of the text is moved to its edge."""
        return Place(
            *self.position(self.offset_of(span.line, span.column)),
            *self.position(self.offset_of(span.end_line, span.end_column)),
        )

    def offset_of(self, line: int, column: int) -> int:
        """The offset of a line and byte column, both from 1, of lines that end with `\\n` only."""
        if self._rows is None:
            self._rows = [0, *(match.end() for match in re.finditer(rb"\n", self.data))]
        row = self._rows[min(max(line, 1), len(self._rows)) - 1]
        return min(row + max(column, 1) - 1, len(self.data))

    def position(self, offset: int) -> tuple[int, int]:
        """The line and character of an offset."""
        line = bisect_right(self._starts, offset) - 1
        return line, self._units(self.data[self._starts[line] : min(offset, self._stops[line])])

    def offset(self, line: int, character: int) -> int:
        """The offset of a position; a character behind the end of its line is that end."""
        if line >= len(self._starts):
            return len(self.data)
        start, stop = self._starts[line], self._stops[line]
        raw = self.data[start:stop]
        if raw.isascii():
            return min(start + character, stop)
        units = 0
        for letter in raw.decode("utf-8", "replace"):
            if units >= character:
                break
            width = letter.encode("utf-8")
            units += self._units(width)
            start += len(width)
        return min(start, stop)

    def changed(self, place: Place, text: str) -> Text:
        """The text with another one in the place of a range."""
        start, stop = self.offset(*place[:2]), self.offset(*place[2:])
        return Text(self.data[:start] + encoded(text) + self.data[max(start, stop) :], self.encoding)

    def _units(self, raw: bytes) -> int:
        if raw.isascii() or self.encoding == "utf-8":
            return len(raw)
        text = raw.decode("utf-8", "replace")
        return len(text.encode(f"{self.encoding}-le")) // _UNIT[self.encoding]


def encoded(text: str) -> bytes:
    """What an editor holds, as bytes; half of a surrogate pair, which no file holds, becomes a question mark."""
    return text.encode("utf-8", "replace")

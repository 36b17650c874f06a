"""The lines of several sources that are mixed in one log, as whole records one after the other."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Hashable

_LINES, _BYTES = 1 << 12, 1 << 20  # of one record; a longer one is no goroutine
_CHANGES = 1 << 20
TITLES = (b"goroutine ", b"goroutineleak profile: total ")


def is_header(line: bytes) -> bool:
    """The first line of a goroutine or of a counted profile."""
    return line.startswith(TITLES) and (line.endswith(b"]:") or b" profile: total " in line)


class Numbers:
    """Which line of the input a line of the output was: kept where the distance changes, as long as that is seldom."""

    def __init__(self) -> None:
        self._lines = array("q", [1])
        self._distances = array("q", [0])
        self._next = 1

    def add(self, number: int, count: int = 1) -> None:
        """The next `count` lines of the output are those of the input from `number` on."""
        if number - self._next != self._distances[-1] and len(self._lines) <= _CHANGES:
            self._lines.append(self._next)
            self._distances.append(number - self._next)
        self._next += count

    def original(self, line: int) -> int:
        """The number in the input of a line of the output; 0, for no line, where that is not known."""
        at = bisect_right(self._lines, line) - 1
        return line + self._distances[at] if line > 0 and at < _CHANGES else 0


class _Source:
    """Lines of one record, until it is whole. `others`: lines that came between those of a dump."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: list[bytes] = []
        self.numbers: list[int] = []
        self.size = 0
        self.is_dump = False
        self.others = 0
        self._pending = 0
        self._time = 0

    def other(self, time: int) -> None:
        """One more line; `time` counts the lines of dumps that were seen."""
        self.settle(time)
        self._pending += 1

    def settle(self, time: int) -> None:
        """What was pending counts when a line of a dump has come since then."""
        if time != self._time:
            self.others += self._pending if self._time else 0
            self._pending, self._time = 0, time


class Apart:
    """Takes lines of any source, gives back whole records: what stands before a blank line or the next header.

    Lines of a source without a dump are `others` where they stand between lines of one.
    """

    def __init__(self) -> None:
        self.numbers = Numbers()
        self._sources: dict[Hashable, _Source] = {}
        self._left_out = _Source("")
        self._out: list[bytes] = []
        self._last: _Source | None = None
        self._time = 0

    def __contains__(self, key: Hashable) -> bool:
        return key in self._sources

    def introduce(self, key: Hashable, name: str) -> None:
        """A source, with the name to show; once, before its first line."""
        self._sources[key] = _Source(name)

    def add(self, key: Hashable, line: bytes, number: int) -> None:
        """One line, without its newline."""
        source = self._sources[key]
        begins = is_header(line)
        if begins:
            self._flush(source)
            source.is_dump = True
        if not source.is_dump:
            source.other(self._time)
        elif begins or line[:1] == b"\t":
            self._time += 1
        source.lines.append(line)
        source.numbers.append(number)
        source.size += len(line)
        if not line or len(source.lines) > _LINES or source.size > _BYTES:
            self._flush(source)

    def leave_out(self) -> None:
        """A line that is of no source that has a dump."""
        self._left_out.other(self._time)

    def through(self, key: Hashable, piece: bytes, number: int) -> None:
        """Whole lines that are all of one source. They follow what is held of it."""
        source = self._sources[key]
        self._flush(source)
        self._separate(source)
        source.is_dump = source.is_dump or any(title in piece for title in TITLES)
        self._time += source.is_dump
        self._out.append(piece.removesuffix(b"\n"))
        self.numbers.add(number, piece.count(b"\n"))

    def take(self) -> bytes:
        """What is whole by now."""
        out, self._out = self._out, []
        return b"\n".join(out) + b"\n" if out else b""

    def rest(self, cut: Hashable | None) -> bytes:
        """What is left at the end. `cut`: the source of a last line without a newline."""
        last = self._sources.get(cut)
        for source in self._sources.values():
            if source is not last:
                self._flush(source)
        if last is not None and last.lines:
            self._flush(last)
            return self.take()[:-1]
        return self.take()

    @property
    def others(self) -> int:
        """Lines of sources without a dump between those of dumps."""
        found = 0
        for source in (self._left_out, *self._sources.values()):
            if not source.is_dump:
                source.settle(self._time)
                found += source.others
        return found

    @property
    def dumps(self) -> list[str]:
        """The names of the sources with a dump."""
        return [each.name for each in self._sources.values() if each.is_dump]

    def _separate(self, source: _Source) -> None:
        """A blank line before another source, whose lines must not continue those of the last one."""
        if self._last is not None and self._last is not source and self._out[-1:] != [b""]:
            self._out.append(b"")
            self.numbers.add(0, 1)
        self._last = source

    def _flush(self, source: _Source) -> None:
        if not source.lines:
            return
        self._separate(source)
        self._out += source.lines
        first = source.numbers[0]
        if source.numbers[-1] - first == len(source.numbers) - 1:
            self.numbers.add(first, len(source.numbers))
        else:
            for number in source.numbers:
                self.numbers.add(number)
        source.lines, source.numbers, source.size = [], [], 0

"""Text dumps: `debug=2`, panics, fatal errors, SIGQUIT. One pass; each distinct header and stack is parsed once.

The text is split into lines and at blank lines. Only blocks that are not known yet, and those in which function and
file lines do not alternate (ancestors, C), are looked at line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from goleaklint.dump import stack as stacks
from goleaklint.dump.debug1 import CountReader
from goleaklint.dump.goroutines import Stack
from goleaklint.dump.known import DIGITS, LONGEST_TITLE, TITLE, Kinds, Known, Seen
from goleaklint.dump.notes import Notes
from goleaklint.dump.state import HEADER

_CAUSE = re.compile(rb"(?:panic: |fatal error: |SIG[A-Z]+: |unexpected fault address )")
_OFFSET = re.compile(rb"\+0x[0-9a-f]+(?: fp=\S+ sp=\S+ pc=0x[0-9a-f]+)?$")
_BEGUN = re.compile(rb"goroutine \d")
_PPROF_LIMIT = 64 << 20  # runtime/pprof.writeGoroutineStacks stops there, without a sign
# Without any blank line: bytes and lines at which it is split at a header, so as not to hold the whole file.
_LONGEST_BLOCK, _MOST_LINES = 8 << 20, 1 << 16


class TextReader:
    """Reads one text dump; `cause`, `counted` and `notes` are complete once `goroutines` is exhausted."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.counted = CountReader(notes)
        self.cause = ""
        self._found = False
        self._used = 0
        self._known = Known()

    def goroutines(self, pieces: Iterable[bytes]) -> Iterator[Seen]:
        """The goroutines in their order. Pieces end with whole lines; a missing last newline means a cut."""
        return chain.from_iterable(self._stretches(pieces))

    def _stretches(self, pieces: Iterable[bytes]) -> Iterator[Iterator[Seen]]:
        """The goroutines of one piece after the other."""
        line = 1  # the number of the first of `lines`, which begin behind a blank line
        size = held = 0
        lines: list[bytes] = []
        cut = False
        for piece in pieces:
            size += len(piece)
            held += len(piece)
            known = len(lines)
            lines += piece.split(b"\n")
            cut = lines[-1] != b""
            if not cut:
                lines.pop()
            yield self._blocks(lines, known, line)
            used = self._used
            if used:
                held = len(piece)
            elif held > _LONGEST_BLOCK or len(lines) > _MOST_LINES:
                used = _last_header(lines)
                yield self._block(lines[:used], line)
                held = sum(map(len, lines[used:]))
            line += used
            del lines[:used]
        yield self._block(lines, line, cut=cut)
        self.counted.finish()
        if size == _PPROF_LIMIT:
            self.notes.lost(0, "it is exactly 64 MiB, where debug=2 stops: there were more goroutines than these")

    def _blocks(self, lines: list[bytes], at: int, line: int) -> Iterator[Seen]:
        """The goroutines before the last blank line, which is looked for from `at` on; `_used` is where it ends.

        This loop is what reading a large dump costs: it makes no call of ours for a goroutine that is known.
        """
        candidates, startswith = self._known.short.get, bytes.startswith
        index, last = lines.index, len(lines)
        lines.append(b"")  # so that one is always found
        start, end = 0, index(b"", at)
        while end < last:
            name, _, state = lines[start].partition(b" [")
            places = lines[start + 2 : end : 2]
            for size, known_places, names, creator, kinds in candidates(lines[end - 1], ()):
                if (
                    size == end - start
                    and places == known_places
                    and all(map(startswith, calls := lines[start + 1 : end : 2], names))
                    and name.rstrip(DIGITS) == TITLE
                    and len(TITLE) < len(name) <= LONGEST_TITLE
                    and (kind := kinds[state]) is not None
                ):
                    yield kind, name, calls[-1][creator:]
                    break
            else:
                yield from self._rarely(lines[start:end], line + start)
            start = end + 1
            end = index(b"", start)
        lines.pop()
        self._used = start

    def _rarely(self, lines: list[bytes], line: int) -> Iterator[Seen]:
        if not lines:
            return
        seen = self._known.find(lines)
        if seen is None:
            yield from self._block(lines, line)
        else:
            yield seen

    def _block(self, lines: list[bytes], line: int, *, cut: bool = False) -> Iterator[Seen]:
        """What stands between two blank lines: usually one goroutine, or none, or several with junk around them."""
        starts = [at for at, text in enumerate(lines) if text.startswith(TITLE) and HEADER.match(text)]
        ends = [*starts, len(lines)]
        self._junk(self.counted.read(lines[: ends[0]], line, cut=cut and not starts), line)
        for start, end in pairwise(ends):
            last = cut and end == len(lines)
            goroutine = self._goroutine(lines[start:end], line + start, cut=last)
            if goroutine is not None:
                self._found = True
                yield goroutine
        if cut and lines and _BEGUN.match(lines[-1]) and not (starts and starts[-1] == len(lines) - 1):
            self.notes.lost(line + len(lines) - 1, "the input ends inside the header of a goroutine, which is left out")

    def _goroutine(self, lines: list[bytes], line: int, *, cut: bool) -> Seen | None:
        header = HEADER.match(lines[0])
        if header is None:
            return None
        number = int(header[1])
        slim = [stacks.slim(text) for text in lines[1:]]
        try:
            kinds = self._kinds(slim, lines)
        except stacks.BrokenError as broken:
            where = line + 1 + broken.line
            reason = "it is cut at the end of the input" if cut else broken.message
            self.notes.lost(where, f"goroutine {number} is left out: {reason}")
            return None
        if cut and not self._is_whole(lines, line, number, kinds.stack):
            return None
        kind = kinds[header[3][1:]]
        assert kind is not None  # HEADER has matched
        parent = next((text for text in lines if text.startswith(b"created by ")), b"").rpartition(b" in goroutine ")[2]
        return kind, TITLE + header[1], parent

    def _kinds(self, slim: list[bytes], lines: list[bytes]) -> Kinds:
        key = b"\n".join(slim)
        kinds = self._known.kinds(key)
        if kinds is None:
            stack, used = stacks.parse([text.decode("utf-8", "replace") for text in slim])
            if used != len(slim):
                return self._known.apart(stack)
            kinds = self._known.add(key, stack)
            self._known.remember(lines, kinds)
        return kinds

    def _is_whole(self, lines: list[bytes], line: int, number: int, stack: Stack) -> bool:
        """The last goroutine of an input that ends inside a line."""
        whole = _OFFSET.search(lines[-1]) is not None
        if not whole:
            self.notes.lost(line, f"goroutine {number} is left out: it is cut at the end of the input")
        elif stack.created_by is None:
            self.notes.lost(line, f"the input ends without a newline: goroutine {number} may have had more frames")
        return whole

    def _junk(self, lines: list[bytes], line: int) -> None:
        if not self._found and not self.cause:
            cause = next((text for text in lines if _CAUSE.match(text)), b"")
            self.cause = cause[:500].decode("utf-8", "replace")
        for at in range(len(lines) - 1):
            if lines[at].startswith(b"runtime stack:"):
                return
            if lines[at][-1:] == b")" and lines[at + 1][:1] == b"\t" and b":" in lines[at + 1]:
                self.notes.lost(line + at, "a stack without a header is left out")
                return


def _last_header(lines: list[bytes]) -> int:
    """Where the last goroutine begins, behind the first line; else the end of the lines."""
    return next((at for at in range(len(lines) - 1, 0, -1) if lines[at].startswith(TITLE)), len(lines))

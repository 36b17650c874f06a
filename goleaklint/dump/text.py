"""Text dumps: `debug=2`, panics, fatal errors, SIGQUIT. One pass; each distinct header and stack is parsed once.

A stack is known by its joined file lines, which hold `file:line +0xoffset` of every frame; that the function lines
begin with the names expected tells apart two closures on one line. Only blocks not seen before, and those in which
function and file lines do not alternate (elided frames, registers, ancestors, C), are looked at line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from goleaklint.dump import stack as stacks
from goleaklint.dump.debug1 import CountReader
from goleaklint.dump.goroutines import Goroutine, Stack, State
from goleaklint.dump.notes import Notes
from goleaklint.dump.state import HEADER, parse_state

_CAUSE = re.compile(rb"(?:panic: |fatal error: |SIG[A-Z]+: |unexpected fault address )")
_OFFSET = re.compile(rb"\+0x[0-9a-f]+(?: fp=\S+ sp=\S+ pc=0x[0-9a-f]+)?$")
_PPROF_LIMIT = 64 << 20  # runtime/pprof.writeGoroutineStacks stops there, without a sign
_LONGEST_BLOCK = 8 << 20  # no blank lines at all: split at headers, so as not to hold the whole file
_ELIDED_AT = 101  # behind the header and 50 frames (runtime/traceback.go, tracebackInnerFrames)
_MEMORY = 1 << 16  # labels can make every header a new one

_startswith = bytes.startswith


class TextReader:
    """Reads one text dump; `cause`, `counted` and `notes` are complete once `goroutines` is exhausted."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.counted = CountReader(notes)
        self.cause = ""
        self._found = False
        self._states: dict[bytes, State] = {}
        self._known: dict[bytes, list[tuple[Sequence[bytes], int, Stack]]] = {}
        self._slim: dict[bytes, Stack] = {}

    def goroutines(self, pieces: Iterable[bytes]) -> Iterator[Goroutine]:
        """The goroutines in their order. Pieces end with whole lines; a missing last newline means a cut."""
        line = 1
        size = 0
        rest = b""
        for piece in pieces:
            size += len(piece)
            blocks, rest = _blocks(rest + piece)
            for block in blocks:
                lines = block.split(b"\n")
                goroutine = self._fast(lines, line)
                if goroutine is None:
                    yield from self._block(lines, line)
                else:
                    yield goroutine
                line += len(lines) + 1
        cut = bool(rest) and not rest.endswith(b"\n")
        yield from self._block(rest.rstrip(b"\n").split(b"\n"), line, cut=cut)
        self.counted.finish()
        if size == _PPROF_LIMIT:
            self.notes.add(0, "it is exactly 64 MiB, where debug=2 stops: there were more goroutines than these")

    def _fast(self, lines: list[bytes], line: int) -> Goroutine | None:
        """The goroutine of a block that is one record with a known state and a known stack; else None."""
        header = lines[0]
        at = header.find(b" [")
        state = self._states.get(header[at:])
        if header[:10] != b"goroutine " or at < 0:
            return None
        if state is None:
            match = HEADER.match(header)
            if match is None:
                return None
            state = self._state(match[3])
        number, _, long = header[10:at].partition(b" ")
        calls, places, key = _halves(lines, long)
        if len(calls) != len(places):
            return None
        for names, creator, stack in self._known.get(key, ()):
            if all(map(_startswith, calls, names)):
                try:
                    return Goroutine(int(number), state, stack, int(calls[-1][creator:]) if creator else 0, line)
                except ValueError:
                    return None
        return None

    def _block(self, lines: list[bytes], line: int, *, cut: bool = False) -> Iterator[Goroutine]:
        """What stands between two blank lines: usually one goroutine, or none, or several with junk around them."""
        starts = [at for at, text in enumerate(lines) if text.startswith(b"goroutine ") and HEADER.match(text)]
        ends = [*starts, len(lines)]
        self._junk(self.counted.read(lines[: ends[0]], line, cut=cut and not starts), line)
        for start, end in pairwise(ends):
            last = cut and end == len(lines)
            goroutine = self._goroutine(lines[start:end], line + start, cut=last)
            if goroutine is not None:
                self._found = True
                yield goroutine

    def _goroutine(self, lines: list[bytes], line: int, *, cut: bool) -> Goroutine | None:
        header = HEADER.match(lines[0])
        if header is None:
            return None
        number = int(header[1])
        slim = [stacks.slim(text) for text in lines[1:]]
        key = b"\n".join(slim)
        stack = self._slim.get(key)
        try:
            if stack is None:
                stack, used = stacks.parse([text.decode("utf-8", "replace") for text in slim])
                if used == len(slim):
                    self._remember(key, lines, header[2], stack)
        except stacks.BrokenError as broken:
            where = line + 1 + broken.line
            reason = "it is cut at the end of the input" if cut else broken.message
            self.notes.add(where, f"goroutine {number} is left out: {reason}")
            return None
        if cut and not self._is_whole(lines, line, number, stack):
            return None
        parent = next((text for text in lines if text.startswith(b"created by ")), b"").rpartition(b" in goroutine ")[2]
        return Goroutine(number, self._state(header[3]), stack, _id(parent), line)

    def _state(self, text: bytes) -> State:
        key = b" " + text
        state = self._states.get(key)
        if state is None:
            if len(self._states) > _MEMORY:
                self._states.clear()
            state = self._states[key] = parse_state(text.decode("utf-8", "replace"))
        return state

    def _remember(self, key: bytes, lines: list[bytes], long: bytes, stack: Stack) -> None:
        if len(self._slim) > _MEMORY:
            self._slim.clear()
            self._known.clear()
        self._slim[key] = stack
        calls, places, known = _halves(lines, long)
        if stack.ancestors or len(calls) != len(places) or not all(place[:1] == b"\t" for place in places):
            return
        names = [stacks.slim(call) for call in calls]
        creator = 0
        if names[-1].startswith(b"created by ") and b" in goroutine " in calls[-1]:
            names[-1] += b" in goroutine "
            creator = len(names[-1])
        self._known.setdefault(known, []).append((names, creator, stack))

    def _is_whole(self, lines: list[bytes], line: int, number: int, stack: Stack) -> bool:
        """The last goroutine of an input that ends inside a line."""
        whole = _OFFSET.search(lines[-1]) is not None
        if not whole:
            self.notes.add(line, f"goroutine {number} is left out: it is cut at the end of the input")
        elif stack.created_by is None:
            self.notes.add(line, f"the input ends without a newline: goroutine {number} may have had more frames")
        return whole

    def _junk(self, lines: list[bytes], line: int) -> None:
        if not self._found and not self.cause:
            cause = next((text for text in lines if _CAUSE.match(text)), b"")
            self.cause = cause[:500].decode("utf-8", "replace")
        for at in range(len(lines) - 1):
            if lines[at].startswith(b"runtime stack:"):
                return
            if lines[at][-1:] == b")" and lines[at + 1][:1] == b"\t" and b":" in lines[at + 1]:
                self.notes.add(line + at, "a stack without a header is left out")
                return


def _halves(lines: list[bytes], long: bytes) -> tuple[list[bytes], list[bytes], bytes]:
    """The function lines, the file lines, and what a stack is known by: file lines without registers, and a gap."""
    elided = b""
    if len(lines) > _ELIDED_AT and lines[_ELIDED_AT][:3] == b"...":
        elided = lines[_ELIDED_AT]
        lines = lines[:_ELIDED_AT] + lines[_ELIDED_AT + 1 :]
    calls, places = lines[1::2], lines[2::2]
    if long:  # a header with gp= and m= goes with registers behind the offsets
        return calls, places, b"\n".join([place.partition(b" fp=")[0] for place in places]) + elided
    return calls, places, b"\n".join(places) + elided


def _blocks(data: bytes) -> tuple[list[bytes], bytes]:
    """What stands between blank lines, and the rest, whose end is not known yet."""
    blocks = data.split(b"\n\n")
    rest = blocks.pop()
    if len(rest) > _LONGEST_BLOCK:  # no blank lines at all, or no dump: do not hold the whole file
        early, header, tail = rest.rpartition(b"\ngoroutine ")
        if not header:
            early, _, tail = rest.rpartition(b"\n")
        blocks.append(early)
        rest = header[1:] + tail if len(tail) < _LONGEST_BLOCK else b""
    return blocks, rest


def _id(text: bytes) -> int:
    return int(text) if text.isdigit() and len(text) < 19 else 0

"""The memory of stacks that were seen before, by which a block of lines is known without being looked into.

A stack is known by its file lines, which hold `file:line +0xoffset` of every frame, and by the beginnings of its
function lines, which tell apart two closures on one line. Arguments, registers, and the numbers of goroutines differ
between equal stacks. What is compared is lists of lines: candidates are the stacks with the same last line, the
creation's.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple

from goleaklint.dump import stack as stacks
from goleaklint.dump.goroutines import Kind, Stack, State
from goleaklint.dump.state import parse_state

# A goroutine that was read: what it is like, `goroutine 18`, and the number behind "in goroutine" or nothing.
Seen = tuple[Kind, bytes, bytes]

DIGITS = b"0123456789"
TITLE = b"goroutine "
LONGEST_TITLE = len(TITLE) + 18

_ELIDED_AT = 101  # behind the header and 50 frames (runtime/traceback.go, tracebackInnerFrames)
_MEMORY = 1 << 16  # labels can make every header a new one
_CROWD = 8  # stacks with one last line that are compared one after the other; more are looked up
_NEVER = 1 << 30  # no call is as long: what stands behind it is nothing

_startswith = bytes.startswith


class Kinds(dict[bytes, Kind | None]):
    """The kinds of one stack by what stands behind ` [` in a header; None for what ends no header."""

    def __init__(self, stack: Stack, states: States) -> None:
        super().__init__()
        self.stack = stack
        self._states = states

    def __missing__(self, text: bytes) -> Kind | None:
        if len(text) < 3 or not text.endswith(b"]:"):
            return None
        if len(self) > _MEMORY:
            self.clear()
        kind = self[text] = Kind(self._states[text], self.stack)
        return kind


class States(dict[bytes, State]):
    """States by what stands behind ` [` in a header."""

    def __missing__(self, text: bytes) -> State:
        if len(self) > _MEMORY:
            self.clear()
        state = self[text] = parse_state("[" + text.decode("utf-8", "replace"))
        return state


class Shape(NamedTuple):
    """The lines of a stack in the short form: as many, header included, file lines, and how function lines begin.

    The number of the goroutine that created it stands at `creator` in the last function line.
    """

    size: int
    places: list[bytes]
    names: list[bytes]
    creator: int
    kinds: Kinds


class _LongShape(NamedTuple):
    """The lines of a stack with registers: how they all begin, and those that have none, which are equal."""

    size: int
    beginnings: list[bytes]
    exact: Callable[[list[bytes]], Any]
    texts: Any
    creator: int
    kinds: Kinds


class Known:
    """Stacks that were read, and the kinds of goroutines that have them."""

    def __init__(self) -> None:
        self.short: dict[bytes, list[Shape]] = {}  # by the last line; without elided frames
        self._long: dict[bytes, list[_LongShape]] = {}
        self._other: dict[bytes, list[tuple[list[bytes], int, Kinds]]] = {}  # by all file lines, joined
        self._slim: dict[bytes, Kinds] = {}
        self._states = States()

    def kinds(self, slim: bytes) -> Kinds | None:
        """Of the stack with these lines, without what does not identify it."""
        return self._slim.get(slim)

    def add(self, slim: bytes, stack: Stack) -> Kinds:
        """Keep a stack that is not known."""
        if len(self._slim) > _MEMORY:
            for memory in (self._slim, self.short, self._long, self._other):
                memory.clear()
        kinds = self._slim[slim] = Kinds(stack, self._states)
        return kinds

    def apart(self, stack: Stack) -> Kinds:
        """Of a stack with lines behind it that need not come again: it is not kept."""
        return Kinds(stack, self._states)

    def remember(self, lines: list[bytes], kinds: Kinds) -> None:
        """Know the blocks that are like this one, which are all its stack's."""
        lines, gap = _without_gap(lines)
        calls, places = lines[1::2], lines[2::2]
        if kinds.stack.ancestors or len(calls) != len(places) or not all(place[:1] == b"\t" for place in places):
            return
        names = [stacks.slim(call) for call in calls]
        creator = _NEVER
        if names[-1].startswith(b"created by ") and b" in goroutine " in calls[-1]:
            names[-1] += b" in goroutine "
            creator = len(names[-1])
        last = _without_registers(places[-1])
        is_long = b" gp=" in lines[0].partition(b" [")[0]
        if gap or len(self._neighbours(last)) >= _CROWD:
            self._other.setdefault(_key(places, gap, long=is_long), []).append((names, creator, kinds))
        elif is_long:
            self._long.setdefault(last, []).append(_long_shape(lines, names, creator, kinds))
        else:
            self.short.setdefault(last, []).append(Shape(len(lines), places, names, creator, kinds))

    def _neighbours(self, last: bytes) -> list[Any]:
        return [*self.short.get(last, ()), *self._long.get(last, ())]

    def find(self, lines: list[bytes]) -> Seen | None:
        """The goroutine of a block that is one record with a known stack, but for those that `short` tells."""
        name, _, state = lines[0].partition(b" [")
        number, _, registers = name[len(TITLE) :].partition(b" ")
        if not name.startswith(TITLE) or not number.isdigit() or len(number) > 18:
            return None
        if registers and not registers.startswith(b"gp="):
            return None
        lines, gap = _without_gap(lines)
        if registers and not gap:
            body = lines[1:]
            for size, beginnings, exact, texts, creator, kinds in self._long.get(_without_registers(lines[-1]), ()):
                if len(lines) == size and all(map(_startswith, body, beginnings)) and exact(body) == texts:
                    kind = kinds[state]
                    return None if kind is None else (kind, TITLE + number, body[-2][creator:])
        calls, places = lines[1::2], lines[2::2]
        if len(calls) != len(places):
            return None
        for names, creator, kinds in self._other.get(_key(places, gap, long=bool(registers)), ()):
            if all(map(_startswith, calls, names)):
                kind = kinds[state]
                return None if kind is None else (kind, TITLE + number, calls[-1][creator:])
        return None


def _long_shape(lines: list[bytes], names: list[bytes], creator: int, kinds: Kinds) -> _LongShape:
    body = lines[1:]
    beginnings, exact = list(body), []
    beginnings[::2] = names
    for at in range(1, len(body), 2):
        place, registers, _ = body[at].partition(b" fp=")
        beginnings[at] = place + registers
        if not registers:  # inlined, or the creation
            exact.append(at)
    compared = itemgetter(*exact) if exact else len
    return _LongShape(len(lines), beginnings, compared, compared(body), creator, kinds)


def _without_registers(place: bytes) -> bytes:
    return place.partition(b" fp=")[0]


def _without_gap(lines: list[bytes]) -> tuple[list[bytes], bytes]:
    """The lines without the one that stands for elided frames, and this one."""
    if len(lines) > _ELIDED_AT and lines[_ELIDED_AT][:3] == b"...":
        return lines[:_ELIDED_AT] + lines[_ELIDED_AT + 1 :], lines[_ELIDED_AT]
    return lines, b""


def _key(places: list[bytes], gap: bytes, *, long: bool) -> bytes:
    """`long`: a header with gp= and m= goes with registers behind the offsets."""
    return b"\n".join([place.partition(b" fp=")[0] for place in places] if long else places) + gap

"""Two or more dumps side by side: which groups appeared, grew, shrank and went.

Groups are joined over the dumps in three rounds, each for what the rounds before it left over: by wait reason,
functions and lines; by wait reason and functions (the lines moved: another build); without the numbers of function
literals as well (a literal was put in front of it). In the last two rounds several candidates pair up in the order of
their lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from enum import StrEnum
from itertools import pairwise

import msgspec

from goleaklint.dump.goroutines import Bucket, Dump, Frame, Verdict

_SHAPE = re.compile(r"\[.*\]")  # a profile has the full shape of type arguments, a text dump `[...]`
_NUMBER = re.compile(r"(?<=\.func)\d+(?:\.\d+)*|(?<=\.gowrap)\d+")


class Change(StrEnum):
    """From the first dump to the last; what a person looks at first stands first."""

    APPEARED = "appeared"
    GREW = "grew"
    SAME = "same"
    SHRANK = "shrank"
    WENT = "went"

    @property
    def rank(self) -> int:
        """0 for what is shown first."""
        return (Change.GREW, Change.APPEARED, Change.SHRANK, Change.WENT, Change.SAME).index(self)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One group over all dumps. `index` is that of the dump that `bucket`, the latest one, is of.

    `persisting` is how many goroutines, by id, are in the group in every dump; None where ids say nothing.
    """

    bucket: Bucket
    index: int
    counts: tuple[int, ...]
    moved: bool = False
    persisting: int | None = None

    @property
    def growth(self) -> int:
        """Goroutines in the last dump over those in the first."""
        return self.counts[-1] - self.counts[0]

    @property
    def slope(self) -> float:
        """Goroutines more per dump: the line of least squares through the counts."""
        middle = (len(self.counts) - 1) / 2
        mean = sum(self.counts) / len(self.counts)
        steps = sum((at - middle) ** 2 for at in range(len(self.counts)))
        return sum((at - middle) * (count - mean) for at, count in enumerate(self.counts)) / steps

    @property
    def change(self) -> Change:
        """What became of it."""
        if self.growth > 0:
            return Change.GREW if self.counts[0] else Change.APPEARED
        if self.growth < 0:
            return Change.SHRANK if self.counts[-1] else Change.WENT
        return Change.SAME

    @property
    def climbs(self) -> bool:
        """It grew from each dump to the next, over three or more."""
        return len(self.counts) > 2 and all(a < b for a, b in pairwise(self.counts))


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All groups of all dumps: what grew most first."""

    dumps: tuple[Dump, ...]
    rows: tuple[Row, ...]

    @property
    def growth(self) -> int:
        """Goroutines in the last dump over those in the first."""
        return self.dumps[-1].total - self.dumps[0].total


class _Line:
    """A group while it is followed from dump to dump."""

    def __init__(self, dumps: int) -> None:
        self.counts = [0] * dumps
        self.latest: Bucket
        self.index = 0
        self.moved = False

    def add(self, bucket: Bucket, at: int, *, moved: bool) -> None:
        self.counts[at] = bucket.count
        self.latest = bucket
        self.index = at
        self.moved = self.moved or moved

    def row(self) -> Row:
        return Row(bucket=self.latest, index=self.index, counts=tuple(self.counts), moved=self.moved)


def compare(dumps: Sequence[Dump]) -> Comparison:
    """Two or more dumps, the earliest first."""
    lines: list[_Line] = []
    for at, dump in enumerate(dumps):
        shown = [bucket for bucket in dump.buckets if bucket.verdict is not Verdict.NEVER]
        for bucket, joined, moved in _joined(lines, shown):
            line = joined if joined is not None else _Line(len(dumps))
            if joined is None:
                lines.append(line)
            line.add(bucket, at, moved=moved)
    rows = sorted((line.row() for line in lines), key=_order)
    return Comparison(dumps=tuple(dumps), rows=tuple(rows))


def _joined(lines: Sequence[_Line], buckets: Sequence[Bucket]) -> Iterator[tuple[Bucket, _Line | None, bool]]:
    """Each bucket with the line that it continues, None for a new one, and whether its lines of code moved."""
    free, left = list(lines), list(buckets)
    for key, moved in ((exact_key, False), (name_key, True), (loose_key, True)):
        waiting: dict[Hashable, list[_Line]] = {}
        for line in sorted(free, key=lambda each: _places(each.latest)):
            waiting.setdefault(key(line.latest), []).append(line)
        rest = []
        for bucket in sorted(left, key=_places):
            same = waiting.get(key(bucket))
            if not same:
                rest.append(bucket)
                continue
            line = same.pop(0)
            free.remove(line)
            yield bucket, line, moved
        left = rest
    yield from ((bucket, None, False) for bucket in left)


def exact_key(bucket: Bucket) -> Hashable:
    """Reason, functions and lines; not the directories, which differ between builds."""
    return (*_named(bucket, _unshaped), _places(bucket))


def name_key(bucket: Bucket) -> Hashable:
    """Reason and functions."""
    return _named(bucket, _unshaped)


def loose_key(bucket: Bucket) -> Hashable:
    """Reason and functions, without the numbers that function literals are counted with."""
    return _named(bucket, lambda function: _NUMBER.sub("", _unshaped(function)))


def _named(bucket: Bucket, spelled: Callable[[str], str]) -> tuple[Hashable, ...]:
    creator = bucket.stack.created_by
    functions = tuple(spelled(frame.function) for frame in bucket.stack.frames)
    return bucket.reason, bucket.durable, functions, spelled(creator.function) if creator is not None else ""


def _unshaped(function: str) -> str:
    return _SHAPE.sub("[...]", function) if "[" in function else function


def _places(bucket: Bucket) -> tuple[tuple[int, ...], int]:
    creator = bucket.stack.created_by
    return tuple(frame.line for frame in bucket.stack.frames), creator.line if creator is not None else 0


def _order(row: Row) -> tuple[int, int, int, int, str, tuple[Frame, ...]]:
    bucket = row.bucket
    return (
        row.change.rank,
        -abs(row.growth),
        bucket.verdict.rank,
        -max(row.counts),
        bucket.reason,
        bucket.stack.frames,
    )

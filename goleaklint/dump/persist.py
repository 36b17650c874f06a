"""Goroutines that are in every one of several dumps of one process, by id: what stays is what leaks.

Ids are unique in a process and never used again, and a goroutine's creation never changes: a dump that gives an id
another creation is of another process, and then ids say nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from goleaklint.dump.compare import Comparison, exact_key
from goleaklint.dump.goroutines import Bucket, Frame, Kind, Verdict
from goleaklint.dump.known import TITLE
from goleaklint.dump.layers import Layers
from goleaklint.dump.lines import Readable
from goleaklint.dump.notes import Notes
from goleaklint.dump.symbols import visible
from goleaklint.dump.text import TextReader


class Standing(NamedTuple):
    """Where a goroutine stands: what groups are told apart by, and its creation."""

    group: Hashable
    created_by: Frame | None


Census = dict[int, Standing]


def census(stream: Readable) -> Census:
    """Where each goroutine stands, by id; empty for what is no text dump, which has no ids."""
    reader = TextReader(Notes("-"))
    known: dict[Kind, Standing] = {}
    found: Census = {}
    for kind, title, _ in reader.goroutines(Layers(stream).pieces):
        standing = known.get(kind)
        if standing is None:
            state, stack = kind.state, kind.stack
            shown = msgspec.structs.replace(stack, frames=visible(stack.frames))
            bucket = Bucket(reason=state.reason, durable=state.durable, verdict=Verdict.POSSIBLE, count=1, stack=shown)
            standing = known[kind] = Standing(exact_key(bucket), stack.created_by)
        found[int(title[len(TITLE) :])] = standing
    return found


def with_persisting(comparison: Comparison, censuses: Sequence[Census]) -> Comparison:
    """The comparison with how many goroutines of each group are in it in every dump; as it is where ids do not tell."""
    if not is_one_process(censuses):
        return comparison
    everywhere = set(censuses[0]).intersection(*censuses[1:])
    staying: Counter[Hashable] = Counter()
    for number in everywhere:
        groups = {each[number].group for each in censuses}
        if len(groups) == 1:
            staying[groups.pop()] += 1
    rows = tuple(msgspec.structs.replace(row, persisting=staying[exact_key(row.bucket)]) for row in comparison.rows)
    return msgspec.structs.replace(comparison, rows=rows)


def is_one_process(censuses: Sequence[Census]) -> bool:
    """Whether each dump shares ids with the one before it, and no shared id has two creations."""
    for before, after in pairwise(censuses):
        shared = before.keys() & after.keys()
        if not shared or any(before[number].created_by != after[number].created_by for number in shared):
            return False
    return True

"""From goroutines to buckets: one per wait reason, stack and creation.

Arguments, offsets, minutes and parents are not part of what makes goroutines equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from goleaklint.dump.goroutines import Bucket, Frame, Kind, Labels, Minutes, Stack, State, Verdict
from goleaklint.dump.known import TITLE, Seen
from goleaklint.dump.symbols import visible
from goleaklint.dump.verdict import judge

_IDS = 10
_LABELS = 10
_STRONGEST = ("chan send", "chan receive", "select")  # of the candidates, first


class Signature(NamedTuple):
    """What goroutines of one bucket have in common."""

    reason: str
    durable: bool
    frames: tuple[Frame, ...]
    created_by: Frame | None
    root: Frame | None
    elided: bool


class Grouping:
    """Counts goroutines as they come; holds what is counted of each kind, never the goroutines."""

    def __init__(self) -> None:
        self.mains = 0  # goroutines with the number 1: more than one is more than one dump
        self._kinds: list[Kind] = []
        self._added: dict[tuple[int, int], Kind] = {}  # by identity: a kind keeps its state and stack alive

    @property
    def total(self) -> int:
        """Goroutines counted."""
        return sum(kind.count for kind in self._kinds)

    def count(self, goroutines: Iterable[Seen]) -> None:
        """Count goroutines of a text."""
        kinds, begins = self._kinds, len(TITLE)
        first = TITLE + b"1"
        for kind, title, parent in goroutines:
            count = kind.count = kind.count + 1
            if count <= _IDS:
                if count == 1:
                    kinds.append(kind)
                kind.ids.append(int(title[begins:]))
            kind.parents.add(parent)
            if title == first:
                self.mains += 1

    def add(self, state: State, stack: Stack, count: int) -> Kind:
        """Count goroutines of a profile, which have no ids and no parents. Equal ones that are shared are one kind."""
        key = (id(state), id(stack))
        kind = self._added.get(key)
        if kind is None:
            kind = self._added[key] = Kind(state, stack)
            self._kinds.append(kind)
        kind.count += count
        return kind

    def add_one(self, state: State, stack: Stack, number: int, parent: int) -> None:
        """Count the goroutine with this id of a profile that has them."""
        kind = self.add(state, stack, 1)
        if len(kind.ids) < _IDS:
            kind.ids.append(number)
        kind.parents.add(b"%d" % parent)

    def buckets(self, *, crashed: bool = False) -> tuple[Bucket, ...]:
        """By verdict, then the biggest first. `crashed`: the first goroutine is the one that ended the process."""
        merged: dict[Signature, list[Kind]] = {}
        for kind in self._kinds:
            merged.setdefault(_signature(kind.state, kind.stack), []).append(kind)
        buckets = [_bucket(signature, parts) for signature, parts in merged.items()]
        if crashed and buckets and buckets[0].reason == "running" and buckets[0].count == 1:
            buckets[0] = msgspec.structs.replace(buckets[0], verdict=Verdict.NEVER)
        return tuple(sorted(buckets, key=order))


def _signature(state: State, stack: Stack) -> Signature:
    return Signature(
        state.reason, state.durable, visible(stack.frames), stack.created_by, stack.root, stack.elided != 0
    )


def _bucket(signature: Signature, kinds: list[Kind]) -> Bucket:
    first = kinds[0].stack
    leaked = sum(kind.count for kind in kinds if kind.state.leaked)
    return Bucket(
        reason=signature.reason,
        durable=signature.durable,
        verdict=judge(signature.reason, first, leaked=leaked > 0, durable=signature.durable),
        count=sum(kind.count for kind in kinds),
        stack=msgspec.structs.replace(first, frames=signature.frames, elided_at=_elided_at(first)),
        leaked=leaked,
        locked=sum(kind.count for kind in kinds if kind.state.locked),
        minutes=_minutes(kinds),
        parents=len(set(map(_number, set().union(*(kind.parents for kind in kinds)))) - {0}),
        ids=tuple(number for kind in kinds for number in kind.ids)[:_IDS],
        labels=_labels(kinds),
    )


def _elided_at(stack: Stack) -> int:
    return len(visible(stack.frames[: stack.elided_at])) if stack.elided_at else 0


def _minutes(kinds: list[Kind]) -> Minutes | None:
    known = [(kind.state.minutes, kind.count) for kind in kinds if kind.state.minutes is not None]
    if not known:
        return None
    minutes = [each for each, _ in known]
    return Minutes(min(minutes), max(minutes), sum(count for _, count in known))


def _labels(kinds: list[Kind]) -> tuple[Labels, ...]:
    counts: Counter[tuple[tuple[str, str], ...]] = Counter()
    for kind in kinds:
        if kind.state.labels:
            counts[kind.state.labels] += kind.count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Labels(pairs, count) for pairs, count in ordered[:_LABELS])


def order(bucket: Bucket) -> tuple[int, int, int, int, str, tuple[Frame, ...]]:
    """By verdict, then the biggest, the longest wait, the strongest reason first."""
    most = bucket.minutes.most if bucket.minutes else 0
    strength = _STRONGEST.index(bucket.reason) if bucket.reason in _STRONGEST else len(_STRONGEST)
    return (bucket.verdict.rank, -bucket.count, -most, strength, bucket.reason, bucket.stack.frames)


def _number(text: bytes) -> int:
    return int(text) if text.isdigit() and len(text) < 20 else 0

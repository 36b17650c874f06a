"""From goroutines to buckets: one per wait reason, stack and creation.

Arguments, offsets, minutes and parents are not part of what makes goroutines equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from goleaklint.dump.goroutines import Bucket, Frame, Goroutine, Labels, Minutes, Stack, State, Verdict
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


class _Tally:
    """The goroutines with one state and one stack, counted without looking into either."""

    __slots__ = ("count", "ids", "parents", "stack", "state")

    def __init__(self, state: State, stack: Stack) -> None:
        self.state = state
        self.stack = stack
        self.count = 0
        self.ids: list[int] = []
        self.parents: set[int] = set()


class Grouping:
    """Counts goroutines as they come; holds one tally for each pair of state and stack, never the goroutines."""

    def __init__(self) -> None:
        self.total = 0
        self.mains = 0  # goroutines with the number 1: more than one is more than one dump
        self._tallies: dict[tuple[int, int], _Tally] = {}  # by identity: a tally keeps its state and stack alive

    def count(self, goroutines: Iterable[Goroutine]) -> None:
        """Count them all. Equal states and stacks that are shared, as the readers share them, are counted fast."""
        tallies = self._tallies
        for goroutine in goroutines:
            key = (id(goroutine.state), id(goroutine.stack))
            tally = tallies.get(key)
            if tally is None:
                tally = tallies[key] = _Tally(goroutine.state, goroutine.stack)
            tally.count += 1
            if tally.count <= _IDS:
                tally.ids.append(goroutine.id)
            tally.parents.add(goroutine.parent)
            self.total += 1
            self.mains += goroutine.id == 1

    def add(self, state: State, stack: Stack, count: int) -> None:
        """Count goroutines of a profile, which have no ids and no parents."""
        tally = self._tallies.setdefault((id(state), id(stack)), _Tally(state, stack))
        tally.count += count
        self.total += count

    def buckets(self, *, crashed: bool = False) -> tuple[Bucket, ...]:
        """By verdict, then the biggest first. `crashed`: the first goroutine is the one that ended the process."""
        merged: dict[Signature, list[_Tally]] = {}
        for tally in self._tallies.values():
            merged.setdefault(_signature(tally.state, tally.stack), []).append(tally)
        buckets = [_bucket(signature, parts) for signature, parts in merged.items()]
        if crashed and buckets and buckets[0].reason == "running" and buckets[0].count == 1:
            buckets[0] = msgspec.structs.replace(buckets[0], verdict=Verdict.NEVER)
        return tuple(sorted(buckets, key=_order))


def _signature(state: State, stack: Stack) -> Signature:
    return Signature(
        state.reason, state.durable, visible(stack.frames), stack.created_by, stack.root, stack.elided != 0
    )


def _bucket(signature: Signature, tallies: list[_Tally]) -> Bucket:
    first = tallies[0].stack
    leaked = sum(tally.count for tally in tallies if tally.state.leaked)
    return Bucket(
        reason=signature.reason,
        durable=signature.durable,
        verdict=judge(signature.reason, first, leaked=leaked > 0, durable=signature.durable),
        count=sum(tally.count for tally in tallies),
        stack=msgspec.structs.replace(first, frames=signature.frames, elided_at=_elided_at(first)),
        leaked=leaked,
        locked=sum(tally.count for tally in tallies if tally.state.locked),
        minutes=_minutes(tallies),
        parents=len(set().union(*(tally.parents for tally in tallies)) - {0}),
        ids=tuple(number for tally in tallies for number in tally.ids)[:_IDS],
        labels=_labels(tallies),
    )


def _elided_at(stack: Stack) -> int:
    return len(visible(stack.frames[: stack.elided_at])) if stack.elided_at else 0


def _minutes(tallies: list[_Tally]) -> Minutes | None:
    known = [(tally.state.minutes, tally.count) for tally in tallies if tally.state.minutes is not None]
    if not known:
        return None
    minutes = [each for each, _ in known]
    return Minutes(min(minutes), max(minutes), sum(count for _, count in known))


def _labels(tallies: list[_Tally]) -> tuple[Labels, ...]:
    counts: Counter[tuple[tuple[str, str], ...]] = Counter()
    for tally in tallies:
        if tally.state.labels:
            counts[tally.state.labels] += tally.count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Labels(pairs, count) for pairs, count in ordered[:_LABELS])


def _order(bucket: Bucket) -> tuple[int, int, int, int, str, tuple[Frame, ...]]:
    most = bucket.minutes.most if bucket.minutes else 0
    strength = _STRONGEST.index(bucket.reason) if bucket.reason in _STRONGEST else len(_STRONGEST)
    return (bucket.verdict.rank, -bucket.count, -most, strength, bucket.reason, bucket.stack.frames)

"""Two sides of dumps joined group by group: what grew, what shrank.

Groups are the same when reason, stack and creation are. What is left over is joined by names alone, for lines and paths
differ between two builds: the groups of one name in their order, the rest of the base with the last of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from goleaklint.dump.account import Account, Group
from goleaklint.dump.goroutines import Bucket, Verdict


class Pair(NamedTuple):
    """A group of the new side, or one that is gone, with its goroutines on both sides."""

    group: Group
    now: int
    before: int


def pairs(base: Iterable[Account], new: Iterable[Account]) -> list[Pair]:
    """Every group of either side once; those of the new side first, in their order."""
    before, after = _sums(base), _sums(new)
    joined: dict[object, int] = {key: before.pop(key)[1] if key in before else 0 for key in after}
    partners: dict[object, list[object]] = {}
    for key, (group, _) in after.items():
        if not joined[key]:
            partners.setdefault(_names(group.bucket), []).append(key)
    gone: list[Pair] = []
    taken: dict[object, int] = {}
    for group, count in before.values():
        names = _names(group.bucket)
        keys = partners.get(names)
        if not keys:
            gone.append(Pair(group, 0, count))
            continue
        at = taken.get(names, 0)
        joined[keys[min(at, len(keys) - 1)]] += count
        taken[names] = at + 1
    return [Pair(group, count, joined[key]) for key, (group, count) in after.items()] + gone


def _sums(accounts: Iterable[Account]) -> dict[object, tuple[Group, int]]:
    sums: dict[object, tuple[Group, int]] = {}
    for account in accounts:
        for group in account.groups:
            if group.bucket.verdict is Verdict.NEVER:
                continue
            key = _exactly(group.bucket)
            first, count = sums.get(key, (group, 0))
            sums[key] = first, count + group.bucket.count
    return sums


def _exactly(bucket: Bucket) -> object:
    return bucket.reason, bucket.durable, bucket.stack.frames, bucket.stack.created_by


def _names(bucket: Bucket) -> object:
    creator = bucket.stack.created_by
    called: Sequence[str] = tuple(frame.function for frame in bucket.stack.frames)
    return bucket.reason, bucket.durable, called, creator and creator.function

"""Limits that a dump, or a comparison of dumps, must keep: what a regression test in CI fails on.

growth      no group of the last dump may have more than N goroutines over what it had in the first
goroutines  no more than N goroutines in a dump
share       no more than P percent of a dump's goroutines may be blocked (verdicts leak and candidate)
wait        no blocked goroutine may have waited for more than N minutes

Groups of goroutines that the runtime needs for itself are never counted by `growth`, `share` and `wait`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from goleaklint.dump.goroutines import Bucket, Dump
from goleaklint.dump.health import blocked, oldest

if TYPE_CHECKING:
    from goleaklint.dump.compare import Comparison


class Gates(msgspec.Struct, frozen=True, kw_only=True):
    """The limits; None where there is none."""

    growth: int | None = None
    goroutines: int | None = None
    share: float | None = None
    wait: int | None = None


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """A gate that did not hold: the value in a dump over its limit, and the group that stands for it, if one does.

    `dump` is the number of the dump, from 0; `before` the count that a group which grew had in the first dump.
    """

    gate: str
    limit: float
    value: float
    dump: int
    bucket: Bucket | None = None
    before: int = 0


def breaches(dump: Dump, gates: Gates, index: int = 0) -> Iterator[Breach]:
    """The gates that one dump breaks."""
    stuck = blocked(dump)
    if gates.goroutines is not None and dump.total > gates.goroutines:
        yield Breach(gate="max-goroutines", limit=gates.goroutines, value=dump.total, dump=index, bucket=_biggest(dump))
    share = 100 * sum(bucket.count for bucket in stuck) / dump.total if dump.total else 0.0
    if gates.share is not None and share > gates.share:
        most = max(stuck, key=lambda bucket: bucket.count, default=None)
        yield Breach(gate="max-blocked-share", limit=gates.share, value=round(share, 1), dump=index, bucket=most)
    if gates.wait is None:
        return
    for bucket in oldest(dump):
        if bucket.minutes is not None and bucket.minutes.most > gates.wait:
            yield Breach(gate="max-wait", limit=gates.wait, value=bucket.minutes.most, dump=index, bucket=bucket)


def breaches_of_series(comparison: Comparison, gates: Gates) -> Iterator[Breach]:
    """The gates that a comparison breaks: growth from the first dump to the last, and all others in the last."""
    last = len(comparison.dumps) - 1
    for row in comparison.rows:
        if gates.growth is not None and row.growth > gates.growth:
            yield Breach(
                gate="fail-on-growth",
                limit=gates.growth,
                value=row.growth,
                dump=last,
                bucket=row.bucket,
                before=row.counts[0],
            )
    yield from breaches(comparison.dumps[last], gates, last)


def _biggest(dump: Dump) -> Bucket | None:
    return max(dump.buckets, key=lambda bucket: bucket.count, default=None)

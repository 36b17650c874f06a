"""The health of a process at a glance, from one dump: counts, shares, what waits longest, and one clear condition.

The rule, the first line that holds:

leaking      the runtime says that all goroutines are asleep, or there are goroutines that nothing can wake
suspicious   more than `suspicious_above` goroutines, and growing: the waits of one group of leak candidates reach from
             less than half of the longest to `long_wait` minutes or more, so they came one after the other
watch        `healthy_below` goroutines or more; or sends or locks that have waited for `long_wait` minutes or more, or
             ten or more goroutines that wait at one send or lock
healthy      all else
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

import msgspec

from goleaklint.dump.goroutines import Bucket, Dump, Verdict
from goleaklint.dump.patterns import PATTERNS, Holder, Pattern, likely_holder, pattern_of, waits_for_lock

_BLOCKED = frozenset({Verdict.LEAK, Verdict.CANDIDATE})
_OLDEST = 3
_CROWD = 10
_ASLEEP = "fatal error: all goroutines are asleep"


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of goroutines and minutes at which the condition changes."""

    healthy_below: int = 500
    suspicious_above: int = 5000
    long_wait: int = 10


class Condition(StrEnum):
    """How a process is, the best first."""

    HEALTHY = "healthy"
    WATCH = "watch"
    SUSPICIOUS = "suspicious"
    LEAKING = "leaking"


class Reason(NamedTuple):
    """How many goroutines show one wait reason with one verdict."""

    reason: str
    verdict: Verdict
    goroutines: int


class Seen(NamedTuple):
    """A classic pattern, the buckets that show it, biggest first, and the likely holder of the lock of the first."""

    pattern: Pattern
    buckets: tuple[Bucket, ...]
    holder: Holder | None

    @property
    def goroutines(self) -> int:
        """Over all of its buckets."""
        return sum(bucket.count for bucket in self.buckets)


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What one dump says of its process. `blocked` goroutines wait on a channel, a lock or a group, main excepted."""

    total: int
    blocked: int
    condition: Condition
    because: str
    reasons: tuple[Reason, ...] = ()
    oldest: tuple[Bucket, ...] = ()
    seen: tuple[Seen, ...] = ()

    @property
    def share(self) -> float:
        """The blocked ones in percent of all."""
        return 100 * self.blocked / self.total if self.total else 0.0


def health(dump: Dump, thresholds: Thresholds | None = None) -> Health:
    """The health of the process that wrote a dump."""
    limits = thresholds or Thresholds()
    condition, because = _condition(dump, limits)
    return Health(
        total=dump.total,
        blocked=sum(bucket.count for bucket in blocked(dump)),
        condition=condition,
        because=because,
        reasons=tuple(_reasons(dump)),
        oldest=tuple(oldest(dump)[:_OLDEST]),
        seen=tuple(_seen(dump)),
    )


def blocked(dump: Dump) -> list[Bucket]:
    """The buckets whose goroutines wait on something that other goroutines must do: leaks and candidates."""
    return [bucket for bucket in dump.buckets if bucket.verdict in _BLOCKED]


def oldest(dump: Dump) -> list[Bucket]:
    """The blocked buckets of which the dump says for how long, the longest first."""
    timed = [(bucket.minutes.most, bucket) for bucket in blocked(dump) if bucket.minutes is not None]
    return [bucket for _, bucket in sorted(timed, key=lambda each: -each[0])]


def _condition(dump: Dump, limits: Thresholds) -> tuple[Condition, str]:
    if dump.cause.startswith(_ASLEEP):
        return Condition.LEAKING, "the runtime says that all goroutines are asleep"
    lost = sum(bucket.count for bucket in dump.buckets if bucket.verdict is Verdict.LEAK)
    if lost:
        return Condition.LEAKING, f"nothing can wake {_count(lost)}"
    if dump.leaks_only and not dump.total:
        return Condition.HEALTHY, "no leaked goroutines: the garbage collector found none"
    if dump.total > limits.suspicious_above:
        above = f"{_count(dump.total)}, more than {limits.suspicious_above}"
        growing = next(_growing(blocked(dump), limits), None)
        if growing is not None:
            return Condition.SUSPICIOUS, f"{above}, and growing: {growing}"
        return Condition.WATCH, f"{above}; compare with a later dump to see whether they grow"
    if dump.total >= limits.healthy_below:
        return Condition.WATCH, f"{_count(dump.total)}, not below {limits.healthy_below}"
    stale = next((bucket for bucket in oldest(dump) if _should_be_short(bucket)), None)
    if stale is not None and stale.minutes is not None and stale.minutes.most >= limits.long_wait:
        return Condition.WATCH, f"{_count(stale.count)} [{stale.reason}] for up to {_minutes(stale.minutes.most)}"
    crowd = max(filter(_should_be_short, blocked(dump)), key=lambda bucket: bucket.count, default=None)
    if crowd is not None and crowd.count >= _CROWD:
        return Condition.WATCH, f"{_count(crowd.count)} [{crowd.reason}] at one place"
    return Condition.HEALTHY, f"{_count(dump.total)}, below {limits.healthy_below}, and none that nothing can wake"


def _should_be_short(bucket: Bucket) -> bool:
    """A receive may well wait for hours; a send or a lock may not."""
    return bucket.reason == "chan send" or waits_for_lock(bucket)


def _growing(buckets: Iterable[Bucket], limits: Thresholds) -> Iterator[str]:
    """Waits of all lengths in one group: its goroutines came one after the other and none has left."""
    for bucket in buckets:
        if bucket.count < 2 or bucket.minutes is None or bucket.minutes.most < limits.long_wait:
            continue
        least = bucket.minutes.least if bucket.minutes.known == bucket.count else 0
        if 2 * least < bucket.minutes.most:
            yield f"{_count(bucket.count)} [{bucket.reason}] wait for {least} to {_minutes(bucket.minutes.most)}"


def _reasons(dump: Dump) -> list[Reason]:
    counts: Counter[tuple[Verdict, str]] = Counter()
    for bucket in dump.buckets:
        counts[bucket.verdict, bucket.reason] += bucket.count
    ordered = sorted(counts.items(), key=lambda item: (item[0][0].rank, -item[1], item[0][1]))
    return [Reason(reason, verdict, count) for (verdict, reason), count in ordered]


def _seen(dump: Dump) -> Iterator[Seen]:
    """In the order of the table."""
    found: dict[str, list[Bucket]] = {}
    for bucket in dump.buckets:
        pattern = pattern_of(bucket)
        if pattern is not None:
            found.setdefault(pattern.name, []).append(bucket)
    for pattern in PATTERNS:
        buckets = sorted(found.get(pattern.name, ()), key=lambda bucket: -bucket.count)
        if not buckets:
            continue
        holder = likely_holder(buckets[0], dump.buckets) if pattern.name == "lock-wait" else None
        yield Seen(pattern, tuple(buckets), holder)


def _count(number: int) -> str:
    return f"{number} goroutine" + ("" if number == 1 else "s")


def _minutes(number: int) -> str:
    return f"{number} minute" + ("" if number == 1 else "s")

"""The condition of a process over several dumps. The rule, the first line that holds:

leaking      what makes the last dump leaking by itself; or a group of blocked goroutines that grew from each of three
             or more dumps to the next, to at least twice what it was and ten more
suspicious   more than `suspicious_above` goroutines in the last dump, and more than in the first
watch        what makes the last dump so by itself; or groups of blocked goroutines that grew
healthy      all else
"""

from __future__ import annotations

from goleaklint.dump.compare import Comparison, Row
from goleaklint.dump.goroutines import Verdict
from goleaklint.dump.health import Condition, Thresholds, health

_BLOCKED = frozenset({Verdict.LEAK, Verdict.CANDIDATE})
_MUCH = 10


def condition(comparison: Comparison, thresholds: Thresholds) -> tuple[Condition, str]:
    """The condition, and the reason in one phrase."""
    last = health(comparison.dumps[-1], thresholds)
    if last.condition is Condition.LEAKING:
        return last.condition, last.because
    rows = [row for row in comparison.rows if row.bucket.verdict in _BLOCKED and row.growth > 0]
    climbing = max((row for row in rows if _climbs(row)), key=lambda row: row.growth, default=None)
    if climbing is not None:
        counts = ", ".join(map(str, climbing.counts))
        return Condition.LEAKING, f"a group [{climbing.bucket.reason}] grows from each dump to the next: {counts}"
    if last.total > thresholds.suspicious_above and comparison.growth > 0:
        more = f"{comparison.growth} more than at first"
        return Condition.SUSPICIOUS, f"{last.total} goroutines, more than {thresholds.suspicious_above}, and {more}"
    if last.condition is Condition.HEALTHY and rows:
        grown = sum(row.growth for row in rows)
        groups = "1 group" if len(rows) == 1 else f"{len(rows)} groups"
        return Condition.WATCH, f"{groups} of blocked goroutines grew, by {grown}"
    return last.condition, last.because


def _climbs(row: Row) -> bool:
    return row.climbs and row.growth >= _MUCH and row.counts[-1] >= 2 * row.counts[0]

"""`full` of `goleaklint diff`: one block for each group that changed, what grew most first.

base.txt -> new.txt: 31 -> 51 goroutines (+20)
  watch: 1 group of blocked goroutines grew, by 20

grew       +20  3 -> 23  [chan send] example.com/shop/internal/orders.Place.func1 orders.go:20
                created by example.com/shop/internal/orders.Place at internal/orders/orders.go:18:2
                3 are in every dump
"""

from __future__ import annotations

from collections.abc import Iterator

from goleaklint.dump.compare import Change, Comparison, Row
from goleaklint.dump.goroutines import Frame
from goleaklint.dump.health import Thresholds
from goleaklint.dump.patterns import telling_frame
from goleaklint.dump.trend import condition
from goleaklint.report.coloring import written
from goleaklint.report.excerpt import Line
from goleaklint.report.formats import Look
from goleaklint.report.gates import Places
from goleaklint.report.sources import visible

_COLORS = {
    "title": "bold",
    "grew": "bold red",
    "appeared": "bold red",
    "shrank": "green",
    "went": "green",
    "same": "",
    "leaking": "bold red",
    "suspicious": "bold yellow",
    "watch": "bold cyan",
    "healthy": "bold green",
    "gutter": "bright_blue",
    "finding": "bold green",
}


def render(
    comparison: Comparison, known: Places, thresholds: Thresholds, look: Look, *, everything: bool = False
) -> str:
    """The whole comparison; groups that did not change are counted, and shown with `everything`."""
    lines = [*_head(comparison, thresholds), *_rows(comparison, known, everything=everything)]
    return written(lines, look, _COLORS)


def _head(comparison: Comparison, thresholds: Thresholds) -> Iterator[Line]:
    dumps = comparison.dumps
    names = " -> ".join(visible(dump.path) for dump in dumps)
    totals = " -> ".join(str(dump.total) for dump in dumps)
    yield [(f"{names}: {totals} goroutines ({comparison.growth:+d})", "title")]
    word, because = condition(comparison, thresholds)
    yield [("  ", ""), (word, word), (f": {visible(because)}", "")]
    if len({dump.format for dump in dumps}) > 1:
        forms = ", ".join(visible(dump.format) for dump in dumps)
        yield [(f"  the dumps are of different forms ({forms}), which may tell wait reasons apart differently", "")]
    staying = [row.persisting for row in comparison.rows if row.persisting is not None]
    if staying:
        yield [(f"  one process: {_count(sum(staying))} are in the same group in every dump", "")]
    yield []


def _rows(comparison: Comparison, known: Places, *, everything: bool) -> Iterator[Line]:
    shown = [row for row in comparison.rows if everything or row.change is not Change.SAME]
    width = max((len(f"{row.growth:+d}") for row in shown), default=0)
    counts = max((len(_counts(row)) for row in shown), default=0)
    for row in shown:
        yield from _row(row, known, width, counts)
    same = [row for row in comparison.rows if row.change is Change.SAME]
    if same and not everything:
        number = sum(row.counts[-1] for row in same)
        groups = "1 group is" if len(same) == 1 else f"{len(same)} groups are"
        yield [(f"{groups} as big as before ({_count(number)}); -v shows all", "")]
    if not comparison.rows:
        yield [("nothing but the runtime's own goroutines", "")]
    yield []


def _row(row: Row, known: Places, width: int, counts: int) -> Iterator[Line]:
    bucket = row.bucket
    frame = telling_frame(bucket.stack)
    place = _frame(frame) if frame is not None else "no stack"
    reason = f"[{visible(bucket.reason)}{' (durable)' * bucket.durable}]"
    growth = f"{row.growth:>+{width}d}" if row.growth else f"{0:>{width}d}"
    yield [(f"{row.change:<9}", row.change), (f"{growth}  {_counts(row):<{counts}}  ", ""), (f"{reason} {place}", "")]
    indent = " " * (9 + width + 2)
    for text in _details(row, known):
        yield [(f"{indent}{text}", "gutter")]
    group = known.get(id(bucket))
    if group is not None and group.prediction is not None:
        finding = group.prediction.finding
        where = f"{visible(finding.span.path)}:{finding.span.line}:{finding.span.column}"
        name = f"{finding.code} {finding.name}"
        yield [
            (f"{indent}predicted by ", "gutter"),
            (name, "finding"),
            (f" at {where}: {visible(finding.message)}", ""),
        ]


def _details(row: Row, known: Places) -> Iterator[str]:
    bucket = row.bucket
    creator = bucket.stack.created_by
    group = known.get(id(bucket))
    site = group.creation if group is not None else None
    if site is not None:
        by = f"created by {visible(creator.function)}" if creator is not None else "created"
        yield f"{by} at {visible(site.span.path)}:{site.span.line}:{site.span.column}"
    elif creator is not None and creator != telling_frame(bucket.stack):
        yield f"created by {_frame(creator)}"
    notes = []
    if len(row.counts) > 2 and row.change is not Change.SAME:
        notes.append(f"{row.slope:+.1f} per dump" + ", in each" * row.climbs)
    if bucket.minutes is not None:
        notes.append(f"waits for up to {bucket.minutes.most} minute" + "s" * (bucket.minutes.most != 1))
    if row.persisting:
        notes.append(f"{row.persisting} {'is' if row.persisting == 1 else 'are'} in every dump")
    if row.moved:
        notes.append("joined by function names: the lines moved")
    if notes:
        yield "; ".join(notes)


def _counts(row: Row) -> str:
    return " -> ".join(map(str, row.counts))


def _frame(frame: Frame) -> str:
    base = frame.file.rpartition("/")[2]
    return f"{visible(frame.function)} {visible(base)}:{frame.line}" if frame.file else visible(frame.function)


def _count(number: int) -> str:
    return f"{number} goroutine" + ("" if number == 1 else "s")

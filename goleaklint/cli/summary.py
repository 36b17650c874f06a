"""What `check` says on standard error: progress while it runs, and a summary when it is done."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter
from collections.abc import Iterator

from goleaklint.config import Config
from goleaklint.driver import Progress
from goleaklint.model import Report, Severity
from goleaklint.report.sources import visible

# A run shorter than this is over before a progress bar would be read.
PATIENCE_SECONDS = 1.0
MOST_DIAGNOSTICS = 10
_WHOLE = frozenset({"over-budget", "cache"})  # kinds of trouble in spite of which a path was analysed
_OVER_BUDGET = "over-budget"  # so common in large programs that only their number is told


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Progress | None]:
    """A progress bar on standard error, when it is a terminal and the run is long."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    started = time.monotonic()
    stack = contextlib.ExitStack()
    update: list[Progress] = []

    def step(done: int, total: int) -> None:
        if not update:
            if time.monotonic() - started < PATIENCE_SECONDS:
                return
            update.append(_bar(stack))
        update[0](done, total)

    with stack:
        yield step


def _bar(stack: contextlib.ExitStack) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    # no refresh thread: a process pool that forks must not meet one
    columns = (TextColumn("checking packages"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True)
    stack.enter_context(bar)
    task = bar.add_task("")
    shown = 0.0

    def update(done: int, total: int) -> None:
        nonlocal shown
        bar.update(task, completed=done, total=total)
        if time.monotonic() - shown > 0.1:
            bar.refresh()
            shown = time.monotonic()

    return update


def write(report: Report, config: Config, *, verbose: int, statistics: bool) -> None:
    """Diagnostics, then one line with the counts; with `verbose` also every diagnostic and what was skipped."""
    for line in lines(report, config, verbose=verbose, statistics=statistics):
        print(line, file=sys.stderr)


def lines(report: Report, config: Config, *, verbose: int, statistics: bool) -> Iterator[str]:
    """The lines of the summary."""
    yield from _diagnostics(report, verbose)
    if statistics:
        counts = Counter((finding.code, finding.name) for finding in report.findings)
        for (code, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            yield f"{count:>6}  {code} {name}"
    if verbose:
        for reason, count in report.stats.skipped.items():
            yield f"skipped {count}: {reason}"
        yield f"suppressed {report.stats.suppressed} by comments"
        if report.stats.stale:
            yield f"{report.stats.stale} stale in the baseline: `goleaklint baseline status` lists them"
    if report.live is not None:
        yield from _live(report)
    if config.format == "full" or verbose:
        yield headline(report)
    elif not report.stats.files:
        yield "no Go files to check"


def _live(report: Report) -> Iterator[str]:
    """What the dumps show of the findings, and what they show without one."""
    live = report.live
    assert live is not None
    seen = [finding.goroutines for finding in report.findings if finding.goroutines]
    shown = f"{_count(len(seen), 'finding')} show in the dump" if len(seen) != 1 else "1 finding shows in the dump"
    yield f"{shown}, with {sum(seen)} of its {_count(live.goroutines, 'goroutine')}"
    if live.unexplained_groups:
        stuck = f"{_count(live.unexplained_goroutines, 'goroutine')} in {_count(live.unexplained_groups, 'group')}"
        yield f"{stuck} blocked without a finding; goleaklint dump shows them"


def headline(report: Report) -> str:
    """`3 findings (1 error, 2 warnings) in 40 files, 5210 lines, 6 packages`."""
    stats = report.stats
    if not stats.files:
        return "no Go files to check"
    counts = Counter(finding.severity for finding in report.findings)
    parts = [_count(counts[severity], severity) for severity in sorted(Severity, reverse=True) if counts[severity]]
    found = _count(len(report.findings), "finding") + (f" ({', '.join(parts)})" if parts else "")
    extent = ", ".join((_count(stats.files, "file"), _count(stats.lines, "line"), _count(stats.packages, "package")))
    troubled = len({item.path for item in report.diagnostics if item.kind not in _WHOLE})
    heavy = sum(item.kind == _OVER_BUDGET for item in report.diagnostics)
    limits = [f"{_count(troubled, 'path')} not analysed in full"] * bool(troubled)
    limits += [f"{_count(heavy, 'function')} too large to explore in full"] * bool(heavy)
    hidden = [f"{stats.old} more in code that is not new"] * bool(stats.old)
    hidden += [f"{stats.baselined} more in the baseline"] * bool(stats.baselined)
    return "; ".join([f"{found} in {extent}", *hidden, *limits])


def troubles(report: Report) -> Iterator[str]:
    """The diagnostics, as far as they are of interest to everybody."""
    yield from _diagnostics(report, 0)


def _diagnostics(report: Report, verbose: int) -> Iterator[str]:
    shown = [diagnostic for diagnostic in report.diagnostics if verbose or diagnostic.kind != _OVER_BUDGET]
    most = len(shown) if verbose else MOST_DIAGNOSTICS
    for diagnostic in shown[:most]:
        place = f"{diagnostic.path}:{diagnostic.line}" if diagnostic.line else diagnostic.path
        yield f"{visible(place)}: {diagnostic.kind}: {visible(diagnostic.message)}"
    if len(shown) > most:
        yield f"and {len(shown) - most} more like these; -v shows all"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")

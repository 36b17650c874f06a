"""`full`: each finding as one short story for a person at a terminal.

error[GLK101]: send on done blocks for ever (abandoned-send, high confidence)
  --> worker/worker.go:42:3 in worker.(*Pool).run.func1
   |
38 | done := make(chan struct{})
   |         ------------------- channel made here
...
42 |     done <- struct{}{}
   |     ^^^^^^^^^^^^^^^^^^ blocks for ever
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from goleaklint.model import Finding, Report
from goleaklint.report import excerpt
from goleaklint.report.coloring import written
from goleaklint.report.excerpt import Line, Mark, cells
from goleaklint.report.formats import Look
from goleaklint.report.sources import Sources, visible

_COLORS = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "title": "bold",
    "gutter": "bright_blue",
    "related": "bright_blue",
    "exit": "magenta",
    "live": "bold magenta",
}
# A finding that blocks in fifty places is understood from the first few.
MOST_RELATED = 8


def render(report: Report, sources: Sources, look: Look) -> str:
    """The stories, with an empty line after each."""
    lines = [line for finding in report.findings for line in [*_story(finding, sources, look.width), []]]
    return written(lines, look, _COLORS)


def _story(finding: Finding, sources: Sources, width: int) -> Iterator[Line]:
    related = finding.related[:MOST_RELATED]
    gutter = max(len(str(place.line)) for place in [finding.span, *(place.span for place in related)])
    yield from _headline(finding, width)
    marks = excerpt.marks(finding, related)
    files = dict.fromkeys([finding.span.path, *(mark.span.path for mark in marks)])
    for path in files:
        here = [mark for mark in marks if mark.span.path == path]
        yield from _place(finding, path, here, gutter, width)
        if sources.lines(path) != [b""]:
            yield from excerpt.excerpt(here, sources, gutter=gutter, width=width)
        else:
            yield from ([(f"{'':>{gutter}} = {mark.span.line}: {mark.text}", "related")] for mark in here if mark.text)
    if finding.goroutines:
        many = f"{finding.goroutines} goroutine{'s' * (finding.goroutines > 1)}"
        yield [(f"{'':>{gutter}} = ", "gutter"), (f"{many} in the dump", "live")]
    if len(finding.related) > len(related):
        more = len(finding.related) - len(related)
        yield [(f"{'':>{gutter}} = ", "gutter"), (f"and {more} more places; --format json has them all", "")]


def _headline(finding: Finding, width: int) -> Iterator[Line]:
    label = f"{finding.severity}[{finding.code}]"
    text = f"{visible(finding.message)} ({finding.name}, {finding.confidence} confidence)"
    first, *rest = textwrap.wrap(f"{label}: {text}", max(width, 40), subsequent_indent="  ", break_on_hyphens=False)
    yield [(label, finding.severity), (first.removeprefix(label), "title")]
    for line in rest:
        yield [(line, "title")]


def _place(finding: Finding, path: str, marks: list[Mark], gutter: int, width: int) -> Iterator[Line]:
    if path != finding.span.path:
        yield [(f"{'':>{gutter}}::: ", "gutter"), (f"{visible(path)}:{marks[0].span.line}", "")]
        return
    where = f"{visible(path)}:{finding.span.line}:{finding.span.column}"
    function = f"in {visible(finding.function)}" if finding.function else ""
    if gutter + len("--> ") + cells(where) + 1 + cells(function) <= width:
        yield [(f"{'':>{gutter}}--> ", "gutter"), (f"{where} {function}", "")]
    else:
        yield [(f"{'':>{gutter}}--> ", "gutter"), (where, "")]
        yield [(f"{'':>{gutter}}    {function}", "")]

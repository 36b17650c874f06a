"""Places in the checkout as values: a node with the function around it and its first line of source."""

from __future__ import annotations

from goleaklint.correlate.functions import Function, Package, whole_line
from goleaklint.dump.account import How, Site
from goleaklint.dump.goroutines import Frame
from goleaklint.golang import ast
from goleaklint.model import Span

_LONGEST_STATEMENT = 200


def site(package: Package, function: Function, node: ast.Node, how: How, dump_line: int, note: str = "") -> Site:
    """The place of a node; its text is that of its first line."""
    text = function.file.text(node).partition(b"\n")[0].decode("utf-8", "replace")
    return _site(package, function, function.file.span(node), text, how, dump_line, note)


def line_site(package: Package, function: Function, line: int, how: How, dump_line: int, note: str = "") -> Site:
    """A whole line of a function."""
    span = whole_line(function.file, line)
    return _site(package, function, span, function.file.line_text(line), how, dump_line, note)


def _site(package: Package, function: Function, span: Span, text: str, how: How, dump_line: int, note: str) -> Site:
    return Site(
        span=span,
        function=package.symbol(function),
        statement=text.strip()[:_LONGEST_STATEMENT],
        how=how,
        dump_line=dump_line,
        note=note,
    )


def moved(was: int, now: int | None = None) -> str:
    """The note of a place that was found again: the line that the dump names, and today's."""
    said = f"the source has changed: the dump says line {was}"
    return said if now is None or now == was else f"{said}, which is line {now} now"


def lost_site(path: str, line: int, note: str) -> Site:
    """A place that the checkout does not have any more: only the line that the dump names is left of it."""
    return Site(span=Span(path, line, 1, line, 1), function="", statement="", how=How.LOST, dump_line=line, note=note)


def named_site(path: str, frame: Frame) -> Site:
    """A place that is believed as the dump names it, in a file that is no Go source: a generator's grammar."""
    span = Span(path, frame.line, 1, frame.line, 1)
    return Site(span=span, function=frame.function, statement="", how=How.LINE, dump_line=frame.line)

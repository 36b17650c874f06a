"""A suppression comment that suppresses nothing.

*What it finds*

A `//goleaklint:ignore` or `//goleaklint:file-ignore` comment that names a rule which was on in this run and has no
finding there any more. It hides the next leak that somebody writes on that line.

    //goleaklint:ignore GLK101 the receiver always waits
    done <- struct{}{} // nothing is found here

*Fixed*

Remove the comment, or the code that is named for nothing.

*What it does not see*

A comment for a rule that was off in this run, a `//nolint` comment (it speaks to other tools as well), and comments in
a file that could be analysed only in part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from goleaklint.filters.directives import Directive
from goleaklint.model import Confidence, Edit, Finding, Fix, Rule, Severity

RULE = Rule(
    code="GLK900",
    name="unused-suppression",
    severity=Severity.WARNING,
    confidence=Confidence.VERY_HIGH,
    since="0.1.0",
    fixable=True,
    doc=__doc__,
)


def check(directives: Iterable[tuple[Directive, set[str]]], on: frozenset[str], data: bytes = b"") -> Iterator[Finding]:
    """One finding for each directive whose codes, as far as they were on, are not all among those it suppressed."""
    for directive, used in directives:
        if directive.trouble or directive.kind == "nolint":
            continue
        unused = [code for code in directive.codes if code in on and code not in used and code != RULE.code]
        if unused:
            yield Finding(
                code=RULE.code,
                name=RULE.name,
                severity=RULE.severity,
                confidence=RULE.confidence,
                message=f"{directive.kind} of {', '.join(unused)} suppresses nothing",
                span=directive.span,
                fix=_fix(directive, unused, data.split(b"\n")),
            )


def _fix(directive: Directive, unused: list[str], lines: list[bytes]) -> Fix | None:
    """The comment taken away, with its line when it has one for itself; none when it is there for another rule, too."""
    span = directive.span
    if len(unused) < len(directive.codes) or span.line > len(lines):
        return None

    def line(number: int) -> bytes:
        return lines[number - 1].strip() if 0 < number <= len(lines) else b""

    before = lines[span.line - 1][: span.column - 1]
    if before.strip():
        if b"//" in line(span.line - 1) or b"//" in line(span.line + 1):
            return None  # gofmt may align these comments anew
        span = span._replace(column=len(before.rstrip()) + 1)
    else:
        above, below = line(span.line - 1), line(span.line + 1)
        if above.startswith(b"//") or not below or below.startswith(b"//"):
            return None  # part of a longer comment, which gofmt would put in order
        if not above and below.startswith(b"}"):
            return None
        span = span._replace(column=1, end_line=span.line + 1, end_column=1)
    return Fix((Edit(span, ""),), True, "remove the comment")

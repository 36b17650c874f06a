"""A suppression comment that cannot be read.

*What it finds*

A comment that begins as a goleaklint directive but suppresses nothing, because it names no rule or a rule that does
not exist, gives no reason, or has a space after the slashes.

    //goleaklint:ignore GLK101
    done <- struct{}{}

*Fixed*

    //goleaklint:ignore GLK101 the receiver always waits
    done <- struct{}{}

*What it does not see*

Directives of other tools: `//nolint` and `//lint:ignore` are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from goleaklint.filters.directives import Directive
from goleaklint.model import Confidence, Finding, Rule, Severity

RULE = Rule(
    code="GLK901",
    name="malformed-suppression",
    severity=Severity.WARNING,
    confidence=Confidence.VERY_HIGH,
    since="0.1.0",
    doc=__doc__,
)


def check(directives: Iterable[Directive]) -> Iterator[Finding]:
    """One finding for each directive that has trouble."""
    for directive in directives:
        if directive.trouble:
            yield Finding(
                code=RULE.code,
                name=RULE.name,
                severity=RULE.severity,
                confidence=RULE.confidence,
                message=f"suppression comment is not in force: {directive.trouble}",
                span=directive.span,
            )

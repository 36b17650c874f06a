"""A select without cases.

*Why it leaks*

Nothing ends it. This rule looks at the text alone: the tests of the command line and of the driver need findings that
do not depend on the engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from goleaklint.model import Confidence, Finding, Rule, Severity, Span

RULE = Rule(
    code="TST202",
    name="empty-select",
    severity=Severity.ERROR,
    since="0.1.0",
    wait_reasons=("select (no cases)",),
)


def check(package: Any) -> Iterator[Finding]:
    """One finding for each line that holds `select {}`; `// low` on the line makes it unsure, `// note` harmless."""
    for file in package.unit.files:
        for number, line in enumerate(file.data.split(b"\n"), 1):
            at = line.find(b"select {}")
            if at >= 0:
                yield Finding(
                    code=RULE.code,
                    name=RULE.name,
                    severity=Severity.NOTE if b"// note" in line else RULE.severity,
                    confidence=Confidence.LOW if b"// low" in line else Confidence.HIGH,
                    message="select {} waits for ever",
                    span=Span(file.path, number, at + 1, number, at + 10),
                )

"""`grouped`: the findings of each file below its path.

worker/worker.go
  42:3  error    GLK101 abandoned-send    send on done blocks for ever
"""

from __future__ import annotations

from goleaklint.model import Finding, Report
from goleaklint.report.excerpt import cells
from goleaklint.report.formats import Look
from goleaklint.report.sources import Sources, visible


def render(report: Report, sources: Sources, look: Look) -> str:
    """The files in the order of the report, with an empty line after each."""
    files: dict[str, list[Finding]] = {}
    for finding in report.findings:
        files.setdefault(finding.span.path, []).append(finding)
    return "".join(f"{visible(path)}\n{_table(findings)}\n" for path, findings in files.items())


def _table(findings: list[Finding]) -> str:
    rows = [
        (
            f"{finding.span.line}:{finding.span.column}",
            str(finding.severity),
            f"{finding.code} {finding.name}",
            visible(finding.message) + _live(finding),
        )
        for finding in findings
    ]
    widths = [max(cells(row[column]) for row in rows) for column in range(3)]
    lines = [
        f"  {place:>{widths[0]}}  {severity:<{widths[1]}}  {rule:<{widths[2]}}  {message}\n"
        for place, severity, rule, message in rows
    ]
    return "".join(lines)


def _live(finding: Finding) -> str:
    if not finding.goroutines:
        return ""
    return f" ({finding.goroutines} goroutine{'s' * (finding.goroutines > 1)} in the dump)"

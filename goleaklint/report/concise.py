"""`concise`: one line for each finding, `path:line:column: CODE message`, as editors and problem matchers read it."""

from __future__ import annotations

from goleaklint.model import Finding, Report
from goleaklint.report.formats import Look
from goleaklint.report.sources import Sources, visible


def render(report: Report, sources: Sources, look: Look) -> str:
    """One line for each finding. Columns are byte columns, as the Go tools count."""
    lines = []
    for finding in report.findings:
        path, line, column = finding.span[:3]
        lines.append(f"{visible(path)}:{line}:{column}: {finding.code} {visible(finding.message)}{_live(finding)}\n")
    return "".join(lines)


def _live(finding: Finding) -> str:
    if not finding.goroutines:
        return ""
    return f" ({finding.goroutines} goroutine{'s' * (finding.goroutines > 1)} in the dump)"

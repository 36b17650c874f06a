"""`concise`: one line for each finding, `path:line:column: CODE message`, as editors and problem matchers read it."""

from __future__ import annotations

from goleaklint.model import Report
from goleaklint.report.formats import Look
from goleaklint.report.sources import Sources, visible


def render(report: Report, sources: Sources, look: Look) -> str:
    """One line for each finding. Columns are byte columns, as the Go tools count."""
    lines = []
    for finding in report.findings:
        path, line, column = finding.span[:3]
        lines.append(f"{visible(path)}:{line}:{column}: {finding.code} {visible(finding.message)}\n")
    return "".join(lines)

"""`checkstyle`: the XML of the Checkstyle tool, which Jenkins' Warnings plugin, SonarQube and reviewdog read.

Its severities are error, warning and info (com.puppycrawl.tools.checkstyle.api.SeverityLevel).
"""

from __future__ import annotations

from goleaklint.model import Finding, Report, Severity
from goleaklint.report.formats import Look
from goleaklint.report.markup import DECLARATION, attributes
from goleaklint.report.sources import Sources

_SEVERITY = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "info"}


def render(report: Report, sources: Sources, look: Look) -> str:
    """One `file` for each file with findings; its `error`s are in the order of the report."""
    files: dict[str, list[Finding]] = {}
    for finding in report.findings:
        files.setdefault(finding.span.path, []).append(finding)
    body = "".join(
        f"  <file{attributes({'name': path})}>\n{''.join(map(_error, findings))}  </file>\n"
        for path, findings in files.items()
    )
    return f'{DECLARATION}<checkstyle version="5.0">\n{body}</checkstyle>\n'


def _error(finding: Finding) -> str:
    values = {
        "line": finding.span.line,
        "column": finding.span.column,
        "severity": _SEVERITY[finding.severity],
        "message": finding.message,
        "source": f"goleaklint.{finding.code}.{finding.name}",
    }
    return f"    <error{attributes(values)}/>\n"

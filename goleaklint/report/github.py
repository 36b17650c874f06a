"""`github`: workflow commands, which GitHub Actions shows as annotations at the lines.

The place is repeated in the message, because the log hides the properties.
"""

from __future__ import annotations

from goleaklint.model import Finding, Report, Severity
from goleaklint.report.formats import Look
from goleaklint.report.sources import Sources, visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
# GitHub shows ten annotations of a level a step, and says nothing of the rest.
MOST_SHOWN = 10


def render(report: Report, sources: Sources, look: Look) -> str:
    """One command for each finding, and one more that counts them when GitHub will not show all."""
    lines = [_command(finding) for finding in report.findings]
    for severity, command in _COMMANDS.items():
        count = sum(finding.severity is severity for finding in report.findings)
        if count > MOST_SHOWN:
            text = f"{count} findings of this level, GitHub shows {MOST_SHOWN}: upload SARIF to see all"
            lines.append(f"::{command} title=goleaklint::{text}\n")
    return "".join(lines)


def _command(finding: Finding) -> str:
    path, line, column, end_line, end_column = finding.span
    properties = {"file": path, "line": str(line), "endLine": str(end_line), "col": str(column)}
    if line == end_line:
        properties["endColumn"] = str(end_column)
    properties["title"] = f"{finding.code} {finding.name}"
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    live = (
        f" ({finding.goroutines} goroutine{'s' * (finding.goroutines > 1)} in the dump)" if finding.goroutines else ""
    )
    message = f"{path}:{line}:{column}: {finding.message}{live}"
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    """Line ends and `%` as GitHub wants them; what else a terminal acts upon as escapes."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return visible(text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

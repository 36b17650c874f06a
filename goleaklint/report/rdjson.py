"""`rdjson`: the Reviewdog Diagnostic Format (github.com/reviewdog/reviewdog/tree/master/proto/rdf).

Columns count bytes of UTF-8 from 1, and the end is the column after the last one, as ours do. A safe fix is a
suggestion when it is one edit: reviewdog offers each suggestion for itself.
"""

from __future__ import annotations

from typing import Any

import msgspec

from goleaklint.model import Finding, Report, Severity, Span
from goleaklint.report.formats import Look
from goleaklint.report.sources import Sources, utf8, visible

_SEVERITY = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def render(report: Report, sources: Sources, look: Look) -> str:
    """One DiagnosticResult."""
    document = {
        "source": {"name": "goleaklint"},
        "diagnostics": [_diagnostic(finding) for finding in report.findings],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _diagnostic(finding: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {
        "message": visible(finding.message),
        "location": _location(finding.span),
        "severity": _SEVERITY[finding.severity],
        "code": {"value": f"{finding.code} {finding.name}"},
    }
    if finding.fix is not None and finding.fix.safe and len(finding.fix.edits) == 1:
        (edit,) = finding.fix.edits
        told["suggestions"] = [{"range": _range(edit.span), "text": utf8(edit.text)}]
    if finding.related:
        told["related_locations"] = [
            {"message": visible(place.message), "location": _location(place.span)} for place in finding.related
        ]
    return told


def _location(span: Span) -> dict[str, Any]:
    return {"path": utf8(span.path), "range": _range(span)}


def _range(span: Span) -> dict[str, Any]:
    return {
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }

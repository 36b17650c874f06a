"""A finding as programs are told of it: the object that `json` lists and that `jsonl` has on a line."""

from __future__ import annotations

from typing import Any

from goleaklint.model import Finding, Fix, Span
from goleaklint.report.sources import utf8


def of(finding: Finding) -> dict[str, Any]:
    """The keys of docs/json.md, in their order."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": utf8(finding.message),
        "function": utf8(finding.function),
        "span": _span(finding.span),
        "related": [
            {"role": place.role, "message": utf8(place.message), "span": _span(place.span)} for place in finding.related
        ],
        "flow": [{"message": utf8(step.message), "span": _span(step.span)} for step in finding.flow],
        "fingerprint": finding.fingerprint,
        "goroutines": finding.goroutines,
        **({"fix": _fix(finding.fix)} if finding.fix is not None else {}),
    }


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{"span": _span(edit.span), "text": utf8(edit.text)} for edit in fix.edits]
    return {"message": utf8(fix.message), "safe": fix.safe, "edits": edits}


def _span(span: Span) -> dict[str, Any]:
    return {
        "path": utf8(span.path),
        "line": span.line,
        "column": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }

"""`json`: everything that a run found, for programs; docs/json.md describes it."""

from __future__ import annotations

from typing import Any

import msgspec

from goleaklint import __version__
from goleaklint.model import Finding, Fix, Live, Report, Rule, Span
from goleaklint.report.formats import Look
from goleaklint.report.sources import Sources, utf8

# Grows when something that a program may rely on goes or changes its meaning.
SCHEMA_VERSION = 1


def render(report: Report, sources: Sources, look: Look) -> str:
    """One object, indented, with a stable order of keys."""
    used = {finding.code for finding in report.findings}
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "goleaklint": __version__,
        "findings": [_finding(finding) for finding in report.findings],
        "diagnostics": [
            {"path": utf8(item.path), "line": item.line, "kind": item.kind, "message": utf8(item.message)}
            for item in report.diagnostics
        ],
        "rules": [_rule(rule) for rule in report.rules if rule.code in used],
        "rulesOn": sorted(report.on),
        "stats": report.stats,
        "live": _live(report.live),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
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


def _live(live: Live | None) -> dict[str, int] | None:
    if live is None:
        return None
    return {
        "goroutines": live.goroutines,
        "unexplainedGroups": live.unexplained_groups,
        "unexplainedGoroutines": live.unexplained_goroutines,
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


def _rule(rule: Rule) -> dict[str, Any]:
    return {"code": rule.code, "name": rule.name, "title": rule.title, "waitReasons": rule.wait_reasons}

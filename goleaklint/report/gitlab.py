"""`gitlab`: a Code Quality report (docs.gitlab.com/ci/testing/code_quality, "Import code quality results").

An array without a byte order mark. Paths are relative to the repository; of entries with one fingerprint GitLab keeps
one, so each has its own.
"""

from __future__ import annotations

from typing import Any

import msgspec

from goleaklint.model import Confidence, Finding, Report, Severity
from goleaklint.report.formats import Look
from goleaklint.report.sources import Sources, visible


def render(report: Report, sources: Sources, look: Look) -> str:
    """The array, indented."""
    used: set[str] = set()
    entries = [_entry(finding, sources, used) for finding in report.findings]
    return msgspec.json.format(msgspec.json.encode(entries), indent=2).decode() + "\n"


def _entry(finding: Finding, sources: Sources, used: set[str]) -> dict[str, Any]:
    return {
        "type": "issue",
        "check_name": f"{finding.code} {finding.name}",
        "description": visible(finding.message),
        "categories": ["Bug Risk"],
        "severity": severity(finding),
        "fingerprint": _own(finding.fingerprint, used),
        "location": {
            "path": visible(sources.local(finding.span.path)),
            "lines": {"begin": finding.span.line, "end": finding.span.end_line},
        },
    }


def severity(finding: Finding) -> str:
    """GitLab's word: a warning that is sure is major, another one minor."""
    if finding.severity is Severity.WARNING:
        return "major" if finding.confidence >= Confidence.HIGH else "minor"
    return "critical" if finding.severity is Severity.ERROR else "info"


def _own(fingerprint: str, used: set[str]) -> str:
    number, own = 1, fingerprint or "goleaklint"
    while own in used:
        number += 1
        own = f"{fingerprint}-{number}"
    used.add(own)
    return own

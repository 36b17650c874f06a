"""`json`: everything that a run found, for programs; docs/json.md describes it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from goleaklint import __version__
from goleaklint.model import Live, Report, Rule
from goleaklint.report import document
from goleaklint.report.formats import Look
from goleaklint.report.sources import Sources, utf8

# Grows when something that a program may rely on goes or changes its meaning.
SCHEMA_VERSION = 1


def render(report: Report, sources: Sources, look: Look) -> str:
    """One object, indented, with a stable order of keys."""
    used = Counter(finding.code for finding in report.findings)
    whole = {
        "schemaVersion": SCHEMA_VERSION,
        "goleaklint": __version__,
        "findings": [document.of(finding) for finding in report.findings],
        "diagnostics": [
            {"path": utf8(item.path), "line": item.line, "kind": item.kind, "message": utf8(item.message)}
            for item in report.diagnostics
        ],
        "rules": [_rule(rule) for rule in report.rules if rule.code in used],
        "rulesOn": sorted(report.on),
        "stats": report.stats,
        "statistics": [
            {"code": code, "findings": count} for code, count in sorted(used.items(), key=lambda one: (-one[1], one[0]))
        ],
        "live": _live(report.live),
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _live(live: Live | None) -> dict[str, int] | None:
    if live is None:
        return None
    return {
        "goroutines": live.goroutines,
        "unexplainedGroups": live.unexplained_groups,
        "unexplainedGoroutines": live.unexplained_goroutines,
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {"code": rule.code, "name": rule.name, "title": rule.title, "waitReasons": rule.wait_reasons}

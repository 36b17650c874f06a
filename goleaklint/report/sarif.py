"""`sarif`: SARIF 2.1.0 as GitHub code scanning reads it.

The limits are GitHub's: over them an upload is rejected as a whole, so the least important results are cut, and the
report says how many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from goleaklint import __version__
from goleaklint.model import Confidence, Diagnostic, Finding, Fix, Report, Role, Rule, Severity, Span, Step
from goleaklint.report.formats import Look
from goleaklint.report.line_hash import LineHashes
from goleaklint.report.sources import Sources, utf8, visible

MOST_RESULTS = 5_000
MOST_RELATED = 100
MOST_STEPS = 1_000
MOST_TEXT = 1_024

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_PROBLEM_SEVERITY = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
_NOTIFICATION_LEVEL = {"internal": "error", "unreadable": "error", "binary": "warning"}


def render(report: Report, sources: Sources, look: Look) -> str:
    """One run that declares all rules and holds at most 5,000 results."""
    shown = most_important(report.findings)
    cut = cuts(report)
    index = {rule.code: position for position, rule in enumerate(report.rules)}
    hashes: dict[str, LineHashes] = {}
    run = {
        "tool": {"driver": _driver(report, cut)},
        "automationDetails": {"id": "goleaklint/"},
        "columnKind": "utf16CodeUnits",
        "invocations": [
            {"executionSuccessful": True, "toolExecutionNotifications": _notifications(report, sources, cut)}
        ],
        "results": [_result(finding, index, sources, hashes) for finding in shown],
        "properties": {"stats": report.stats} | ({"cut": cut} if cut else {}),
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def most_important(findings: Iterable[Finding]) -> list[Finding]:
    """The results that GitHub keeps, in the order of the report: seen in a dump, then worst, then surest first."""
    severities, confidences = [*Severity], [*Confidence]

    def rank(f: Finding) -> tuple[object, ...]:
        return -(f.goroutines or 0), -severities.index(f.severity), -confidences.index(f.confidence), f.sort_key()

    kept = sorted(findings, key=rank)[:MOST_RESULTS]
    return sorted(kept, key=lambda f: (-(f.goroutines or 0), f.sort_key()))


def cuts(report: Report) -> list[str]:
    """What is left out because code scanning would reject it or keep less, in words; nothing when all is there."""
    words = []
    if (more := len(report.findings) - MOST_RESULTS) > 0:
        words.append(
            f"{more} results of least severity and precision were left out: code scanning keeps {MOST_RESULTS}"
        )
    shown = most_important(report.findings)
    if many := sum(len(finding.related) > MOST_RELATED for finding in shown):
        words.append(f"related places of {many} results were left out: code scanning keeps {MOST_RELATED} of a result")
    if many := sum(len(_story(finding)) > MOST_STEPS for finding in shown):
        words.append(f"steps of {many} results were left out: code scanning keeps {MOST_STEPS} of a result")
    return words


def _driver(report: Report, cut: list[str]) -> dict[str, Any]:
    kinds = {diagnostic.kind for diagnostic in report.diagnostics} | ({"cut"} if cut else set())
    return {
        "name": "goleaklint",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in report.rules],
        "notifications": [{"id": kind} for kind in sorted(kinds)],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": _clipped(rule.title)},
        "fullDescription": {"text": _clipped(summary(rule.doc))},
        "help": {"text": rule.doc, "markdown": rule.doc},
        "defaultConfiguration": {"level": rule.severity, "enabled": not rule.preview},
        "properties": {
            "precision": rule.confidence,
            "problem.severity": _PROBLEM_SEVERITY[rule.severity],
            "tags": ["concurrency", "go", "goroutine-leak"],  # 20 at most
            "waitReasons": rule.wait_reasons,
            "since": rule.since,
        },
    }


def summary(doc: str) -> str:
    """The title and the first paragraph of the first section, on one line each."""
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", doc.strip())]
    prose = [part for part in paragraphs if part and not re.fullmatch(r"\*[^*]+\*|#+ .*", part)]
    return "\n".join(prose[:2])


def _clipped(text: str) -> str:
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"


def _result(finding: Finding, index: dict[str, int], sources: Sources, hashes: dict[str, LineHashes]) -> dict[str, Any]:
    related = finding.related[:MOST_RELATED]
    links = ", ".join(f"[{_bracketed(place.message)}]({number})" for number, place in enumerate(related, 1))
    result: dict[str, Any] = {"ruleId": finding.code}
    if finding.code in index:
        result["ruleIndex"] = index[finding.code]
    result |= {
        "level": finding.severity,
        "message": {"text": _bracketed(finding.message) + _live(finding) + (f" ({links})" if links else "")},
        "locations": [_location(finding.span, sources) | _logical(finding.function)],
    }
    if related:
        result["relatedLocations"] = [
            {"id": number}
            | _location(place.span, sources)
            | {"message": {"text": visible(place.message)}, "properties": {"role": place.role}}
            for number, place in enumerate(related, 1)
        ]
    if steps := _steps(finding):
        result["codeFlows"] = [{"threadFlows": [{"locations": [_step(step, sources) for step in steps]}]}]
    if prints := _fingerprints(finding, sources, hashes):
        result["partialFingerprints"] = prints
    if finding.fix is not None:
        result["fixes"] = [_fix(finding.fix, finding.span.path, sources)]
    result["properties"] = {"confidence": finding.confidence}
    if finding.goroutines is not None:
        result["properties"]["goroutines"] = finding.goroutines
    if finding.goroutines:
        result["occurrenceCount"] = finding.goroutines
    return result


def _live(finding: Finding) -> str:
    if not finding.goroutines:
        return ""
    return f"; {finding.goroutines} goroutine{'s' * (finding.goroutines > 1)} in the dump"


def _fix(fix: Fix, path: str, sources: Sources) -> dict[str, Any]:
    """One artifact change; whether it is safe stands in the description, which is what a viewer shows."""
    replacements = [
        {
            "deletedRegion": _location(edit.span, sources)["physicalLocation"]["region"],
            "insertedContent": {"text": utf8(edit.text)},
        }
        for edit in fix.edits
    ]
    place = Span(path, 1, 1, 1, 1)
    artifact = _location(place, sources)["physicalLocation"]["artifactLocation"]
    text = visible(fix.message) + ("" if fix.safe else " (may change what the code does)")
    return {
        "description": {"text": text},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }


def _fingerprints(finding: Finding, sources: Sources, hashes: dict[str, LineHashes]) -> dict[str, str]:
    path = finding.span.path
    if path not in hashes:
        hashes[path] = LineHashes(sources.data(path))
    prints = {"primaryLocationLineHash": hashes[path].of(finding.span.line), "goleaklint/v1": finding.fingerprint}
    return {key: value for key, value in prints.items() if value}


def _story(finding: Finding) -> list[Step]:
    """As the rule tells it, else from the creation to the block to the exit that misses it."""
    if finding.flow:
        return list(finding.flow)
    made = [Step(place.span, place.message) for place in finding.related if place.role in (Role.MADE, Role.CREATION)]
    missed = [Step(place.span, place.message) for place in finding.related if place.role is Role.EXIT]
    if not made and not missed:
        return []
    return [*made, Step(finding.span, finding.message), *missed]


def _steps(finding: Finding) -> list[Step]:
    """The story as far as it is kept: its end, where the goroutine blocks, is kept in any case."""
    story = _story(finding)
    return story if len(story) <= MOST_STEPS else [*story[: MOST_STEPS - 1], story[-1]]


def _step(step: Step, sources: Sources) -> dict[str, Any]:
    return {"location": _location(step.span, sources) | {"message": {"text": visible(step.message)}}}


def _location(span: Span, sources: Sources) -> dict[str, Any]:
    start, end = sources.utf16_columns(span)
    if span.line == span.end_line:
        end = max(end, start)
    region = {"startLine": span.line, "startColumn": start, "endLine": span.end_line, "endColumn": end}
    artifact = {"uri": sources.uri(span.path), "uriBaseId": "%SRCROOT%"}
    if artifact["uri"].startswith("file:"):
        del artifact["uriBaseId"]
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _logical(function: str) -> dict[str, Any]:
    if not function:
        return {}
    name = visible(function)
    return {"logicalLocations": [{"fullyQualifiedName": name, "kind": "function"}]}


def _notifications(report: Report, sources: Sources, cut: list[str]) -> list[dict[str, Any]]:
    notifications = [_notification(diagnostic, sources) for diagnostic in report.diagnostics]
    notifications += [{"descriptor": {"id": "cut"}, "level": "warning", "message": {"text": text}} for text in cut]
    return notifications


def _notification(diagnostic: Diagnostic, sources: Sources) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": sources.uri(diagnostic.path)}}
    if diagnostic.line:
        place["region"] = {"startLine": diagnostic.line}
    return {
        "descriptor": {"id": diagnostic.kind},
        "level": _NOTIFICATION_LEVEL.get(diagnostic.kind, "note"),
        "message": {"text": visible(diagnostic.message)},
        "locations": [{"physicalLocation": place}],
    }


def _bracketed(text: str) -> str:
    """For a message with embedded links, in which brackets of the text itself are escaped (SARIF 3.11.6)."""
    return re.sub(r"([\\\[\]])", r"\\\1", visible(text))

"""`json` of `goleaklint diff`: everything, for programs; docs/json.md describes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from goleaklint import __version__
from goleaklint.dump.account import Group, Site
from goleaklint.dump.compare import Comparison, Row
from goleaklint.dump.goroutines import Frame
from goleaklint.dump.health import Thresholds, health
from goleaklint.dump.trend import condition
from goleaklint.report.gates import Places
from goleaklint.report.sources import utf8

SCHEMA_VERSION = 1


def render(
    comparison: Comparison,
    known: Places,
    thresholds: Thresholds,
    gates: Sequence[dict[str, Any]],
    unread: Sequence[tuple[str, str]],
    repository: str | None,
) -> str:
    """One object, indented, with a stable order of keys."""
    word, because = condition(comparison, thresholds)
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "goleaklint": __version__,
        "repository": utf8(repository) if repository is not None else None,
        "condition": word,
        "because": utf8(because),
        "oneProcess": any(row.persisting is not None for row in comparison.rows),
        "growth": comparison.growth,
        "dumps": [
            {
                "path": utf8(dump.path),
                "format": dump.format,
                "cause": utf8(dump.cause),
                "goroutines": dump.total,
                "blocked": health(dump, thresholds).blocked,
            }
            for dump in comparison.dumps
        ],
        "groups": [_row(row, known) for row in comparison.rows],
        "gates": gates,
        "unread": [{"path": utf8(path), "message": utf8(message)} for path, message in unread],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _row(row: Row, known: Places) -> dict[str, Any]:
    bucket = row.bucket
    group = known.get(id(bucket))
    return {
        "change": row.change,
        "counts": row.counts,
        "growth": row.growth,
        "slope": round(row.slope, 3),
        "moved": row.moved,
        "persisting": row.persisting,
        "verdict": bucket.verdict,
        "reason": utf8(bucket.reason),
        "durable": bucket.durable,
        "minutes": bucket.minutes._asdict() if bucket.minutes is not None else None,
        "dump": row.index,
        "ids": bucket.ids,
        "stack": {
            "frames": [_frame(frame) for frame in bucket.stack.frames],
            "elided": bucket.stack.elided,
            "createdBy": _frame(bucket.stack.created_by),
        },
        "creation": _site(group.creation) if group is not None else None,
        "block": _site(group.block) if group is not None else None,
        "finding": _finding(group) if group is not None else None,
    }


def _frame(frame: Frame | None) -> dict[str, Any] | None:
    return None if frame is None else {"function": utf8(frame.function), "file": utf8(frame.file), "line": frame.line}


def _site(site: Site | None) -> dict[str, Any] | None:
    if site is None:
        return None
    return {
        "path": utf8(site.span.path),
        "line": site.span.line,
        "column": site.span.column,
        "function": utf8(site.function),
        "statement": utf8(site.statement),
        "how": site.how,
    }


def _finding(group: Group) -> dict[str, Any] | None:
    if group.prediction is None:
        return None
    finding = group.prediction.finding
    return {
        "code": finding.code,
        "name": finding.name,
        "confidence": finding.confidence,
        "message": utf8(finding.message),
        "path": utf8(finding.span.path),
        "line": finding.span.line,
        "column": finding.span.column,
        "fingerprint": finding.fingerprint,
        "match": group.prediction.match,
    }

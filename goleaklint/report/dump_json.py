"""`json` of `goleaklint dump`: everything, for programs. One object:

schemaVersion   grows when something that a program may rely on goes or changes its meaning
goleaklint      the version that wrote it
repository      the directory that the dumps were compared with; local paths begin with it
dumps           one for each file that could be read, or one of all with --join (path: the names, joined by " + "):
  path, format ("text", "debug=1" or "protobuf"), goroutines (their number),
  cause         "" or the line that says why the process printed it
  leaksOnly     whether it is a goroutineleak profile, which holds only what the garbage collector found leaked
  revision      "" or the commit in which places were looked for first (--rev, --binary)
  health        {condition, because, blocked, blockedShare (percent), reasons: [{reason, verdict, goroutines}],
                longest: [{minutes, group}], patterns: [{name, title, goroutines, groups, holder}]}
                condition: "healthy", "watch", "suspicious" or "leaking"; a group by its number in `groups`, from 0
                holder: null, or who likely holds the lock that the first group waits for: {group, function, why}
  groups        the most certain leaks first, then the biggest:
    verdict     "leak", "candidate", "possible", "test" or "never"
    reason, durable, count, leaked, locked, parents
    minutes     null, or {least, most, known}: `known` of `count` have a time
    ids         the first few goroutine ids
    labels      [{labels: {key: value}, count}]
    stack       {frames: [{function, file, line}], elided, root, createdBy, ancestors: [{frames, createdBy}]}
                innermost first, names and files as the dump has them; root: null, or the outermost function with the
                line at which it begins (only a protobuf profile knows it)
    creation    null, or the place in the repository that creates these goroutines
    handedOver  null, or the call that gave the function to a `creation` that starts whatever it is given
    candidates  the places that can have led to these goroutines, where nothing tells which did (then creation is null)
    block       null, or the innermost place in the repository where they wait
                a place: {path, line, column, endLine, endColumn, function, statement, how, dumpLine, note, then,
                excerpt}
                then: null, or {path, line} in that commit
                how: "line", "moved", "helper", "root", "candidate" or "lost"; excerpt: [{line, text}]
    finding     null, or {code, name, severity, confidence, message, path, line, column, fingerprint, match}
                match: "block and creation", "block", "creation" or "candidate"
    partners    places of operations that could wake them (its `note` says how), where finding is null
    fix         what to change, in one phrase; "" where there is nothing to say
    goleak      the option of goleak that leaves these goroutines out of a test; "" where they are no leak
  diagnostics   [{path, line, kind, message}] about this dump
gates           [{gate, limit, value, path, group}]: the gates that do not hold; docs/json.md
unread          [{path, message}]: the files that could not be read
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from goleaklint import __version__
from goleaklint.dump.account import Account, Group, How, Prediction, Site
from goleaklint.dump.advice import fix, goleak_ignore, is_leaking
from goleaklint.dump.goroutines import Bucket, Frame, Stack
from goleaklint.dump.health import Health, Thresholds, health
from goleaklint.model import Diagnostic, Report
from goleaklint.report.sources import Sources, utf8

SCHEMA_VERSION = 1
_AROUND = 2  # lines of an excerpt before and after the place


def render(
    accounts: Sequence[Account],
    repository: str,
    unread: Sequence[tuple[str, str]],
    thresholds: Thresholds | None = None,
    gates: Sequence[dict[str, Any]] = (),
) -> str:
    """One object, indented, with a stable order of keys."""
    sources = Sources(Report())
    document = {
        "schemaVersion": SCHEMA_VERSION,
        "goleaklint": __version__,
        "repository": utf8(repository),
        "dumps": [_account(account, health(account.dump, thresholds), sources) for account in accounts],
        "gates": gates,
        "unread": [{"path": utf8(path), "message": utf8(message)} for path, message in unread],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _account(account: Account, state: Health, sources: Sources) -> dict[str, Any]:
    dump = account.dump
    return {
        "path": utf8(dump.path),
        "format": dump.format,
        "cause": utf8(dump.cause),
        "goroutines": dump.total,
        "revision": account.revision,
        "health": _health(state, dump.buckets),
        "leaksOnly": dump.leaks_only,
        "groups": [_group(group, sources) for group in account.groups],
        "diagnostics": [_diagnostic(item) for item in (*dump.diagnostics, *account.diagnostics)],
    }


def _health(state: Health, buckets: Sequence[Bucket]) -> dict[str, Any]:
    number = {id(bucket): at for at, bucket in enumerate(buckets)}
    return {
        "condition": state.condition,
        "because": utf8(state.because),
        "blocked": state.blocked,
        "blockedShare": round(state.share, 1),
        "reasons": [
            {"reason": utf8(each.reason), "verdict": each.verdict, "goroutines": each.goroutines}
            for each in state.reasons
        ],
        "longest": [
            {"minutes": bucket.minutes.most if bucket.minutes is not None else None, "group": number[id(bucket)]}
            for bucket in state.oldest
        ],
        "patterns": [
            {
                "name": seen.pattern.name,
                "title": seen.pattern.title,
                "goroutines": seen.goroutines,
                "groups": [number[id(bucket)] for bucket in seen.buckets],
                "holder": None
                if seen.holder is None
                else {
                    "group": number[id(seen.holder.bucket)],
                    "function": utf8(seen.holder.frame.function),
                    "why": utf8(seen.holder.why),
                },
            }
            for seen in state.seen
        ],
    }


def _group(group: Group, sources: Sources) -> dict[str, Any]:
    bucket = group.bucket
    return {
        "verdict": bucket.verdict,
        "reason": utf8(bucket.reason),
        "durable": bucket.durable,
        "count": bucket.count,
        "leaked": bucket.leaked,
        "locked": bucket.locked,
        "parents": bucket.parents,
        "minutes": bucket.minutes._asdict() if bucket.minutes is not None else None,
        "ids": bucket.ids,
        "labels": _labels(bucket),
        "stack": _stack(bucket.stack),
        "creation": _site(group.creation, sources),
        "handedOver": _site(group.handed_over, sources),
        "candidates": [_site(site, sources) for site in group.candidates],
        "block": _site(group.block, sources),
        "finding": _finding(group.prediction),
        "partners": [_site(site, sources) for site in group.partners],
        "fix": fix(group),
        "goleak": utf8(goleak_ignore(bucket.stack)) if is_leaking(group) else "",
    }


def _labels(bucket: Bucket) -> list[dict[str, Any]]:
    return [
        {"labels": {utf8(key): utf8(value) for key, value in labels.pairs}, "count": labels.goroutines}
        for labels in bucket.labels
    ]


def _stack(stack: Stack) -> dict[str, Any]:
    return {
        "frames": [_frame(frame) for frame in stack.frames],
        "elided": stack.elided,
        "root": _frame(stack.root),
        "createdBy": _frame(stack.created_by),
        "ancestors": [
            {"frames": [_frame(frame) for frame in each.frames], "createdBy": _frame(each.created_by)}
            for each in stack.ancestors
        ],
    }


def _frame(frame: Frame | None) -> dict[str, Any] | None:
    return None if frame is None else {"function": frame.function, "file": frame.file, "line": frame.line}


def _site(site: Site | None, sources: Sources) -> dict[str, Any] | None:
    if site is None:
        return None
    return {
        "path": utf8(site.span.path),
        "line": site.span.line,
        "column": site.span.column,
        "endLine": site.span.end_line,
        "endColumn": site.span.end_column,
        "function": utf8(site.function),
        "statement": utf8(site.statement),
        "how": site.how,
        "dumpLine": site.dump_line,
        "note": utf8(site.note),
        "then": {"path": utf8(site.then.path), "line": site.then.line} if site.then is not None else None,
        "excerpt": [] if site.how is How.LOST else _excerpt(site, sources),
    }


def _excerpt(site: Site, sources: Sources) -> list[dict[str, Any]]:
    last = len(sources.lines(site.span.path))
    numbers = range(max(site.span.line - _AROUND, 1), min(site.span.line + _AROUND, last) + 1)
    lines = ((number, sources.line(site.span.path, number).decode("utf-8", "replace")) for number in numbers)
    return [{"line": number, "text": text} for number, text in lines]


def _finding(prediction: Prediction | None) -> dict[str, Any] | None:
    if prediction is None:
        return None
    finding = prediction.finding
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": utf8(finding.message),
        "path": utf8(finding.span.path),
        "line": finding.span.line,
        "column": finding.span.column,
        "fingerprint": finding.fingerprint,
        "match": prediction.match,
    }


def _diagnostic(item: Diagnostic) -> dict[str, Any]:
    return {"path": utf8(item.path), "line": item.line, "kind": item.kind, "message": utf8(item.message)}

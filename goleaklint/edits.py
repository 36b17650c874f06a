"""Applies fixes to the bytes of a file: all of those that do not touch each other, and nothing else of the file."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from goleaklint.model import Edit, Finding, Span


def digest(data: bytes) -> str:
    """What tells the contents of two files apart."""
    import hashlib

    return hashlib.sha256(data).hexdigest()[:32]


def stamped(finding: Finding, data: bytes) -> Finding:
    """With the digest of the bytes that its fix is made for."""
    if finding.fix is None:
        return finding
    return msgspec.structs.replace(finding, fix=finding.fix._replace(digest=digest(data)))


def apply(data: bytes, findings: Iterable[Finding]) -> tuple[bytes, list[Finding]]:
    """The file with the fixes of as many findings as possible, and those findings; no two touch the same lines.

    A fix that was made for other bytes is left out.
    """
    starts = _line_starts(data)
    end = line_end(data)
    now = digest(data)
    taken: list[tuple[int, int]] = []  # the lines that are edited; neighbours may be aligned with each other
    chosen: list[tuple[int, int, bytes]] = []
    applied: list[Finding] = []
    for finding in findings:
        fix = finding.fix
        if fix is None or fix.digest != now or any(edit.span.path != finding.span.path for edit in fix.edits):
            continue
        lines = [(edit.span.line - 1, edit.span.end_line + 1) for edit in fix.edits]
        if any(first <= end_line and start <= last for first, last in lines for start, end_line in taken):
            continue
        taken += lines
        applied.append(finding)
        chosen += [_replacement(edit, starts, end) for edit in fix.edits]
    for start, stop, text in sorted(chosen, reverse=True):
        data = data[:start] + text + data[stop:]
    return data, applied


def line_end(data: bytes) -> bytes:
    """How the lines of a file end: `\\r\\n` when all of them do."""
    return b"\r\n" if b"\r\n" in data and b"\n" not in data.replace(b"\r\n", b"") else b"\n"


def _replacement(edit: Edit, starts: list[int], end: bytes) -> tuple[int, int, bytes]:
    start, stop = _offsets(edit.span, starts)
    return start, stop, edit.text.encode().replace(b"\n", end)


def _offsets(span: Span, starts: list[int]) -> tuple[int, int]:
    return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1


def _line_starts(data: bytes) -> list[int]:
    starts = [0]
    at = data.find(b"\n")
    while at >= 0:
        starts.append(at + 1)
        at = data.find(b"\n", at + 1)
    return starts

"""One small project, with findings made by hand: formats are tested without the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from goleaklint.model import (
    Confidence,
    Diagnostic,
    Finding,
    Related,
    Report,
    Role,
    Rule,
    Severity,
    Span,
    Stats,
    Step,
)

PROJECT = Path(__file__).parent / "project"
WORKER = "worker/worker.go"
UNICODE = "größe x/größe.go"

ABANDONED = Rule(
    code="GLK101",
    name="abandoned-send",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    since="0.1.0",
    wait_reasons=("chan send", "chan send (nil chan)"),
    doc="A send that nobody receives.\n\n*Why it leaks*\n\nThe receiver has left,\nso the sender waits for ever.\n"
    "\n*Leaks*\n\n```go\nch <- 1\n```\n",
)
FOREVER = Rule(
    code="GLK202",
    name="forever-select",
    severity=Severity.NOTE,
    confidence=Confidence.MEDIUM,
    since="0.1.0",
    wait_reasons=("select (no cases)",),
    preview=True,
    doc="A select without cases.\n",
)
SEND = Finding(
    code="GLK101",
    name="abandoned-send",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    message="send on done blocks for ever once the timeout has won",
    span=Span(WORKER, 18, 3, 18, 21),
    function="worker.Run.func1",
    related=(
        Related(Role.MADE, Span(WORKER, 9, 10, 9, 29), "done is made here, without a buffer"),
        Related(Role.CREATION, Span(WORKER, 11, 2, 19, 5), "the goroutine starts here"),
        Related(Role.EXIT, Span(WORKER, 24, 3, 24, 13), "this return leaves nobody who receives from done"),
        Related(Role.EXIT, Span(WORKER, 26, 3, 26, 32), "and so does this one"),
    ),
    flow=(
        Step(Span(WORKER, 11, 2, 19, 5), "the goroutine starts here"),
        Step(Span(WORKER, 26, 3, 26, 32), "the function returns"),
        Step(Span(WORKER, 18, 3, 18, 21), "nobody receives"),
    ),
    fingerprint="0123456789abcdef0123456789abcdef",
)
FAR = Finding(
    code="GLK101",
    name="abandoned-send",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    message="nobody receives from jobs",
    span=Span("worker/pool.go", 5, 27, 5, 38),
    function="worker.Submit",
    related=(
        Related(Role.MADE, Span("worker/pool.go", 3, 5, 3, 29), "made here"),
        Related(Role.CREATION, Span(WORKER, 11, 2, 19, 5), "called in the goroutine made here"),
    ),
    fingerprint="1123456789abcdef0123456789abcdef",
)
WIDE = Finding(
    code="GLK101",
    name="abandoned-send",
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    message='send on wörter["日本"] blocks for ever',
    span=Span(UNICODE, 4, 110, 4, 132),
    function="größe.Grüße.func1",
    related=(Related(Role.CREATION, Span(UNICODE, 4, 98, 4, 138), "the goroutine starts here"),),
    fingerprint="2123456789abcdef0123456789abcdef",
)
HOSTILE = Finding(
    code="GLK202",
    name="forever-select",
    severity=Severity.NOTE,
    confidence=Confidence.MEDIUM,
    message="select {} in \x1b[31m\u202e[x](1) \\ 100%: a,b\nblocks \udcff",
    span=Span(UNICODE, 6, 3, 6, 12),
    function="größe.Grüße\x07",
    fingerprint="3123456789abcdef0123456789abcdef",
)
REPORT = Report(
    findings=tuple(sorted((SEND, FAR, WIDE, HOSTILE), key=Finding.sort_key)),
    diagnostics=(
        Diagnostic(path="worker/bad file.go", kind="unreadable", message="permission denied"),
        Diagnostic(path=WORKER, line=12, kind="partly-parsed", message="1 declaration could not be parsed"),
    ),
    rules=(ABANDONED, FOREVER),
    on=frozenset({"GLK101", "GLK202"}),
    stats=Stats(files=3, lines=41, packages=2, suppressed=1, skipped={"generated": 2, "vendor": 1}),
    root=PROJECT.as_posix(),
)


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> Report:
    """A report on the project, which is the working directory."""
    monkeypatch.chdir(PROJECT)
    return REPORT

"""Which findings a comment suppresses, and which comments are findings themselves."""

from __future__ import annotations

import pytest

from goleaklint.filters import suppress
from goleaklint.model import Confidence, Finding, Severity, Span

CODES = {"GLK101": "GLK101", "abandoned-send": "GLK101", "GLK203": "GLK203", "GLK900": "GLK900", "GLK901": "GLK901"}
ON = frozenset(CODES.values())
PATH = "a.go"


def finding(code: str, line: int) -> Finding:
    return Finding(
        code=code,
        name="x",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message="m",
        span=Span(PATH, line, 1, line, 2),
    )


def run(
    source: str, *findings: tuple[str, int], on: frozenset[str] = ON, partial: frozenset[str] = frozenset()
) -> tuple[list[str], list[str]]:
    """(what stays, what is suppressed), as `code:line`, or `code:line message` for findings about comments."""
    kept, suppressed = suppress.apply(
        [finding(code, line) for code, line in findings],
        {PATH: source.encode()},
        resolve=CODES.get,
        on=lambda path: on,
        partial=partial,
    )
    return [_line(f) for f in kept], [_line(f) for f in suppressed]


def _line(found: Finding) -> str:
    return f"{found.code}:{found.span.line}" + ("" if found.message == "m" else f" {found.message}")


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        ("x <- 1 //goleaklint:ignore GLK101 read elsewhere", "GLK101", 1),
        ("x <- 1 //goleaklint:ignore abandoned-send read elsewhere", "GLK101", 1),
        ("x <- 1 //goleaklint:ignore GLK203, GLK101 read elsewhere", "GLK101", 1),
        ("//goleaklint:ignore GLK101 read elsewhere\nx <- 1", "GLK101", 2),
        ("//goleaklint:ignore GLK101 read elsewhere\n// more\nx <- 1", "GLK101", 3),
        ("//goleaklint:ignore GLK101 read elsewhere\ngo func() {\n\tx <- 1\n}()", "GLK101", 3),
        ("go func() { //goleaklint:ignore GLK101 read elsewhere\n\tx <- 1\n}()", "GLK101", 2),
        ("//goleaklint:file-ignore GLK101 read elsewhere\npackage p\n\nfunc f() {\n\tx <- 1\n}", "GLK101", 5),
        ("package p\n\nfunc f() {\n\tx <- 1\n}\n//goleaklint:file-ignore GLK101 read elsewhere", "GLK101", 4),
        ("x <- 1 //nolint", "GLK101", 1),
        ("x <- 1 // nolint", "GLK101", 1),
        ("x <- 1 //nolint:all // because", "GLK101", 1),
        ("x <- 1 //nolint:errcheck, goleaklint // because", "GLK101", 1),
        ("//nolint:goleaklint\nx <- 1", "GLK101", 2),
    ],
)
def test_suppressed(source: str, code: str, line: int) -> None:
    """Each form suppresses what it covers; all of them are used, and none is malformed."""
    kept, suppressed = run(source, (code, line))
    assert suppressed == [f"{code}:{line}"]
    assert [text for text in kept if "GLK203" not in text] == []


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x <- 1 //nolint:errcheck", 1),
        ("x <- 1 //nolintlint", 1),
        ("//lint:ignore GLK101 staticcheck's own namespace\nx <- 1", 2),
        ('x <- "//goleaklint:ignore GLK101 in a string"', 1),
        ("/*goleaklint:ignore GLK101 reason*/ x <- 1", 1),
        ("//goleaklint:ignore GLK101 too far above\n\n", 3),
    ],
)
def test_not_suppressed(source: str, line: int) -> None:
    """Other tools' comments, text that is no comment, and comments elsewhere suppress nothing."""
    kept, suppressed = run(source, ("GLK101", line), on=ON - {"GLK900"})
    assert (kept, suppressed) == ([f"GLK101:{line}"], [])


@pytest.mark.parametrize(
    ("comment", "why"),
    [
        ("//goleaklint:ignore", "it names no rule"),
        ("//goleaklint:ignore GLK101", "it gives no reason"),
        ("//goleaklint:ignore GLK101 // ", "it gives no reason"),
        ("//goleaklint:ignore GLK999 reason", "there is no rule GLK999"),
        ("//goleaklint:ignroe GLK101 reason", "neither ignore nor file-ignore but ignroe"),
        ("// goleaklint:ignore GLK101 reason", "a space after the slashes makes it a plain comment"),
    ],
)
def test_malformed(comment: str, why: str) -> None:
    """A directive that is not in force says why, and suppresses nothing."""
    kept, suppressed = run(f"x <- 1 {comment}", ("GLK101", 1))
    assert (kept, suppressed) == (["GLK101:1", f"GLK901:1 suppression comment is not in force: {why}"], [])


def test_prose_about_directives_is_no_directive() -> None:
    """A comment that only speaks of the form is left alone."""
    assert run("// goleaklint:ignore is what we use here\n") == ([], [])


def test_unused() -> None:
    """A directive is unused by code, when the rule was on; `//nolint` never is."""
    source = "x <- 1 //goleaklint:ignore GLK101,GLK203 reason\n//nolint\n"
    assert run(source, ("GLK101", 1)) == (["GLK900:1 ignore of GLK203 suppresses nothing"], ["GLK101:1"])
    assert run(source, ("GLK101", 1), on=ON - {"GLK203"}) == ([], ["GLK101:1"])
    assert run(source) == (["GLK900:1 ignore of GLK101, GLK203 suppresses nothing"], [])


def test_unused_is_not_said_of_a_file_analysed_in_part() -> None:
    """Silence in a function that was not explored proves nothing."""
    assert run("//goleaklint:ignore GLK101 reason\n", partial=frozenset({PATH})) == ([], [])


def test_findings_about_comments_can_be_suppressed() -> None:
    """GLK900 is a rule like others."""
    source = "//goleaklint:file-ignore GLK900 kept for the next release\n//goleaklint:ignore GLK101 reason\n"
    assert run(source) == ([], ["GLK900:2 ignore of GLK101 suppresses nothing"])


def test_findings_elsewhere_stay() -> None:
    """A finding in a file that is not among those given is not lost."""
    assert suppress.apply([finding("GLK101", 1)], {}, resolve=CODES.get, on=lambda path: ON) == (
        [finding("GLK101", 1)],
        [],
    )

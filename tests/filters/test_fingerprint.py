"""A fingerprint stays when the file around a finding changes, and tells equal findings apart."""

from __future__ import annotations

import pytest

from goleaklint.filters import fingerprint
from goleaklint.model import Confidence, Finding, Severity, Span


def prints(
    source: str, *lines: int, path: str = "a/b.go", code: str = "GLK101", function: str = "b.f.func1"
) -> list[str]:
    findings = [
        Finding(
            code=code,
            name="x",
            severity=Severity.ERROR,
            confidence=Confidence.HIGH,
            message="m",
            span=Span(path, line, 2, line, 3),
            function=function,
        )
        for line in lines
    ]
    text = source.encode().split(b"\n")
    named = fingerprint.assign(findings, line=lambda _, number: text[number - 1], local=lambda path: path)
    return [finding.fingerprint for finding in named]


def test_it_is_32_hexadecimal_digits() -> None:
    """The value itself is promised: a baseline written by one version is read by the next."""
    assert prints("\tch <- 1\n", 1) == ["87176a0fc992078589a048b3f6c0bac2"]


@pytest.mark.parametrize(
    ("after", "line", "function"),
    [
        ("// new\n\n\tch <- 1\n", 3, "b.f.func1"),
        ("\t\t ch   <-  1 // why\n", 1, "b.f.func1"),
        ("\tch <- /* one */ 1\n", 1, "b.f.func1"),
        ("\tch <- 1\n", 1, "b.f.func2.1"),
    ],
)
def test_it_stays(after: str, line: int, function: str) -> None:
    """Lines above, white space, comments and the closures before it do not change it."""
    assert prints(after, line, function=function) == prints("\tch <- 1\n", 1)


def test_it_changes() -> None:
    """Another rule, file, function or statement is another finding."""
    first = prints("\tch <- 1\n", 1)
    others = [
        prints("\tch <- 1\n", 1, code="GLK102"),
        prints("\tch <- 1\n", 1, path="a/c.go"),
        prints("\tch <- 1\n", 1, function="b.g.func1"),
        prints("\tch <- 2\n", 1),
    ]
    assert len({str(value) for value in [first, *others]}) == 5


def test_equal_findings_are_told_apart() -> None:
    """Two equal statements of one function have two names, in their order; the first keeps its own."""
    one = prints("ch <- 1\n", 1)
    two = prints("ch <- 1\nch <- 1\n", 1, 2)
    assert two[:1] == one
    assert len(set(two)) == 2


def test_text_in_strings_is_kept() -> None:
    """What looks like a comment in a string is a part of the statement."""
    assert fingerprint.statement(b'\tch <- "a // b" + `c  /*` + \'"\' // d') == 'ch<-"a // b"+`c  /*`+\'"\''

"""Where `--add-ignore` puts its comments."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from goleaklint.filters import add_ignore, directives
from goleaklint.model import Confidence, Finding, Severity, Span

CODES = {"GLK101": "GLK101", "abandoned-send": "GLK101", "GLK203": "GLK203", "GLK701": "GLK701"}
PATH = "a.go"


def written(source: str, *found: tuple[str, str]) -> tuple[str, list[str]]:
    """The source with comments, and the codes that they cover; a finding is its code and the text that it begins at."""
    findings = []
    for code, text in found:
        before = source[: source.index(text)]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        findings.append(
            Finding(
                code=code,
                name="x",
                severity=Severity.ERROR,
                confidence=Confidence.HIGH,
                message="m",
                span=Span(PATH, line, column, line, column + 1),
            )
        )
    result = add_ignore.write(PATH, source.encode(), findings, "why", CODES.get)
    for one in directives.read(PATH, result.data, CODES.get):
        assert one.trouble == ""
    return result.data.decode(), [finding.code for finding in result.covered]


PLACES = {
    "statement": ("func f() {\n\tx()\n\tc <- v\n}\n", "c <-", "func f() {\n\tx()\n\t//@\n\tc <- v\n}\n"),
    "inside an expression": (
        "func f() {\n\tx(\n\t\t1,\n\t\t<-c,\n\t)\n}\n",
        "<-c",
        "func f() {\n\t//@\n\tx(\n\t\t1,\n\t\t<-c,\n\t)\n}\n",
    ),
    "inside a literal": (
        "func f() {\n\tx(1, func() {\n\t\tc <- v\n\t})\n}\n",
        "c <-",
        "func f() {\n\tx(1, func() {\n\t\t//@\n\t\tc <- v\n\t})\n}\n",
    ),
    "case": (
        "func f() {\n\tselect {\n\tcase <-d:\n\t\tx()\n\tcase c <- v:\n\t}\n}\n",
        "c <-",
        "func f() {\n\tselect {\n\tcase <-d:\n\t\tx()\n\t//@\n\tcase c <- v:\n\t}\n}\n",
    ),
    "else if": (
        "func f() {\n\tif a {\n\t\tx()\n\t} else if <-c {\n\t\ty()\n\t}\n}\n",
        "<-c",
        "func f() {\n\t//@\n\tif a {\n\t\tx()\n\t} else if <-c {\n\t\ty()\n\t}\n}\n",
    ),
    "label": (
        "func f() {\nouter:\n\tfor range c {\n\t\tbreak outer\n\t}\n}\n",
        "for range",
        "func f() {\nouter:\n\t//@\n\tfor range c {\n\t\tbreak outer\n\t}\n}\n",
    ),
    "documented declaration": (
        "// f sends.\nfunc f() { c <- v }\n",
        "c <-",
        "// f sends.\n//\n//@\nfunc f() { c <- v }\n",
    ),
    "group of variables": (
        "func f() {\n\tvar (\n\t\ta = 1\n\t\tb = <-c\n\t)\n}\n",
        "<-c",
        "func f() {\n\t//@\n\tvar (\n\t\ta = 1\n\t\tb = <-c\n\t)\n}\n",
    ),
    "last of a group": (
        "func f() {\n\tvar (\n\t\ta = 1\n\n\t\tb = <-c\n\t)\n}\n",
        "<-c",
        "func f() {\n\tvar (\n\t\ta = 1\n\n\t\t//@\n\t\tb = <-c\n\t)\n}\n",
    ),
    "variable": ("func f() {\n\tvar a = <-c\n}\n", "<-c", "func f() {\n\t//@\n\tvar a = <-c\n}\n"),
    "aligned comments": (
        "func f() {\n\tif a {\n\t\tx()    // one\n\t\tc <- v // two\n\t}\n}\n",
        "c <-",
        "func f() {\n\t//@\n\tif a {\n\t\tx()    // one\n\t\tc <- v // two\n\t}\n}\n",
    ),
    "below a comment": (
        "func f() {\n\t// It is read elsewhere.\n\tc <- v\n}\n",
        "c <-",
        "func f() {\n\t// It is read elsewhere.\n\t//@\n\tc <- v\n}\n",
    ),
    "package variable": (
        "var (\n\ta = func() {\n\t\t<-c\n\t}\n)\n",
        "<-c",
        "var (\n\ta = func() {\n\t\t//@\n\t\t<-c\n\t}\n)\n",
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_places(place: str) -> None:
    """Above the innermost statement or case that it covers; nowhere where gofmt would align neighbours anew."""
    source, text, expected = ("package p\n\n" + part if "\n" in part else part for part in PLACES[place])
    wanted = expected.replace("@", "goleaklint:ignore GLK101 why")
    assert written(source, ("GLK101", text)) == (wanted, ["GLK101"] if wanted != source else [])
    if shutil.which("gofmt") is not None:
        formatted = subprocess.run(["gofmt"], input=wanted, capture_output=True, text=True, check=True)
        assert formatted.stdout == wanted


def test_several_codes() -> None:
    """One comment for one statement, with the codes in order; one that covers a finding already is enough for it."""
    source = "package p\n\nfunc f() {\n\tgo func() {\n\t\tc <- v\n\t}()\n}\n"
    assert written(source, ("GLK701", "go func"), ("GLK203", "go func"), ("GLK203", "c <-"), ("GLK101", "c <-")) == (
        source.replace("\tgo func", "\t//goleaklint:ignore GLK203,GLK701 why\n\tgo func").replace(
            "\t\tc <-", "\t\t//goleaklint:ignore GLK101 why\n\t\tc <-"
        ),
        ["GLK203", "GLK701", "GLK101", "GLK203"],
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\t//@GLK701 old, and so on\n\tc <- v\n", "\t//@GLK203,GLK701 old, and so on\n\tc <- v\n"),
        ("\t//@abandoned-send old\n\t// more\n\tc <- v\n", "\t//@abandoned-send,GLK203 old\n\t// more\n\tc <- v\n"),
        ("\tc <- v //@GLK101 , GLK701 old\n", "\tc <- v //@GLK101,GLK203,GLK701 old\n"),
        ("\t//@GLK203 old\n\tc <- v\n", "\t//@GLK203 old\n\tc <- v\n"),
        ("\t//nolint:gosec // old\n\tc <- v\n", "\t//nolint:gosec // old\n\t//@GLK203 why\n\tc <- v\n"),
        ("\t//@GLK999 old\n\tc <- v\n", "\t//@GLK999 old\n\t//@GLK203 why\n\tc <- v\n"),
    ],
)
def test_what_is_there(before: str, after: str) -> None:
    """A directive in force on the statement gets the code, and keeps its words and its reason; others are left."""

    def source(text: str) -> str:
        return "package p\n\nfunc f() {\n" + text.replace("@", "goleaklint:ignore ") + "}\n"

    result = add_ignore.write(PATH, source(before).encode(), [_send(source(before))], "why", CODES.get)
    assert result.data.decode() == source(after)


def _send(source: str) -> Finding:
    line = source[: source.index("c <-")].count("\n") + 1
    return Finding(
        code="GLK203",
        name="x",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message="m",
        span=Span(PATH, line, 2, line, 3),
    )


def test_line_ends() -> None:
    """CRLF stays, a byte order mark and a missing line end, too."""
    source = "\ufeffpackage p\r\n\r\n// Doc.\r\nfunc f() { c <- v }"
    assert written(source, ("GLK101", "c <-")) == (
        "\ufeffpackage p\r\n\r\n// Doc.\r\n//\r\n//goleaklint:ignore GLK101 why\r\nfunc f() { c <- v }",
        ["GLK101"],
    )


@pytest.mark.parametrize(
    ("reason", "trouble"),
    [
        ("the reader stays", ""),
        (directives.PLACEHOLDER, ""),
        ("", "it is empty"),
        (" - ", "it is empty"),
        ("a\nb", "it has more than one line, or characters that cannot be seen"),
        ("a\u202eb", "it has more than one line, or characters that cannot be seen"),
        ("a\udcffb", "it has more than one line, or characters that cannot be seen"),
        (",b", "it begins with a comma"),
    ],
)
def test_reasons(reason: str, trouble: str) -> None:
    """A reason that would make no directive is told apart."""
    assert directives.trouble_of(reason) == trouble

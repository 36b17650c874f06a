"""Suppression comments are looked for in files that may hold anything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from goleaklint.filters import directives
from goleaklint.filters.comments import Scan

PARTS = [b"//goleaklint:ignore ", b"GLK101", b",", b" why", b"//nolint", b"\n", b"/*", b"*/", b'"', b"`", b"'", b"\\"]
PARTS += [b"{", b"}", b"(", b")", b"x", b":=", b"\t", b"//", b"\xff", b"\xe2\x80\xa8", b"\r"]
SOURCES = st.lists(st.sampled_from(PARTS) | st.binary(max_size=4)).map(b"".join)


@given(SOURCES)
def test_any_bytes_can_be_scanned(data: bytes) -> None:
    """Comments stand where their text is, and what they cover are lines of the file."""
    scan = Scan(data)
    lines = data.split(b"\n")
    for comment in scan.comments:
        assert lines[comment.line - 1][comment.column - 1 :].startswith(b"//")
        covered = scan.covered(comment)
        assert comment.line in covered
        assert covered.stop <= len(lines) + 2


@given(SOURCES)
def test_any_bytes_can_be_read(data: bytes) -> None:
    """Whatever follows the slashes, a directive is in force or says why it is not."""
    for directive in directives.read("a.go", data, {"GLK101": "GLK101"}.get):
        assert bool(directive.trouble) == (directive.kind != "nolint" and not directive.codes)

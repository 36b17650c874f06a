"""The byte scanner tells comments from text that looks like one, and knows where statements end."""

from __future__ import annotations

from goleaklint.filters.comments import Comment, Scan

SOURCE = b"""package p

func f() { // first
	s := "// no comment" + `
// none either` // second
	r := '"' // third
	/* // nor this
	one */ go func() {
		a(
			b,
		)
	}()
	x :=
		1
	switch {
	case y: // fourth
		z()
	}
	//alone
	// also alone

	if a {
		b()
	} else {
		c()
	}
}
"""


def test_comments_are_real_comments() -> None:
    """Strings, raw strings, runes and block comments hold no directive."""
    assert Scan(SOURCE).comments == [
        Comment(3, 12, "// first", False),
        Comment(5, 17, "// second", False),
        Comment(6, 11, "// third", False),
        Comment(16, 10, "// fourth", False),
        Comment(19, 2, "//alone", True),
        Comment(20, 2, "// also alone", True),
    ]


def test_statements_end_where_go_ends_them() -> None:
    """A statement reaches over its brackets and over line ends at which Go inserts no semicolon."""
    scan = Scan(SOURCE)
    starts = {3: 27, 4: 5, 6: 6, 8: 12, 9: 11, 13: 14, 15: 18, 16: 16, 17: 17, 22: 26, 24: 26, 26: 26}
    assert {line: scan.statement(line) for line in starts} == {
        line: range(line, end + 1) for line, end in starts.items()
    }


def test_a_line_without_code_is_itself() -> None:
    """Nothing begins on a blank line, a comment, or past the end."""
    scan = Scan(SOURCE)
    assert [scan.statement(line) for line in (2, 19, 21, 500)] == [range(n, n + 1) for n in (2, 19, 21, 500)]


def test_a_comment_covers_its_statement() -> None:
    """Behind code it speaks of that statement, alone of the one right below it."""
    scan = Scan(b"go f(\n\tx,\n) // a\n//b\n//c\ngo g(\n\ty)\n//d\n\ngo h()\n")
    assert [scan.covered(comment) for comment in scan.comments] == [
        range(3, 4),
        range(4, 8),
        range(5, 8),
        range(8, 10),
    ]


def test_broken_source_is_no_trouble() -> None:
    """Unclosed strings, comments and brackets end with the line or the file."""
    for data in (
        b'x := "abc\n// c',
        b"x := `abc\n// none",
        b"/* abc",
        b"f({[\n// c",
        b")\n]}",
        b"",
        b"'\n",
        b"\xff\xfe",
    ):
        Scan(data)
    assert Scan(b'x := "abc\n// c').comments == [Comment(2, 1, "// c", True)]

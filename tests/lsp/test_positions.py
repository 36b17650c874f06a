"""Positions of the protocol, in all three encodings and with all three line ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goleaklint.lsp.positions import Place, Text, encoded
from goleaklint.model import Span

LETTERS = st.text(alphabet="a\té𝒳\r\n\u2028\f", max_size=40)
ENCODINGS = ("utf-8", "utf-16", "utf-32")


@pytest.mark.parametrize(("encoding", "start"), [("utf-8", 9), ("utf-16", 6), ("utf-32", 5)])
def test_characters_are_counted_in_the_encoding(encoding: str, start: int) -> None:
    """A tab is one, é one or two, a letter outside of the first plane one, two or four."""
    text = Text(encoded("x\n\té𝒳) <- c\n"), encoding)
    span = Span("a.go", 2, 10, 2, 12)
    assert text.place(span) == Place(1, start, 1, start + 2)
    assert text.data[text.offset(1, start) :][:2] == b"<-"


def test_a_span_counts_lines_of_newlines_only() -> None:
    """A lone carriage return ends a line in an editor, not in Go."""
    text = Text(b"a\rb\r\nc\nd")
    assert text.place(Span("a.go", 1, 3, 2, 2)) == Place(1, 0, 2, 1)
    assert text.place(Span("a.go", 3, 1, 3, 2)) == Place(3, 0, 3, 1)


def test_what_lies_outside_is_moved_to_the_edge() -> None:
    """A file may have changed since, a rule may be wrong."""
    text = Text(b"ab\ncd")
    assert text.place(Span("a.go", 9, 9, 0, 0)) == Place(1, 2, 0, 0)
    assert (text.offset(0, 99), text.offset(99, 0)) == (2, 5)


@given(st.text(alphabet="aé𝒳\r\n\t", max_size=30), st.sampled_from(ENCODINGS))
def test_every_offset_has_one_position(source: str, encoding: str) -> None:
    """The way there and back ends where it began; only between \\r and \\n there is no position."""
    data = encoded(source)
    text = Text(data, encoding)
    at = 0
    for letter in source:
        if data[at - 1 : at + 1] != b"\r\n" or at == 0:
            assert text.offset(*text.position(at)) == at
        at += len(letter.encode())
    assert text.offset(*text.position(at)) == at


@given(LETTERS, LETTERS, st.data(), st.sampled_from(ENCODINGS))
def test_a_change_is_that_of_the_text(source: str, new: str, data: st.DataObject, encoding: str) -> None:
    """Incremental changes give what a change of the whole text gives."""
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    if source[start - 1 : start + 1] == "\r\n" or source[end - 1 : end + 1] == "\r\n":
        return  # no editor has a position there
    text = Text(encoded(source), encoding)
    place = Place(*text.position(len(encoded(source[:start]))), *text.position(len(encoded(source[:end]))))
    assert text.changed(place, new).data == encoded(source[:start] + new + source[end:])


def test_half_a_pair_is_a_question_mark() -> None:
    """It takes one unit of UTF-16 in the editor, and one here."""
    assert encoded("a\ud835b") == b"a?b"

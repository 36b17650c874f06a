"""Where the comments of a Go file stand, and how far the statement that begins on a line reaches.

A byte scanner, not a parser: it works in files that do not compile. Lines and columns count from 1.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

_TOKEN = re.compile(
    rb"""
      (?P<comment> //[^\n]* )
    | (?P<block> /\* .*? (?: \*/ | \Z ) )
    | (?P<text> "(?:\\.|[^"\\\n])*"? | `[^`]*`? | '(?:\\.|[^'\\\n])*'? )
    | (?P<newline> \n )
    | (?P<open> [(\[{] )
    | (?P<close> [)\]}] )
    | (?P<word> [^\s"'`/()\[\]{}]+ | / )
    """,
    re.VERBOSE | re.DOTALL,
)
# Go ends a statement at a line end after these (spec, "Semicolons"); after a colon too, for labels and cases.
_ENDS_STATEMENT = re.compile(rb"""(?: [\w"'`)\]}:\x80-\xff] | \+\+ | -- ) \Z""", re.VERBOSE)


class Comment(NamedTuple):
    """A `//` comment: its text from the slashes on, and whether it has its line for itself."""

    line: int
    column: int
    text: str
    alone: bool


class _Line(NamedTuple):
    """The code of one line: what its brackets do to the depth, and whether a statement may end with it."""

    line: int
    depths: tuple[int, ...]
    ends: bool


class Scan:
    """The comments of a file, and the extent of its statements."""

    def __init__(self, data: bytes) -> None:
        self.comments: list[Comment] = []
        self.code: dict[int, _Line] = {}  # by the line on which the first token of the physical line stands
        line, line_at, first = 1, 0, 0
        depths: list[int] = []
        last = b""
        for match in _TOKEN.finditer(data):
            kind, text = match.lastgroup, match.group()
            if kind == "newline":
                if first:
                    self.code[first] = _Line(line, tuple(depths), bool(_ENDS_STATEMENT.search(last)))
                line, line_at, first, depths, last = line + 1, match.end(), 0, [], b""
                continue
            if kind == "comment":
                written = text.decode("utf-8", "replace").rstrip()
                self.comments.append(Comment(line, match.start() - line_at + 1, written, not first))
                continue
            if kind != "block":
                first, last = first or line, text
                depths += [1] if kind == "open" else [-1] if kind == "close" else []
            if b"\n" in text:
                line += text.count(b"\n")
                line_at = match.start() + text.rindex(b"\n") + 1
        if first:
            self.code[first] = _Line(line, tuple(depths), True)
        self._starts = sorted(self.code)

    def statement(self, line: int) -> range:
        """The lines of the statement that begins on `line`; that line alone when no code begins there."""
        depth = 0
        end = line
        for index in range(bisect_left(self._starts, line), len(self._starts)):
            start = self._starts[index]
            if start > line and end == line and line not in self.code:
                break
            code = self.code[start]
            for step in code.depths:
                depth = max(depth + step, 0) if start == line else depth + step
            end = code.line
            if depth <= 0 and code.ends:
                break
        return range(line, end + 1)

    def covered(self, comment: Comment) -> range:
        """The lines that a comment speaks about: its own statement, or the one below it when it stands alone."""
        if not comment.alone:
            return self.statement(comment.line)
        alone = {other.line for other in self.comments if other.alone}
        below = comment.line + 1
        while below in alone and below not in self.code:
            below += 1
        return range(comment.line, self.statement(below).stop)

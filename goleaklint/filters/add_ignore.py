"""Writes `//goleaklint:ignore` comments: where one has to stand to cover a finding, and the file with all of them.

A comment stands above the innermost statement, or case, that begins its line and holds the start of the finding; an
existing one there gets the codes as well. Where gofmt would align the lines around it anew, the next statement outwards
has it. What is left has no such place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from goleaklint.filters import directives
from goleaklint.filters.comments import Scan
from goleaklint.filters.directives import Directive, Resolve
from goleaklint.golang import ast
from goleaklint.golang.source import SourceFile, parse_file
from goleaklint.golang.walk import descend
from goleaklint.model import Finding

_HEAD = re.compile(rb"\s*((?:var|const|type)\s+)?\Z")
_GROUP = re.compile(rb"\s*(?:var|const|type)\s*\(\s*\Z")
_DIRECTIVE = re.compile(rb"//[a-z0-9]+:[a-z0-9]")


class Written(NamedTuple):
    """The bytes of the file with the comments, and the findings that they cover."""

    data: bytes
    covered: list[Finding]


def write(path: str, data: bytes, findings: Iterable[Finding], reason: str, resolve: Resolve) -> Written:
    """The file with comments that suppress the findings, as far as there is a place for them."""
    places = _Places(path, data)
    wanted: dict[int, set[str]] = {}
    covered: list[Finding] = []
    for finding in sorted(findings, key=Finding.sort_key):
        line = finding.span.line
        if any(finding.code in codes and line in places.scan.statement(at) for at, codes in wanted.items()):
            covered.append(finding)
            continue
        at = next(places.of(finding), None)
        if at is not None:
            wanted.setdefault(at, set()).add(finding.code)
            covered.append(finding)
    present = directives.read(path, data, resolve)
    lines = data.split(b"\n")
    for at, codes in sorted(wanted.items(), reverse=True):
        there = next((one for one in present if places.is_about(one, at)), None)
        if there is not None:
            _merge(lines, there, codes, resolve)
        else:
            lines[at - 1 : at - 1] = places.comment(at, codes, reason)
    return Written(b"\n".join(lines), covered)


def _merge(lines: list[bytes], there: Directive, codes: set[str], resolve: Resolve) -> None:
    line = lines[there.span.line - 1]
    before, text, after = (
        line[: there.span.column - 1],
        line[there.span.column - 1 : there.span.end_column - 1],
        line[there.span.end_column - 1 :],
    )
    new = directives.with_codes(text.decode("utf-8", "surrogateescape"), codes, resolve)
    lines[there.span.line - 1] = before + new.encode("utf-8", "surrogateescape") + after


class _Places:
    """The lines of one file above which a comment may stand."""

    def __init__(self, path: str, data: bytes) -> None:
        self.file = parse_file(path, data)
        self.scan = Scan(data)
        self.lines = data.split(b"\n")
        self.offsets = [0, *accumulate(len(line) + 1 for line in self.lines)]
        self.alone = {comment.line for comment in self.scan.comments if comment.alone}
        self.behind = {comment.line for comment in self.scan.comments if not comment.alone}
        self.starts = sorted(_starts(self.file), key=lambda node: (node.at, -node.end))

    def of(self, finding: Finding) -> Iterator[int]:
        """The lines for one finding, innermost first."""
        span = finding.span
        offset = self.offsets[span.line - 1] + span.column - 1
        for node in reversed(self.starts):
            if not node.at <= offset < node.end:
                continue
            line, column = self.file.position(node.at)
            head = _HEAD.match(self.line(line), 0, column - 1)
            if head is None or span.line not in self.scan.statement(line):
                continue
            if node.is_spec and not head[1]:
                line = self._group(line)
            if not {line - 1, line} <= self.behind:  # gofmt may have aligned the comments behind these lines
                yield line

    def line(self, number: int) -> bytes:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else b""

    def _group(self, line: int) -> int:
        """The line above which the comment of a spec stands: in a group, those next to each other are aligned."""
        above = line - 1
        while self.line(above).strip() and not _GROUP.match(self.line(above)):
            above -= 1
        return above if above < line - 1 and _GROUP.match(self.line(above)) else line

    def is_about(self, directive: Directive, at: int) -> bool:
        """Whether a directive in force is about the statement that begins on this line, and no larger one."""
        if directive.trouble or directive.kind != "ignore":
            return False
        line = directive.span.line
        return line == at or (line < at and all(one in self.alone for one in range(line, at)))

    def comment(self, at: int, codes: set[str], reason: str) -> list[bytes]:
        """The new lines; in a doc comment gofmt wants an empty line before a directive."""
        line, above = self.line(at), self.line(at - 1)
        indent = line[: len(line) - len(line.lstrip())]
        end = b"\r" if above.endswith(b"\r") else b""
        text = indent + f"//goleaklint:ignore {','.join(sorted(codes))} {reason.strip()}".encode() + end
        is_doc = not indent and above.startswith(b"//") and above.strip() != b"//"
        return [b"//" + end, text] if is_doc and not _DIRECTIVE.match(above) else [text]


class _Start(NamedTuple):
    """The extent of a declaration, a statement or a case; a spec may be one of a group, `var ( ... )`."""

    at: int
    end: int
    is_spec: bool


def _starts(file: SourceFile) -> Iterator[_Start]:
    """Everything that a comment may stand above."""
    for value in file.values:
        yield _Start(value.at, value.end, True)
        for expr in value.unnumbered():
            yield from _inside(expr)
    for decl in file.funcs:
        body = decl.body
        is_short = b"\n" not in decl.text  # a longer body is not suppressed as a whole
        yield _Start(decl.at, decl.end if body is None or is_short else body.at, False)
        if body is not None:
            yield from _inside(body)
    for named in file.types:
        yield _Start(named.at, named.end, True)


def _inside(root: ast.Node) -> Iterator[_Start]:
    for node in descend(root):
        match node:
            case ast.Block(body=body):
                found: list[ast.Node] = [*body]
            case ast.Case(body=body) | ast.CommCase(body=body):
                found = [node, *body]
            case ast.Labeled(stmt=ast.Node() as stmt):
                found = [stmt]
            case _:
                continue
        yield from (_Start(one.at, one.end, isinstance(one, ast.VarDecl | ast.LocalType)) for one in found)

"""Reads suppression comments: `//goleaklint:ignore`, `//goleaklint:file-ignore` and `//nolint`.

The forms are Go directives: no space after the slashes, so that gofmt leaves them where they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from goleaklint.filters.comments import Comment, Scan
from goleaklint.model import Span

_OURS = re.compile(r"//goleaklint:(?P<verb>[\w-]*)(?P<rest>.*)")
_SPACED = re.compile(r"//\s+goleaklint:(?:file-)?ignore\s+[A-Z]{2,8}\d{3}\b")
_CODES = re.compile(r"\s+(?P<codes>[\w-]+(?:\s*,\s*[\w-]+)*)(?P<reason>.*)")
_NOLINT = re.compile(r"//+\s*nolint(?::(?P<linters>[^/]*))?(?![\w-])")

PLACEHOLDER = "TODO: say why"
"""The reason of a comment that is written without one."""

Resolve = Callable[[str], str | None]


class Directive(NamedTuple):
    """A suppression comment. `lines` are those it covers; no `codes` are all rules. `trouble` says why it is none."""

    kind: Literal["ignore", "file-ignore", "nolint"]
    span: Span
    codes: tuple[str, ...]
    lines: range
    trouble: str = ""

    def covers(self, code: str, line: int) -> bool:
        """Whether a finding of `code` that starts on `line` is suppressed."""
        if self.trouble or (self.codes and code not in self.codes):
            return False
        return self.kind == "file-ignore" or line in self.lines


def read(path: str, data: bytes, resolve: Resolve) -> list[Directive]:
    """The directives of a file. `resolve` turns a code or name into the code, None when there is no such rule."""
    if b"goleaklint:" not in data and b"nolint" not in data:
        return []
    scan = Scan(data)
    return [found for comment in scan.comments for found in _directive(path, comment, scan, resolve)]


def trouble_of(reason: str) -> str:
    """What is wrong with a reason, "" when it can stand in a directive."""
    if not reason.strip(" \t/:-"):
        return "it is empty"
    if not all(char.isprintable() or char == "\t" for char in reason):
        return "it has more than one line, or characters that cannot be seen"
    return "it begins with a comma" if reason.lstrip().startswith(",") else ""


def with_codes(text: str, codes: Iterable[str], resolve: Resolve) -> str:
    """A directive in force that names these rules, too, in the order of their codes; the words there are stay."""
    ours = _OURS.match(text)
    match = _CODES.fullmatch(ours["rest"]) if ours is not None else None
    if ours is None or match is None:
        return text
    words = {resolve(word) or word: word for word in reversed(re.split(r"\s*,\s*", match["codes"]))}
    named = {code: code for code in codes} | words
    return f"//goleaklint:{ours['verb']} {','.join(named[code] for code in sorted(named))}{match['reason']}"


def _directive(path: str, comment: Comment, scan: Scan, resolve: Resolve) -> Iterator[Directive]:
    width = len(comment.text.encode())
    span = Span(path, comment.line, comment.column, comment.line, comment.column + width)
    if nolint := _NOLINT.match(comment.text):
        linters = nolint["linters"]
        if linters is None or {"all", "goleaklint"} & {name.strip().lower() for name in linters.split(",")}:
            yield Directive("nolint", span, (), scan.covered(comment))
        return
    if _SPACED.match(comment.text):
        yield Directive("ignore", span, (), range(0), "a space after the slashes makes it a plain comment")
        return
    ours = _OURS.match(comment.text)
    if ours is None:
        return
    verb = ours["verb"]
    codes, trouble = _codes(ours["rest"], resolve)
    if verb == "file-ignore":
        yield Directive("file-ignore", span, codes, range(0), trouble)
    elif verb == "ignore":
        yield Directive("ignore", span, codes, scan.covered(comment), trouble)
    else:
        yield Directive("ignore", span, (), range(0), f"neither ignore nor file-ignore but {verb or 'nothing'}")


def _codes(rest: str, resolve: Resolve) -> tuple[tuple[str, ...], str]:
    """The codes of what follows the verb, and what is wrong with it."""
    match = _CODES.fullmatch(rest)
    if match is None:
        return (), "it names no rule"
    words = re.split(r"\s*,\s*", match["codes"])
    found = {word: resolve(word) for word in words}
    unknown = [word for word, code in found.items() if code is None]
    if unknown:
        return (), f"there is no rule {unknown[0]}"
    if not match["reason"].strip(" \t/:-"):
        return (), "it gives no reason"
    return tuple(dict.fromkeys(code for code in found.values() if code)), ""

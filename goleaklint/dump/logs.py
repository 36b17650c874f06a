"""One layer of a log: lines behind prefixes, or records of JSON and logfmt, of one source or several."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from goleaklint.dump import json_log, logfmt, prefixes
from goleaklint.dump.json_log import HEADER
from goleaklint.dump.lines import unix
from goleaklint.dump.prefixes import Template
from goleaklint.dump.sources import TITLES, Apart, is_header

_WINDOW = 1 << 20  # bytes from the first header on, in which sources are looked for before the first line is given
_CAUSE = 20  # lines before the first header without a prefix that may say why there is a dump
_MOST = 256  # templates of prefixes; a log of more has names in them that differ from line to line
_FAR = 400  # bytes of a line in which a record begins, and how many places are tried
_TRIES = 8
_NESTED = 3  # a container runtime's record of a logger's record
_PART = re.compile(rb"std(?:out|err) P ")
_RECORD = re.compile(rb'\{"|(?:(?<=\s)|^)[A-Za-z_][\w.-]*=')
_NO_PREFIX = prefixes.before(b"")


class Log:
    """Lines behind prefixes; with `in_records` what stands behind them is a record, or a line as it is."""

    def __init__(self, templates: Sequence[Template], before: int, *, in_records: bool) -> None:
        self.apart = Apart()
        self.apart.numbers.add(1, before)
        self._number = before + 1
        self._templates = list(templates)
        self._in_records = in_records
        self._parts: dict[tuple[bytes, ...], bytes] = {}
        self._before: deque[tuple[bytes, int]] = deque(maxlen=_CAUSE)  # the last lines that were left out
        self._cut: tuple[object, ...] | None = None

    def pieces(self, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        """The text of whole records, source by source."""
        window = [first]
        size = len(first)
        while size < _WINDOW and (piece := next(rest, b"")):
            window.append(piece)
            size += len(piece)
        self._look(b"".join(window).split(b"\n"))
        for piece in chain(window, rest):
            if not self._at_once(piece):
                self._one_by_one(piece)
            if text := self.apart.take():
                yield text
        yield self.apart.rest(self._cut)

    def _look(self, lines: list[bytes]) -> None:
        """Find the sources, and what tells them apart."""
        for at, line in enumerate(lines):
            if not self._in_records and any(sign in line for sign in TITLES):
                self._discover(lines, at)
        self._templates = [prefixes.with_identity(each, lines) for each in self._templates]

    def _discover(self, lines: Sequence[bytes], at: int) -> None:
        """A header behind a prefix that is not known, or behind none."""
        line = lines[at]
        if any(each.name and each.pattern.match(line) for each in self._templates):
            return
        if len(self._templates) >= _MOST:
            return
        made = _NO_PREFIX if is_header(line) else prefixes.template(lines, at)
        if made is None or any(made.pattern.pattern == each.pattern.pattern for each in self._templates):
            return
        self._templates = sorted([*self._templates, made], key=lambda each: -len(each.name))

    def _at_once(self, piece: bytes) -> bool:
        """Whether all lines of the piece are of one source, and are dealt with."""
        template = self._templates[0]
        if len(self._templates) > 1 or template.identity or self._in_records or not piece.endswith(b"\n"):
            return False
        if self._parts or (template.in_parts and _PART.search(piece)):
            return False
        lines = piece.count(b"\n")
        text, count = template.pattern.subn(b"", piece) if template.name else (piece, lines)
        if count != lines:
            return False
        if template.extra is not None:
            text = template.extra.sub(b"", text)
        first = template.pattern.match(piece)
        assert first is not None
        text = text.replace(b"\n#011", b"\n\t")
        self._know((template.name,), template, first)
        self.apart.through((template.name,), template.text(text), self._number)
        self._number += lines
        return True

    def _one_by_one(self, piece: bytes) -> None:
        lines = piece.split(b"\n")
        last = lines.pop()
        for at, line in enumerate(lines):
            self._line(lines, at, line)
            self._number += 1
        if last:
            self._cut = self._line([last], 0, last)

    def _line(self, lines: Sequence[bytes], at: int, line: bytes) -> tuple[object, ...] | None:
        """Give the line to its source, whose key is returned; None for one that is left out."""
        found = self._matched(line)
        if (found is None or not found[0].name) and not self._in_records and any(sign in line for sign in TITLES):
            self._discover(lines, at)
            found = self._matched(line)
            if found is not None and not found[0].name and (b"",) not in self.apart:
                self._know((b"",), _NO_PREFIX, None)
                for earlier, number in self._before:
                    self.apart.add((b"",), earlier, number)
        if found is None:
            if self._in_records:  # a line that is no record stands for itself
                self._know((), _NO_PREFIX, None)
                self.apart.add((), line, self._number)
            else:
                self.apart.leave_out()
                self._before.append((line, self._number))
            return None
        template, match = found
        key, rest = (template.name, *template.key(match)), line[match.end() :]
        if template.in_parts and _PART.search(match[0]):
            self._parts[key] = self._parts.get(key, b"") + rest
            return key
        rest = self._parts.pop(key, b"") + rest
        records = unwrapped(rest) if self._in_records else None
        if records is None:
            self._know(key, template, match)
            self.apart.add(key, template.text(rest), self._number)
            return key
        for origin, text in records:
            inner = (*key, origin)
            self._know(inner, template, match, origin)
            data = text.encode("utf-8", "replace").removesuffix(b"\n")
            for part in unix(data).split(b"\n") if b"\n" in data or b"\r" in data else (data,):
                self.apart.add(inner, part.removesuffix(b"\r"), self._number)
        return None

    def _know(
        self, key: tuple[object, ...], template: Template, match: re.Match[bytes] | None, origin: str = ""
    ) -> None:
        if key not in self.apart:
            self.apart.introduce(key, f"{template.source(match) if match else ''} {origin}".strip())

    def _matched(self, line: bytes) -> tuple[Template, re.Match[bytes]] | None:
        for template in self._templates:
            if match := template.pattern.match(line):
                return template, match
        return None


def unwrapped(line: bytes, depth: int = 0) -> list[tuple[str, str]] | None:
    """The texts of the records that the line consists of, with their origins; None for a line that is no record."""
    records = json_log.records(line)
    if records is None:
        values = logfmt.record(line) if b"=" in line else None
        if values is None or not json_log.parts(values)[1]:
            return None
        records = [values]
    found: list[tuple[str, str]] = []
    for record in records:
        origin, texts = json_log.parts(record)
        for text in texts:
            nested = depth < _NESTED and (text[:1] in ("{", "[") or "=" in text)
            inner = unwrapped(text.encode("utf-8", "replace"), depth + 1) if nested else None
            if inner is None:
                found.append((origin, text))
            else:
                found.extend((f"{origin} {deeper}".strip(), each) for deeper, each in inner)
    return found


def found(piece: bytes, before: int, *, is_plain: bool) -> Log | None:
    """The layer around the first header of the piece, behind `before` lines; None when there is none.

    `is_plain`: a header stands at column 0: only records before it count.
    """
    lines = piece.split(b"\n")
    for at, line in enumerate(lines):
        if not any(sign in line for sign in TITLES):
            continue
        if is_plain and is_header(line):
            return None
        if _holds_header(line):
            return Log([_NO_PREFIX], before, in_records=True)
        if is_plain:
            continue
        if made := prefixes.template(lines, at):
            return Log([made], before, in_records=False)
        places = (each.start() for each in islice(_RECORD.finditer(line[:_FAR]), _TRIES))
        start = next((place for place in places if _holds_header(line[place:])), 0)
        if start:
            return Log([prefixes.before(line[:start])], before, in_records=True)
    return None


def _holds_header(line: bytes) -> bool:
    records: Iterable[tuple[str, str]] = unwrapped(line) or ()
    return any(HEADER.search(text) for _, text in records)

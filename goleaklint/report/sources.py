"""The source that a report quotes: lines, columns in UTF-16 units, addresses relative to the repository."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote

from goleaklint.model import Report, Span

# What a terminal may act upon: controls, and the marks that reorder or hide text. Lone surrogates are bytes of a file
# name that is not UTF-8.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` with everything that a terminal or a reviewer's eye could be misled by written as an escape."""
    return _UNSAFE.sub(_escape, decoded(text))


def _escape(match: re.Match[str]) -> str:
    point = ord(match[0])
    if 0xDC80 <= point <= 0xDCFF:
        return f"\\x{point - 0xDC00:02x}"
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"


def utf8(text: str) -> str:
    """`text` without lone surrogates, which no JSON text may hold: bytes that are not UTF-8 become U+FFFD."""
    return decoded(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def decoded(text: str) -> str:
    """`text` with the bytes of a file name that the locale could not decode read as UTF-8, if that is what they are."""
    if text.isascii():
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return text


class Sources:
    """Reads each file once. A file that cannot be read any more has no lines."""

    def __init__(self, report: Report) -> None:
        self._given = report.given
        self._root = Path(report.root or ".")
        self._data: dict[str, bytes] = {}
        self._lines: dict[str, list[bytes]] = {}
        self._uris: dict[str, str] = {}

    def data(self, path: str) -> bytes:
        """The bytes of a file."""
        if path not in self._data:
            self._data[path] = self._given[path] if path in self._given else _read(path)
        return self._data[path]

    def lines(self, path: str) -> list[bytes]:
        """The lines of a file, without their ends."""
        if path not in self._lines:
            self._lines[path] = [line.removesuffix(b"\r") for line in self.data(path).split(b"\n")]
        return self._lines[path]

    def line(self, path: str, number: int) -> bytes:
        """One line, counted from 1; empty when there is none."""
        lines = self.lines(path)
        return lines[number - 1] if 0 < number <= len(lines) else b""

    def utf16_columns(self, span: Span) -> tuple[int, int]:
        """The start and end column of a span in UTF-16 code units, from 1; the end is the column after the last one."""
        start = _utf16(self.line(span.path, span.line), span.column)
        end = _utf16(self.line(span.path, span.end_line), span.end_column)
        return start, end

    def local(self, path: str) -> str:
        """A file's path relative to the repository, with `/`; as it was given when it is elsewhere."""
        try:
            return Path(path).resolve().relative_to(self._root).as_posix()
        except ValueError:
            return path

    def uri(self, path: str) -> str:
        """The address of a file relative to the repository, percent-encoded; a `file:` address when it is elsewhere."""
        if path not in self._uris:
            real = Path(path).resolve()
            try:
                self._uris[path] = quote(os.fsencode(real.relative_to(self._root).as_posix()))
            except ValueError:
                self._uris[path] = "file://" + quote(os.fsencode(real.as_posix()))
        return self._uris[path]


def _utf16(line: bytes, column: int) -> int:
    before = line[: column - 1].decode("utf-8", "replace")
    missing = max(column - 1 - len(line), 0)  # a column past the end of the line, as in a file that has changed
    return len(before.encode("utf-16-le", "surrogatepass")) // 2 + missing + 1


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""

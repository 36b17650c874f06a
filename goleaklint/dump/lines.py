"""From a stream of bytes to chunks of whole lines at column 0: encodings, CRLF, what a log puts before each line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

CHUNK = 1 << 16
_LONGEST_LINE = 16 << 20  # a binary file may have no newline at all

_HEADER = re.compile(rb"^goroutine \d+ (?:[a-z]+=\S+ )*\[.+\]:$", re.MULTILINE)
_BEHIND_PREFIX = re.compile(rb"^(?P<prefix>[^\n]{1,300}?)goroutine \d+ (?:[a-z]+=\S+ )*\[[^\n]+\]:$", re.MULTILINE)
_DIGITS = re.compile(rb"\d+")


class Readable(Protocol):
    """A binary stream, as far as it is needed here."""

    def read(self, size: int = ..., /) -> bytes: ...


def chunks(stream: Readable) -> Iterator[bytes]:
    """The stream in pieces that end with a line (the last one perhaps not), as UTF-8 with `\\n`.

    A dump redirected by Windows PowerShell is UTF-16 with a byte order mark; it is small enough to convert whole.
    """
    first = stream.read(CHUNK)
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = (first + stream.read()).decode("utf-16", "replace")
        yield text.encode("utf-8", "replace").replace(b"\r\n", b"\n")
        return
    rest = first.removeprefix(b"\xef\xbb\xbf")
    while chunk := stream.read(CHUNK):
        end = chunk.rfind(b"\n") + 1
        if not end and len(rest) < _LONGEST_LINE:
            rest += chunk
            continue
        yield _unix(rest + chunk[:end])
        rest = chunk[end:]
    if rest:
        yield _unix(rest)


def _unix(lines: bytes) -> bytes:
    return lines.replace(b"\r\n", b"\n") if b"\r" in lines else lines


def at_column_0(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Take away what a log driver put before every line (`app-1  | `, a timestamp, an indent).

    The first header decides: one at column 0 means that there is no prefix. A prefix stands for all that differ from
    it in digits only, so that a running timestamp is one prefix. A piece with a header at column 0 is left as it is.
    """
    prefix: re.Pattern[bytes] | None = None
    plain = False
    for piece in pieces:
        if not plain:
            may_hold_one = b"goroutine " in piece
            plain = may_hold_one and _HEADER.search(piece) is not None
            if may_hold_one and not plain and prefix is None and (behind := _prefix(piece)):
                prefix = _pattern(behind)
        yield prefix.sub(b"", piece) if prefix and not plain else piece


def _prefix(piece: bytes) -> bytes:
    """What stands before the first header, but for one in a panic's message, which the runtime indents by a tab."""
    for behind in _BEHIND_PREFIX.finditer(piece):
        prefix = behind["prefix"]
        before = _pattern(prefix[:-1]).pattern if len(prefix) > 1 else rb"^"
        if not prefix.endswith(b"\t") or not re.search(
            before + rb"(?:panic|fatal error): ", piece[: behind.start()], re.MULTILINE
        ):
            return prefix
    return b""


def _pattern(prefix: bytes) -> re.Pattern[bytes]:
    body = prefix.rstrip()
    parts = [re.escape(part) for part in _DIGITS.split(body)]
    # A log driver may trim the blank after the prefix of an empty line.
    return re.compile(
        rb"^" + rb"\d+".join(parts) + rb"(?:" + re.escape(prefix[len(body) :]) + rb"|(?=\n))", re.MULTILINE
    )

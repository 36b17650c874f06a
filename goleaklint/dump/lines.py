"""From a stream of bytes to chunks of whole lines: encodings and CRLF."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

CHUNK = 1 << 16
_LONGEST_LINE = 16 << 20  # a binary file may have no newline at all


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
        yield unix(rest + chunk[:end])
        rest = chunk[end:]
    if rest:
        yield unix(rest)


def unix(lines: bytes) -> bytes:
    """The same with `\\n` for `\\r\\n`."""
    return lines.replace(b"\r\n", b"\n") if b"\r" in lines else lines

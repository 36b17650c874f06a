"""Logs of one JSON object a line, as container runtimes and structured loggers write them: the text in them.

A record is a line of a dump (`{"log":"goroutine 1 [running]:\\n"}`) or holds a whole dump in one string. Lines that are
no JSON objects stand for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from goleaklint.dump.lines import Readable, chunks

# What loggers call the text of a record: docker, most of them, Go's, Google's, systemd's.
_KEYS = ("log", "message", "msg", "textPayload", "MESSAGE")
_HEADER = re.compile(r"^goroutine \d+ (?:[a-z]+=\S+ )*\[", re.MULTILINE)
_DEEP = 4
_decode = msgspec.json.Decoder().decode


def is_json_log(head: bytes) -> bool:
    """Whether the first line is a JSON object that has more beside it, or text that may be a dump."""
    first = head.lstrip().partition(b"\n")[0].strip()
    return first.startswith(b"{") and (_record(first) is not None or b"\\ngoroutine " in head)


class Unwrapped:
    """A stream of the text in the records of another one."""

    def __init__(self, stream: Readable) -> None:
        self._parts = _parts(stream)

    def read(self, size: int = -1, /) -> bytes:
        """The text of the next piece of the log, whatever its size; nothing at the end."""
        found = next(self._parts, b"")
        if size < 0:
            found = b"".join([found, *self._parts])
        return found


def _parts(stream: Readable) -> Iterator[bytes]:
    rest = b""
    for piece in chunks(stream):
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        if text := b"".join(map(_text, lines)):
            yield text
    if rest and (text := _text(rest)):
        yield text


def _text(line: bytes) -> bytes:
    record = _record(line.strip()) if line.lstrip().startswith(b"{") else None
    if record is None:
        return line + b"\n"
    found = "".join(text if text.endswith("\n") else f"{text}\n" for text in _texts(record))
    return found.encode("utf-8", "replace")


def _record(line: bytes) -> dict[str, object] | None:
    try:
        record = _decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _texts(record: dict[str, object]) -> Iterator[str]:
    """The record's own text, and every other string that holds the header of a goroutine."""
    own = next((key for key in _KEYS if isinstance(record.get(key), str)), None)
    if own is not None:
        yield str(record[own])
    for key, value in record.items():
        if key != own:
            yield from _dumps(value, 0)


def _dumps(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if _HEADER.search(value):
            yield value
    elif isinstance(value, dict | list) and depth < _DEEP:
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _dumps(inner, depth + 1)

"""One entry for every kind of capture: `read(data) -> Dump`, a reader per format behind it.

An input that no reader understands is named for what it is, with what to capture instead.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import NamedTuple

from goleaklint.dump.buckets import Grouping
from goleaklint.dump.goroutines import Dump
from goleaklint.dump.layers import Layers
from goleaklint.dump.lines import Readable
from goleaklint.dump.notes import Notes
from goleaklint.dump.text import TextReader

_CAPTURE = "capture `/debug/pprof/goroutine?debug=2` instead, or what the process prints on SIGQUIT"
_HEAD = 64 << 10

# By the first bytes: nothing of this kind can hold a text dump.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "a gzip file; decompress it first"),
    (b"PK\x03\x04", "a zip archive; unpack it, and name the dump in it"),
    (b"\x7fELF", f"a program or a core file; {_CAPTURE}"),
    (b"\x28\xb5\x2f\xfd", "a zstd file; decompress it first"),
    (b"BZh", "a bzip2 file; decompress it first"),
    (b"\xfd7zXZ\x00", "an xz file; decompress it first"),
)
# By what stands in the first lines, when no goroutine was found; compiled only then.
_OTHER: tuple[tuple[bytes, str], ...] = (
    (
        rb"(?m)^goroutine(?:leak)? profile: total \d+",
        f"a debug=1 profile without records, cut at its beginning; {_CAPTURE}",
    ),
    (
        rb"\A(?:heap profile:|--- [a-z]+:|threadcreate profile:)",
        f"another pprof profile, not the one of goroutines; {_CAPTURE}",
    ),
    (
        rb"(?i)\A\s*(?:<!doctype html|<html|<\?xml|<head|<body)",
        f"an HTML page, such as the index of /debug/pprof/ or a login page; {_CAPTURE}",
    ),
    (
        rb"(?m)^WARNING: DATA RACE",
        f"a report of the race detector, which shows two accesses and not what all goroutines do; {_CAPTURE}",
    ),
    (
        rb"\AUnknown profile|\A404 page not found",
        f"an error page: this server has no such profile; {_CAPTURE}",
    ),
    (rb"\A\s*[\[{]", f"JSON; {_CAPTURE}"),
    (
        rb"(?m)^(?:panic: |fatal error: |SIGQUIT: )",
        "a crash without stacks: run the program with GOTRACEBACK=all",
    ),
    (rb"\x00", f"a binary file; {_CAPTURE}"),
)


class NotADumpError(Exception):
    """Nothing could be read; the text says what the input is and what to capture instead."""


class Reader(NamedTuple):
    """One format of captures: whether the first bytes may be of it, and how to read all of them."""

    recognises: Callable[[bytes], bool]
    read: Callable[[Readable, str], Dump]


def read(data: bytes | Readable, path: str = "-") -> Dump:
    """Read one capture; `path` is only the name that it gets in diagnostics.

    A goroutineleak profile of no goroutines is one of a healthy process: a Dump with `total` 0.
    Raises NotADumpError, and whatever the stream raises.
    """
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    head = stream.read(_HEAD)
    if not head.strip():
        raise NotADumpError(f"an empty file; {_CAPTURE}")
    reader = next((reader for reader in READERS if reader.recognises(head)), None)
    if reader is None:
        raise NotADumpError(next(what for magic, what in _MAGIC if head.startswith(magic)))
    dump = reader.read(_Rejoined(head, stream), path)
    if not dump.total and not dump.leaks_only:
        raise NotADumpError(_what_else(head, dump))
    return dump


def _may_be_text(head: bytes) -> bool:
    """A text dump may stand behind anything but what has a magic number of its own."""
    return not any(head.startswith(magic) for magic, _ in _MAGIC)


def _is_protobuf(head: bytes) -> bool:
    """Its first field is a type, of the samples or (Go's own) of the period, and that one's first field a number."""
    return re.match(rb"[\x0a\x5a][\x01-\x7f][\x08\x10]", head) is not None


def _read_protobuf(stream: Readable, path: str) -> Dump:
    from goleaklint.dump.protobuf import NotGoroutinesError, read_protobuf

    try:
        return read_protobuf(stream, path)
    except NotGoroutinesError as error:
        raise NotADumpError(f"{error}; {_CAPTURE}") from None


def read_text(stream: Readable, path: str) -> Dump:
    """A text dump or profile; one without a single goroutine is a Dump with `total` 0."""
    layers = Layers(stream)
    reader = TextReader(Notes(path, layers.original))
    grouping = Grouping()
    grouping.count(reader.goroutines(layers.pieces))
    layers.tell(reader.notes)
    counted = reader.counted.records
    if counted and grouping.total:
        reader.notes.add(0, "it holds a dump and a debug=1 profile, whose goroutines are counted together")
    only_counted = (bool(counted) or reader.counted.is_without_leaks) and not grouping.total
    for record in counted:
        grouping.add(record.state, record.stack, record.goroutines)
    if grouping.mains > layers.sources:
        reader.notes.add(0, f"it holds {grouping.mains} dumps, whose goroutines are counted together")
    return Dump(
        path=path,
        format="debug=1" if only_counted else "text",
        total=grouping.total,
        buckets=grouping.buckets(crashed=reader.cause.startswith(("panic: ", "fatal error: "))),
        cause=reader.cause,
        diagnostics=reader.notes.all(),
        leaks_only=only_counted and reader.counted.leaks_only,
        incomplete=reader.notes.incomplete,
    )


# The first that recognises the input reads it; text, which recognises almost everything, is the last.
READERS = (
    Reader(_is_protobuf, _read_protobuf),
    Reader(_may_be_text, read_text),
)


def _what_else(head: bytes, dump: Dump) -> str:
    broken = next((item.message for item in dump.diagnostics if item.message.startswith("goroutine ")), "")
    if broken:
        return f"no goroutine in it can be read ({broken}); {_CAPTURE}"
    for pattern, what in _OTHER:
        if re.search(pattern, head):
            return what
    return f"no goroutine in it; {_CAPTURE}"


class _Rejoined:
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        head, self._head = self._head, b""
        return head + self._stream.read(size)

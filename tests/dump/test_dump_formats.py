"""What an input is taken for, what is said of one that cannot be read, and encodings."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from goleaklint.dump.formats import NotADumpError, read

DUMPS = Path(__file__).parents[2] / "testdata" / "dumps"
CAPTURE = "capture `/debug/pprof/goroutine?debug=2` instead, or what the process prints on SIGQUIT"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", f"an empty file; {CAPTURE}"),
        (b" \r\n\n", f"an empty file; {CAPTURE}"),
        (gzip.compress(b"x", mtime=0), "a gzip file; decompress it first"),
        (
            b"\x0a\x04\x08\x01\x10\x02\x12\x00",
            f"a pprof profile in protobuf form that is damaged or cut (its names are missing); {CAPTURE}",
        ),
        (
            b"goroutine profile: total 51\n",
            f"a debug=1 profile without records, cut at its beginning; {CAPTURE}",
        ),
        (
            b"goroutineleak profile: total 5\n",
            f"a debug=1 profile without records, cut at its beginning; {CAPTURE}",
        ),
        (b"goroutine profile: total 0\n", f"a debug=1 profile without records, cut at its beginning; {CAPTURE}"),
        (b"heap profile: 1: 2 [3: 4] @ heap/1048576\n", f"another pprof profile, not the one of goroutines; {CAPTURE}"),
        (
            b"\n<!DOCTYPE html>\n<title>/debug/pprof/</title>",
            f"an HTML page, such as the index of /debug/pprof/ or a login page; {CAPTURE}",
        ),
        (b"404 page not found\n", f"an error page: this server has no such profile; {CAPTURE}"),
        (b'{"error": "forbidden"}', f"JSON; {CAPTURE}"),
        (b"\x7fELF\x02\x01\x01\x00", f"a program or a core file; {CAPTURE}"),
        (b"PK\x03\x04xx", "a zip archive; unpack it, and name the dump in it"),
        (b"ab\x00cd", f"a binary file; {CAPTURE}"),
        (b"panic: boom\n\ngoroutine running\n", "a crash without stacks: run the program with GOTRACEBACK=all"),
        (b"hello\n", f"no goroutine in it; {CAPTURE}"),
        (
            b"goroutine 1 [select]:\n\n",
            "no goroutine in it can be read (goroutine 1 is left out: it has no frame that can be read); " + CAPTURE,
        ),
    ],
)
def test_what_is_no_dump(data: bytes, message: str) -> None:
    """The message names what the input is, and what to capture instead."""
    with pytest.raises(NotADumpError) as raised:
        read(data)
    assert str(raised.value) == message


def test_a_dump_behind_a_race_report() -> None:
    """A test log may hold both: the dump counts."""
    log = (DUMPS / "race.txt").read_bytes() + (DUMPS / "deadlock.txt").read_bytes()
    assert read(log).buckets == read((DUMPS / "deadlock.txt").read_bytes()).buckets


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_byte_order_marks(encoding: str) -> None:
    """What Windows PowerShell's `>` and editors make of a dump is read."""
    text = (DUMPS / "odd-path.txt").read_text(encoding="utf-8")
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    assert read((mark + text).encode(encoding)).buckets == read(text.encode()).buckets


def test_a_stream_is_read_once() -> None:
    """A pipe gives its bytes once, in pieces of any size."""
    data = (DUMPS / "all.txt").read_bytes()
    assert read(io.BufferedReader(io.BytesIO(data))) == read(data)


def test_zero_bytes_before_a_dump() -> None:
    """A log that was truncated while it was open begins with zero bytes."""
    data = (DUMPS / "deadlock.txt").read_bytes()
    assert read(b"\0" * 100 + b"\n" + data).buckets == read(data).buckets


def test_names_that_are_not_utf_8() -> None:
    """They are kept as far as they can be read."""
    dump = read(b"goroutine 1 [select]:\nmain.\xff()\n\t/x.go:3 +0x1d\n")
    assert dump.buckets[0].stack.frames[0].function == "main.\ufffd"


def test_the_cause() -> None:
    """The first line that says why the process printed the dump."""
    causes = {
        name: read((DUMPS / f"{name}.txt").read_bytes()).cause for name in ("all", "sigquit", "overflow", "panic")
    }
    assert causes == {
        "all": "",
        "sigquit": "SIGQUIT: quit",
        "overflow": "fatal error: stack overflow",
        "panic": "panic: first",
    }

"""Whatever is done to a dump, it is read without an exception, and the damage stays where it was done."""

from __future__ import annotations

import gzip
import importlib
import io
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goleaklint.capture import packed
from goleaklint.capture.packed import CaptureError, Source
from goleaklint.dump import lines
from goleaklint.dump.formats import NotADumpError, read, read_text
from goleaklint.dump.goroutines import Dump
from goleaklint.dump.known import Known

ROOT = Path(__file__).parents[2]
DUMPS = sorted((ROOT / "testdata" / "dumps").glob("*.txt"))
SHARED = ROOT.parent / "shared" / "dumps"  # more captures, present where the project is developed and tested
SHARED_DUMPS = sorted([*SHARED.glob("*/*.txt"), *SHARED.glob("*.txt")])
HEADER = re.compile(rb"(?m)^goroutine \d+ (?:[a-z]+=\S+ )*\[.+\]:$")
SMALL = [path for path in DUMPS if path.stat().st_size < 4000]


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def parsed(data: bytes) -> Dump:
    return read_text(io.BytesIO(data), "-")


def signatures(dump: Dump) -> set[tuple[object, ...]]:
    return {(each.reason, each.durable, each.stack.frames, each.stack.created_by) for each in dump.buckets}


def check_prefix(data: bytes, whole: Dump, length: int) -> None:
    """A prefix has no goroutine that the whole has not, but that its last one may lack frames."""
    dump = parsed(data[:length])
    assert dump.total <= whole.total + len(whole.diagnostics)  # a capture that is cut itself lacks one
    assert len(signatures(dump) - signatures(whole)) <= 1
    if whole.format == "text":
        assert dump.incomplete or dump.total == len(HEADER.findall(data[:length])), data[:length][-300:]


def check_line_dropped(data: bytes, whole: Dump, at: int) -> None:
    """Without one line at most one goroutine is missing and at most one is another; of a profile, one record."""
    rest = data.split(b"\n")
    del rest[at]
    dump = parsed(b"\n".join(rest))
    record = 1 if whole.format == "text" else max(bucket.count for bucket in whole.buckets)
    assert whole.total - record <= dump.total <= whole.total
    assert len(signatures(dump) - signatures(whole)) <= 1
    assert dump.total == whole.total or dump.incomplete, data.split(b"\n")[at]


def check_line_doubled(data: bytes, whole: Dump, at: int) -> None:
    """With one line twice at most one goroutine is missing, and is told; of a profile, one record, or it is twice."""
    rest = data.split(b"\n")
    rest.insert(at, rest[at])
    dump = parsed(b"\n".join(rest))
    record = 1 if whole.format == "text" else max(bucket.count for bucket in whole.buckets)
    assert whole.total - record <= dump.total <= whole.total + (0 if whole.format == "text" else record)
    assert dump.total >= whole.total or dump.incomplete, rest[at]


def boundaries(data: bytes) -> list[int]:
    """Every end of a line, and a byte before and after it."""
    ends = [at for at, byte in enumerate(data) if byte == 10]
    return sorted({at + by for at in ends for by in (0, 1, 2)})


@pytest.mark.parametrize("path", SMALL, ids=name)
def test_every_prefix(path: Path) -> None:
    """Every prefix of a small dump."""
    data = path.read_bytes()
    whole = parsed(data)
    for length in range(len(data)):
        check_prefix(data, whole, length)


@pytest.mark.parametrize("path", [each for each in DUMPS if each not in SMALL], ids=name)
def test_prefixes_around_line_ends(path: Path) -> None:
    """Prefixes of a larger dump that end before, at and after a line's end."""
    data = path.read_bytes()
    whole = parsed(data)
    for length in boundaries(data)[:: max(1, len(data) // 8000)]:
        check_prefix(data, whole, length)


@pytest.mark.parametrize("path", DUMPS, ids=name)
def test_every_line_dropped(path: Path) -> None:
    """A dump without any one of its lines."""
    data = path.read_bytes()
    whole = parsed(data)
    for at in range(data.count(b"\n")):
        check_line_dropped(data, whole, at)


@pytest.mark.parametrize("path", DUMPS, ids=name)
def test_every_line_doubled(path: Path) -> None:
    """A dump with any one of its lines twice."""
    data = path.read_bytes()
    whole = parsed(data)
    for at in range(data.count(b"\n")):
        check_line_doubled(data, whole, at)


@pytest.mark.skipif(not SHARED_DUMPS, reason="no ../shared/dumps beside this checkout")
def test_shared_captures() -> None:
    """The captures beside the checkout: prefixes around line ends, and lines dropped, at a stride."""
    for path in SHARED_DUMPS:
        data = path.read_bytes()
        whole = parsed(data)
        for length in boundaries(data)[:: max(1, len(data) // 1000)]:
            check_prefix(data, whole, length)
        for at in range(0, data.count(b"\n"), max(1, len(data) // 3000)):
            check_line_dropped(data, whole, at)
            check_line_doubled(data, whole, at)


@settings(deadline=None)
@given(st.sampled_from(DUMPS), st.data())
def test_any_prefix(path: Path, data: st.DataObject) -> None:
    """A prefix of any length."""
    text = path.read_bytes()
    check_prefix(text, parsed(text), data.draw(st.integers(0, len(text))))


@settings(deadline=None)
@given(st.sampled_from(SMALL), st.data())
def test_bytes_replaced(path: Path, data: st.DataObject) -> None:
    """Bytes replaced by others anywhere."""
    text = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + 1] = data.draw(st.binary(max_size=6))
    parsed(bytes(text))


@settings(deadline=None)
@given(st.lists(st.sampled_from([line for path in SMALL for line in path.read_bytes().split(b"\n")])))
def test_lines_shuffled(shuffled: list[bytes]) -> None:
    """Lines of dumps in any order."""
    parsed(b"\n".join(shuffled))


@given(st.binary())
def test_anything(data: bytes) -> None:
    """Bytes that are no dump."""
    parsed(data)


@pytest.mark.parametrize("size", [1, 7, 64, 1000, 4096])
def test_pieces(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """How the input is cut into pieces makes no difference."""
    data = (ROOT / "testdata" / "dumps" / "all.txt").read_bytes()
    whole = parsed(data)
    monkeypatch.setattr(lines, "CHUNK", size)
    assert parsed(data) == whole


@pytest.mark.parametrize("path", DUMPS, ids=name)
def test_the_fast_path_is_only_faster(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without the memory of known stacks a dump is the same."""
    data = path.read_bytes() * 2  # the second half is known
    whole = parsed(data)
    monkeypatch.setattr(Known, "remember", lambda *_: None)
    assert parsed(data) == whole


def test_a_bad_goroutine_among_good_ones() -> None:
    """It is dropped with a diagnostic at its line; the ones around it stay."""
    good = b"goroutine %d [chan send]:\nmain.f()\n\t/x.go:3 +0x1d\n\n"
    bad = b"goroutine 2 [chan send]:\nmain.f()\nmain.g()\n\t/x.go:3 +0x1d\n\n"
    dump = parsed(good % 1 + bad + good % 3)
    assert [(each.count, each.ids) for each in dump.buckets] == [(2, (1, 3))]
    assert [(each.line, each.message) for each in dump.diagnostics] == [
        (6, "goroutine 2 is left out: its function and file lines do not alternate")
    ]


def test_a_hundred_thousand_bad_ones() -> None:
    """Diagnostics are bounded; a last one counts the rest."""
    dump = parsed(b"goroutine 1 [select]:\n\n" * 100)
    assert len(dump.diagnostics) == 21
    assert dump.diagnostics[-1].message == "80 more like these are not shown"


def test_no_blank_lines() -> None:
    """A log processor that drops blank lines leaves headers to split at."""
    data = (ROOT / "testdata" / "dumps" / "all.txt").read_bytes()
    assert parsed(data.replace(b"\n\n", b"\n")).buckets == parsed(data).buckets


def test_a_label_for_each_goroutine() -> None:
    """Headers that are all different are still one bucket, and the labels shown are few."""
    text = b'goroutine %d [select labels:{"id": "%d"}]:\nmain.f()\n\t/x.go:3 +0x1d\n\n'
    [bucket] = parsed(b"".join(text % (number, number) for number in range(1, 1001))).buckets
    assert (bucket.count, len(bucket.labels), bucket.labels[0].goroutines) == (1000, 10, 1)


def test_numbers_without_end() -> None:
    """Numbers longer than Python converts make no exception."""
    long = b"9" * 5000
    text = b"goroutine %b [select, %b minutes]:\nmain.f()\n\t/x.go:%b +0x1d\n\n" % (long, long, long)
    again = b"goroutine 1 [select, %b minutes]:\nmain.f()\n\t/x.go:3 +0x1d\n" % long
    again += b"created by main.g in goroutine %b\n\t/x.go:4\n\n" % long
    assert [each.count for each in parsed(text + again).buckets] == [1]


def _zstd(data: bytes) -> bytes:
    for library in ("compression.zstd", "zstandard"):
        try:
            return bytes(importlib.import_module(library).compress(data))
        except ImportError:
            continue
    pytest.skip("no library for zstd")


GOROUTINE = b"goroutine 1 [running]:\nmain.main()\n\t/x.go:1 +0x1d\n\n"
MOST = 1 << 20
FILLINGS = {
    "zeros": b"\0" * 4096,
    "short lines": b"x\n" * 2048,
    "frames": b"main.f()\n\t/x.go:1 +0x1d\n" * 200,
    "headers": b"goroutine 1 [select]:\n" * 200,
    "goroutines": GOROUTINE * 100,
    "records": b'{"log":"main.f()"}\n' * 200,
    "prefixed": b"app-1  | main.f()\ndb-1   | x\n" * 100,
}


@pytest.mark.parametrize("pack", [gzip.compress, _zstd])
@pytest.mark.parametrize("filling", FILLINGS)
def test_bombs(filling: str, pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that unpacks to sixteen times the bound is refused with a message, in far less memory than that."""
    heads = {"records": b'{"log":"goroutine 1 [running]:"}\n', "prefixed": b"app-1  | goroutine 1 [running]:\n"}
    data = pack(heads.get(filling, GOROUTINE) + FILLINGS[filling] * (16 * MOST // len(FILLINGS[filling])))
    monkeypatch.setattr(packed, "MOST", MOST)
    tracemalloc.start()
    try:
        with pytest.raises(CaptureError, match=r"^it holds more than 1 MiB unpacked; save it unpacked, and name that"):
            read(Source(io.BytesIO(data)))
        assert tracemalloc.get_traced_memory()[1] < 12 * MOST
    finally:
        tracemalloc.stop()


def test_a_profile_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A protobuf profile that is larger than any is refused before it is looked into."""
    from goleaklint.dump import protobuf

    monkeypatch.setattr(protobuf, "MOST", 1 << 20)
    data = gzip.compress(b"\x0a\x04\x08\x01\x10\x02" + b"\x12\x02\x08\x01" * (1 << 19))
    with pytest.raises(NotADumpError, match=r"^a pprof profile of more than 1 MiB; capture"):
        read(Source(io.BytesIO(data)))


def test_long_lines() -> None:
    """Lines of many megabytes around a dump, of which regular expressions could be afraid, cost nothing but time."""
    for line in (
        b"x" * (5 << 20),
        b'a="' + b"\\\\" * (1 << 20),
        b"{" * (1 << 20),
        b"a=b " * (1 << 18),
        b"{}" * 200_000,
    ):
        for around in (b"", b"goroutine 7 [", b'msg="goroutine 7 ['):
            dump = read(line + around + b"\n" + GOROUTINE + around + line)
            assert dump.total == 1


def test_many_sources() -> None:
    """More sources than are told apart: the lines of those beyond are counted as lines of others."""
    names = [f"{chr(97 + at // 26)}{chr(97 + at % 26)}".encode() for at in range(300)]
    rows = GOROUTINE.splitlines()
    log = b"".join(name + b" | " + row + b"\n" for row in rows for name in names)
    dump = read(log)
    assert dump.total == 256
    assert dump.diagnostics[0].message == "lines of others between those of the dump: 88"

"""Dumps in logs: behind prefixes, among the lines of others, of several sources, and in lines of logfmt."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goleaklint.dump.formats import NotADumpError, read
from goleaklint.dump.goroutines import Dump

DUMPS = Path(__file__).parents[2] / "testdata" / "dumps"
TEXT = (DUMPS / "labels.txt").read_bytes()
OTHER = (DUMPS / "deadlock.txt").read_bytes()
NAMES = "abcdefghijklmnop"


def second(number: int) -> str:
    return f"{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"


# The prefix of line `number` of the log, of a source with this letter.
PREFIXES: dict[str, Callable[[int, str], str]] = {
    "kubernetes": lambda n, s: f"2026-11-25T{second(n)}.{n * 7919 % 10**9}Z std{'err' if s < 'i' else 'out'} F ",
    "kubectl --prefix": lambda n, s: f"[pod/shop-7d9f-{s}bcde/shop] ",
    "syslog": lambda n, s: f"Nov {1 + n // 900:2} {second(n)} host-{s} shop[{4711 + ord(s)}]: ",
    "journald": lambda n, s: f"2026-11-25T{second(n)}+0100 host shop-{s}[123]: ",
    "compose": lambda n, s: f"shop-{ord(s) - 96}{'  ' if s < 'j' else ' '}| ",
    "compose in colours": lambda n, s: f"\x1b[{30 + ord(s) - 97}mshop-{s}  |\x1b[0m ",
    "compose with times": lambda n, s: f"shop-{s}  | 2026-11-25T{second(n)}.{n:06}Z ",
    "stern": lambda n, s: f"shop-7d9f-{s}bcde shop ",
    "running number": lambda n, s: f"{s}-{n:05} ",
    "address": lambda n, s: f"10.0.0.{ord(s)} {second(n)} ",
    "time since the last": lambda n, s: f"{s} +{n * 7 % 5}ms ",
    "request": lambda n, s: f"{second(n)} [{ord(s) * 2654435761:010x}a1] ",
    "epoch": lambda n, s: f"{1764000000 + n}.{n % 7} {s}: ",
}


def logged(sources: Sequence[tuple[str, bytes]], prefix: Callable[[int, str], str], seed: int = 1) -> bytes:
    """The texts of the sources, their lines mixed, each behind a prefix of its source."""
    rest = {name: list(text.splitlines()) for name, text in sources}
    draw = random.Random(seed)
    lines: list[bytes] = []
    while any(rest.values()):
        name = draw.choice([each for each, left in rest.items() if left])
        lines.append(prefix(len(lines), name).encode() + rest[name].pop(0))
    return b"\n".join(lines) + b"\n"


def buckets(dump: Dump) -> list[tuple[object, ...]]:
    return sorted(
        (each.reason, each.count, each.stack.frames, each.stack.created_by, sorted(each.ids)) for each in dump.buckets
    )


def messages(dump: Dump) -> list[str]:
    return [each.message for each in dump.diagnostics]


@pytest.mark.parametrize("kind", PREFIXES)
def test_behind_a_prefix(kind: str) -> None:
    """A prefix that differs from line to line takes nothing away."""
    dump = read(logged([("a", TEXT)], PREFIXES[kind]))
    assert (buckets(dump), dump.diagnostics) == (buckets(read(TEXT)), ())


@pytest.mark.parametrize("kind", PREFIXES)
def test_among_lines_of_others(kind: str) -> None:
    """Lines of another source are left out; those between the lines of the dump are counted, those around it not."""
    prefix = PREFIXES[kind]
    lines = [prefix(n, "a").encode() + line for n, line in enumerate(TEXT.splitlines())]
    log = []
    for number, line in enumerate(lines):
        log += [prefix(number, "p").encode() + b"GET /v1/orders 200" for _ in range(number % 3)] + [line]
    before = [prefix(0, "p").encode() + b"starting"] * 5
    dump = read(b"\n".join([*before, *log, *before]) + b"\n")
    others = len(log) - len(lines)
    last = next(at for at in range(len(lines) - 1, 0, -1) if b"\t" in lines[at])
    others -= sum(number % 3 for number in range(last + 1, len(lines)))
    assert buckets(dump) == buckets(read(TEXT))
    assert messages(dump) == [f"lines of others between those of the dump: {others}"]


@pytest.mark.parametrize("kind", [each for each in PREFIXES if each not in ("kubernetes",)])
def test_two_dumps_interleaved(kind: str) -> None:
    """They are read apart, counted together, and the note names both."""
    dump = read(logged([("a", TEXT), ("b", OTHER)], PREFIXES[kind]))
    whole = read(TEXT + b"\n" + OTHER)
    assert buckets(dump) == buckets(whole)
    [note] = messages(dump)
    assert note.startswith("it holds dumps of 2 sources, whose goroutines are counted together: `")
    assert len(note.split("`")) == 5
    assert "\x1b" not in note


def test_three_sources_of_which_one_has_no_dump() -> None:
    """All of them at once, with numbers in their names that tell them apart."""
    noise = b"".join(b"GET /%d 200 3ms\n" % number for number in range(300))
    log = logged([("a", TEXT), ("b", OTHER), ("c", noise)], PREFIXES["compose"])
    dump = read(log)
    assert buckets(dump) == buckets(read(TEXT + b"\n" + OTHER))
    others, sources = messages(dump)
    assert others.startswith("lines of others between those of the dump: ")
    assert sources == ("it holds dumps of 2 sources, whose goroutines are counted together: `shop-1  |`, `shop-2  |`")


@settings(deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["syslog", "compose", "stern", "address"]))
def test_any_interleaving(seed: int, kind: str) -> None:
    """However the lines of two sources are mixed, each has its goroutines."""
    small = OTHER.replace(b"goroutine ", b"goroutine 9")
    dump = read(logged([("a", OTHER), ("b", small)], PREFIXES[kind], seed))
    assert dump.total == 2 * read(OTHER).total
    assert buckets(dump) == buckets(read(OTHER + b"\n" + small))


def test_a_prefix_on_headers_only() -> None:
    """`log.Print` of a stack puts its time before the first line alone; the others are taken as they are."""
    text = b"".join(
        b"2026/11/25 10:00:00 " * line.startswith(b"goroutine ") + line + b"\n" for line in TEXT.splitlines()
    )
    assert buckets(read(text)) == buckets(read(TEXT))


def test_a_prefix_behind_a_prefix_on_headers_only() -> None:
    """The same in a container."""
    text = b"".join(
        b"shop-1  | " + b"2026/11/25 10:00:00 " * line.startswith(b"goroutine ") + line + b"\n"
        for line in TEXT.splitlines()
    )
    assert buckets(read(b"db-1    | ready\n" + text)) == buckets(read(TEXT))


def test_tabs_of_rsyslog() -> None:
    """rsyslog writes `#011` for a tab."""
    text = TEXT.replace(b"\t", b"#011")
    for others in (b"", b"Nov 25 10:00:01 host cron[7]: (root) CMD (true)\n"):
        lines = [b"Nov 25 10:00:01 host shop[123]: " + line + b"\n" + others for line in text.splitlines()]
        assert buckets(read(b"".join(lines))) == buckets(read(TEXT))


def test_lines_in_parts() -> None:
    """Kubernetes cuts long lines: `P` marks a part that the next line of the stream continues."""
    lines: list[bytes] = []
    for number, line in enumerate(TEXT.splitlines()):
        time = b"2026-11-25T10:00:%02d.5Z stderr " % (number % 60)
        if len(line) > 30:
            lines += [time + b"P " + line[:20], b"2026-11-25T10:00:00Z stdout F GET /", time + b"F " + line[20:]]
        else:
            lines.append(time + b"F " + line)
    assert buckets(read(b"\n".join(lines) + b"\n")) == buckets(read(TEXT))


def test_debug_1_behind_a_prefix() -> None:
    """A counted profile in a log is one, too."""
    text = b"goroutine profile: total 2\n2 @ 0x4d9f21 0x4840c1\n#\t0x4d9f20\tmain.g+0x0\t/src/main.go:12\n\n"
    dump = read(logged([("a", text)], PREFIXES["kubernetes"]))
    assert (dump.format, buckets(dump)) == ("debug=1", buckets(read(text)))


def test_a_dump_that_comes_late() -> None:
    """A source whose first dump comes after a megabyte of the log is found as well."""
    noise = b"shop-a  | GET / 200\nshop-b  | GET / 200\n" * 60000
    first = b"".join(b"shop-a  | " + line + b"\n" for line in OTHER.splitlines())
    late = logged([("a", TEXT), ("b", OTHER)], lambda _, s: f"shop-{s}  | ")
    assert buckets(read(first + noise + late)) == buckets(read(OTHER + b"\n" + TEXT + b"\n" + OTHER))


def test_a_dump_without_a_prefix_among_prefixed_ones() -> None:
    """Its header at column 0 makes the lines without a prefix a source of their own."""
    prefixed = b"".join(b"shop-a  | " + line + b"\n" for line in OTHER.splitlines())
    noise = b"shop-a  | GET / 200\n" * 10000
    assert buckets(read(prefixed + noise + TEXT)) == buckets(read(OTHER + b"\n" + TEXT))


@pytest.mark.parametrize("lines", [10, 20000])
def test_a_plain_crash_behind_a_log_that_names_a_goroutine(lines: int) -> None:
    """A log line that ends like a header hides nothing of the dump behind it, its cause included."""
    log = b"2026/11/25 10:00:00 slow: goroutine 5 [running]:\n" + b"2026/11/25 10:00:01 GET / 200\n" * lines
    dump, whole = read(log * 2 + b"panic: boom\n\n" + TEXT), read(TEXT)
    assert (buckets(dump), dump.cause) == (buckets(whole), "panic: boom")


def test_lines_are_those_of_the_input() -> None:
    """What is said of a line names its number in the log, not in what was left of it."""
    bad = b"goroutine 2 [chan send]:\nmain.f()\nmain.g()\n\t/x.go:3 +0x1d\n\n"
    lines: list[bytes] = []
    for line in (OTHER + b"\n" + bad).splitlines():
        lines += [b"db-x  | ready", b"shop-a  | " + line]
    wanted = lines.index(b"shop-a  | main.g()") + 1
    found = [each.line for each in read(b"\n".join(lines) + b"\n").diagnostics if "do not alternate" in each.message]
    alone = b"".join(b"shop-a  | " + line + b"\n" for line in (OTHER + b"\n" + bad).splitlines())
    [plain] = [each.line for each in read(alone).diagnostics]
    assert found == [2 * plain]
    assert abs(found[0] - wanted) <= 2


def test_a_cut_behind_a_prefix() -> None:
    """The last line without a newline is that of a cut dump, whatever source it is of."""
    log = logged([("a", OTHER), ("b", TEXT)], PREFIXES["compose"])
    for length in (len(log) - 5, len(log) - 40, len(log) // 2 + 7):
        dump, whole = read(log[:length]), read(log)
        assert dump.total < whole.total
        assert any("left out" in each or "ends" in each for each in messages(dump))


def records(text: bytes) -> Iterator[str]:
    """Values of logfmt as Go quotes them."""
    for line in text.decode().split("\n"):
        plain = line and not any(each in line for each in ' "=\t')
        yield line if plain else json.dumps(line, ensure_ascii=False)


def test_logfmt_a_line_each() -> None:
    """One record for each line of the dump, between others."""
    lines = [f"time=2026-11-25T10:00:00Z level=error msg={text}" for text in records(TEXT)]
    assert buckets(read("\n".join(["time=1 level=info msg=start", *lines]).encode())) == buckets(read(TEXT))


def test_logfmt_of_several_sources() -> None:
    """Two services in one stream of records: `app` tells them apart."""
    a, b = list(records(TEXT)), list(records(OTHER))
    lines: list[str] = []
    for number in range(max(len(a), len(b))):
        lines += [f"time={number} app=a msg={a[number]}"] if number < len(a) else []
        lines += [f"time={number} app=b msg={b[number]}", f"time={number} app=c msg=ok"] if number < len(b) else []
    dump = read("\n".join(lines).encode())
    assert buckets(dump) == buckets(read(TEXT + b"\n" + OTHER))
    assert messages(dump)[1] == "it holds dumps of 2 sources, whose goroutines are counted together: `app=a`, `app=b`"


@pytest.mark.parametrize("prefix", ["", "shop-1  | ", "2026-11-25T10:00:00.1Z stderr F "])
def test_logfmt_a_whole_dump_in_one_line(prefix: str) -> None:
    """In one quoted string, also of a key that is not the message's, with a prefix or not."""
    quoted = json.dumps(TEXT.decode(), ensure_ascii=False)
    for record in (f"level=error msg={quoted}", f"level=error msg=died stack={quoted} code=2"):
        log = f"{prefix}level=info msg=start\n{prefix}{record}\n{prefix}level=info msg=end\n"
        assert buckets(read(log.encode())) == buckets(read(TEXT))


@pytest.mark.parametrize("separator", ["", " ", ", "])
def test_json_several_records_in_a_line(separator: str) -> None:
    """Two records, or all, stand in one line, also as an array."""
    objects = [json.dumps({"log": f"{line}\n"}) for line in TEXT.decode().split("\n")]
    pairs = [separator.join(objects[at : at + 2]) for at in range(0, len(objects), 2)]
    for log in ("\n".join(pairs), separator.join(objects), f"[{','.join(objects)}]"):
        assert buckets(read(log.encode())) == buckets(read(TEXT))


@pytest.mark.parametrize("prefix", ["", "2026-11-25T10:00:00.1Z stderr F ", "shop-1  | "])
@pytest.mark.parametrize("nested", [False, True])
def test_json_of_several_sources(prefix: str, nested: bool) -> None:
    """Records of two containers and of one without a dump, with a runtime's prefix or record around them or not."""
    sources = {"a": TEXT, "b": OTHER, "c": b"ok\n" * 90}
    texts = {name: text.decode().split("\n") for name, text in sources.items()}
    lines = []
    for number in range(max(map(len, texts.values()))):
        for name, each in texts.items():
            if number < len(each):
                record = json.dumps({"time": number, "msg": each[number], "container": name, "line": number})
                lines.append(prefix + (json.dumps({"log": record + "\n", "stream": "stderr"}) if nested else record))
    dump = read("\n".join(lines).encode())
    assert buckets(dump) == buckets(read(TEXT + b"\n" + OTHER))
    others, note = messages(dump)
    assert others.startswith("lines of others between those of the dump: ")
    assert note.startswith("it holds dumps of 2 sources, whose goroutines are counted together: `")


def test_every_prefix_of_a_log() -> None:
    """No prefix of a log of several sources is an exception, nor has it more goroutines."""
    log = logged([("a", OTHER), ("b", OTHER)], PREFIXES["compose with times"])
    most = read(log).total
    for length in range(len(log)):
        try:
            assert read(log[:length]).total <= most
        except NotADumpError:
            continue


@settings(deadline=None)
@given(st.data(), st.sampled_from(sorted(PREFIXES)))
def test_bytes_replaced(draw: st.DataObject, kind: str) -> None:
    """Bytes of a log replaced by others make no exception."""
    log = bytearray(logged([("a", OTHER), ("b", OTHER)], PREFIXES[kind]))
    for _ in range(draw.draw(st.integers(1, 8))):
        at = draw.draw(st.integers(0, len(log) - 1))
        log[at : at + 1] = draw.draw(st.binary(max_size=6))
    try:
        read(bytes(log))
    except NotADumpError:
        return

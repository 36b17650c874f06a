"""The traps of goroutine dumps: what parsers get wrong. The texts are captured where possible.

| trap | | tests |
|---|---|---|
| 1 | the long header with gp= and m=, registers behind the frames | test_trap_01_* |
| 2 | `...41 frames elided...` stands between frames | test_trap_02_* |
| 3 | a state is more than a text and minutes; labels may hold anything | test_trap_03_* |
| 4 | a leaked goroutine loses its minutes, others keep theirs | test_trap_04_* |
| 5 | `(leaked)` stays in later dumps; only counted profiles hold the leaked alone | here and in test_dump_profiles.py |
| 6 | `created by` is often a helper's, and may have no parent | test_trap_06_*; tests/correlate: the user's closure |
| 7 | `in goroutine N` differs per parent | test_trap_07_* |
| 8 | no `created by` at all | test_trap_08_* |
| 9 | ancestors: the line of the return address | test_trap_09_* |
| 10 | the wrapper of `go f(x)` | test_trap_10_* |
| 11 | names: methods, shapes, escapes, range bodies, `panic` | test_trap_11_* |
| 12 | files with blanks, without a directory, of any suffix | test_trap_12_* |
| 13 | pointers and stale arguments | test_trap_13_* |
| 14 | RWMutex.Lock reads sync.Mutex.Lock | test_trap_14_* |
| 15 | headers in messages, log prefixes, CRLF, output that touches a header | test_trap_15_*; test_dump_lines.py |
| 16 | truncation has no marker | test_trap_16_* |
| 17 | registers, `runtime stack:`, g0 | test_trap_17_* |
| 18 | race reports | test_trap_18_* |
| 19 | debug=1: equal texts, runs of tabs, goroutines that have not run | test_dump_profiles.py: test_trap_19_* |
| 20 | protobuf has the runtime's leaf frames and full names | test_dump_profiles.py: test_trap_20_* |
"""

from __future__ import annotations

from pathlib import Path

import pytest

from goleaklint.dump.formats import NotADumpError, read
from goleaklint.dump.goroutines import Ancestor, Bucket, Dump, Frame, Labels, Minutes, Verdict
from goleaklint.dump.state import parse_state
from goleaklint.dump.symbols import printed_name

DUMPS = Path(__file__).parents[2] / "testdata" / "dumps"
SHOP = "example.com/shop/internal/"
SOURCE = "/srv/src/example.com/shop/internal/"


def captured(name: str) -> Dump:
    return read((DUMPS / f"{name}.txt").read_bytes(), name)


def created_by(dump: Dump, function: str) -> list[Bucket]:
    return [each for each in dump.buckets if each.stack.created_by and each.stack.created_by.function == function]


def block(state: str, *lines: str) -> bytes:
    return "\n".join([f"goroutine 7 [{state}]:", *lines, ""]).encode()


SENDER = ("main.f(0xc000012080)", "\t/src/x.go:3 +0x1d", "created by main.g in goroutine 1", "\t/src/x.go:9 +0x2a")
SENDER_FRAMES = (Frame("main.f", "/src/x.go", 3),)


def test_trap_01_long_headers_and_registers() -> None:
    """SIGQUIT prints gp= and m= in headers, fp= sp= pc= behind frames: the goroutines are those of a short dump."""
    dump = captured("sigquit")
    [place] = created_by(dump, SHOP + "orders.Place")
    assert (place.reason, place.count, place.stack.frames) == (
        "chan send",
        1,
        (Frame(SHOP + "orders.Place.func1", SOURCE + "orders/orders.go", 20),),
    )
    assert dump.total == (DUMPS / "sigquit.txt").read_bytes().count(b"]:\n")


def test_trap_01_long_and_short_have_the_same_buckets() -> None:
    """Parking, entry and wrapper frames, which only the long form prints, are no part of a signature."""

    def signatures(name: str) -> set[tuple[str, tuple[Frame, ...]]]:
        ours = [each for each in captured(name).buckets if each.verdict in (Verdict.LEAK, Verdict.CANDIDATE)]
        return {(each.reason, each.stack.frames) for each in ours}

    assert signatures("sigquit") == signatures("panic")


def test_trap_02_frames_follow_the_elided_ones() -> None:
    """`...41 frames elided...` stands between the 50 innermost and the 50 outermost frames."""
    [deep] = created_by(captured("all"), SHOP + "orders.Deep")
    assert (len(deep.stack.frames), deep.stack.elided, deep.stack.elided_at) == (100, 41, 50)
    assert deep.stack.created_by == Frame(SHOP + "orders.Deep", SOURCE + "orders/orders.go", 81)


def test_trap_02_the_number_of_elided_frames_is_not_identity() -> None:
    """Two depths of one recursion are one bucket, also in the spelling before Go 1.21."""
    calls = ["main.f(...)", "\t/src/x.go:3"] * 50
    dumps = [
        block("chan send", *calls, gap, *calls, *SENDER[2:])
        for gap in ("...41 frames elided...", "...900 frames elided...", "...additional frames elided...")
    ]
    assert [each.count for each in read(b"\n".join(dumps)).buckets] == [3]


def test_trap_03_labels_hold_commas_brackets_and_the_end_of_a_header() -> None:
    """The state ends at the last `]:`; quotes inside label values are escaped."""
    [labelled] = created_by(captured("labels"), SHOP + "stock.Labels.func1")
    assert (labelled.reason, labelled.labels) == (
        "chan receive",
        (Labels((("handler", "/v1/orders"), ("tenant", 'a "quoted", [b]: c')), 1),),
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[select (no cases) (leaked)]:", ("select (no cases)", True, False, None, False, None)),
        ("[chan receive (leaked), locked to thread]:", ("chan receive", True, False, None, True, None)),
        ("[chan receive (durable), synctest bubble 1]:", ("chan receive", False, True, None, False, 1)),
        ("[chan receive (nil chan), 3 minutes]:", ("chan receive (nil chan)", False, False, 3, False, None)),
        ("[select, 12 minutes, locked to thread]:", ("select", False, False, 12, True, None)),
        ("[GC worker (idle) (scan)]:", ("GC worker (idle)", False, False, None, False, None)),
        ("[sleep (durable), 2 minutes, synctest bubble 41]:", ("sleep", False, True, 2, False, 41)),
    ],
)
def test_trap_03_states(text: str, wanted: tuple[object, ...]) -> None:
    """A state is a reason with suffixes, minutes, thread and bubble, in that order, each of them optional."""
    state = parse_state(text)
    assert (state.reason, state.leaked, state.durable, state.minutes, state.locked, state.bubble) == wanted


def test_trap_03_synctest() -> None:
    """Goroutines of a bubble are not leaks of the program."""
    dump = captured("synctest")
    ours = created_by(dump, SHOP + "bubble.TestDump.func1")
    assert sorted((each.reason, each.durable, each.verdict) for each in ours) == [
        ("chan send", True, Verdict.TEST),
        ("select", True, Verdict.TEST),
        ("sleep", True, Verdict.TEST),
        ("sync.WaitGroup.Wait", True, Verdict.TEST),
    ]


def test_trap_04_leaked_goroutines_have_no_minutes() -> None:
    """In one dump those marked leaked carry no time while the others keep theirs."""
    dump = captured("leaked-minutes")
    known = {(each.leaked > 0, each.minutes is not None) for each in dump.buckets if each.verdict is not Verdict.NEVER}
    assert known == {(True, False), (False, True)}


def test_trap_04_minutes_are_a_range_over_those_that_have_them() -> None:
    """Goroutines of one stack that wait differently long are one bucket; some have no time at all."""
    states = ("chan send", "chan send, 3 minutes", "chan send, 41 minutes")
    [bucket] = read(b"\n".join(block(state, *SENDER) for state in states)).buckets
    assert (bucket.count, bucket.minutes) == (3, Minutes(3, 41, 2))


def test_trap_05_leaked_and_not_leaked_of_one_stack_are_one_bucket() -> None:
    """The mark comes and goes between captures, so it is counted and not part of the signature."""
    [bucket] = read(b"\n".join(block(state, *SENDER) for state in ("chan send", "chan send (leaked)"))).buckets
    assert (bucket.count, bucket.leaked, bucket.verdict) == (2, 1, Verdict.LEAK)


def test_trap_06_created_by_a_helper() -> None:
    """The creation of `wg.Go` is in the standard library; the outermost frame before it is the program's closure."""
    helped = created_by(captured("all"), "sync.(*WaitGroup).Go")
    assert [each.stack.frames[-2:] for each in helped] == [
        (
            Frame(SHOP + "stock.(*Clerk).wait", SOURCE + "stock/stock.go", 29),
            Frame("sync.(*WaitGroup).Go.func1", "/usr/local/go/src/sync/waitgroup.go", 258),
        )
    ]


def test_trap_06_created_by_without_a_parent() -> None:
    """`created by time.goFunc` has no "in goroutine"."""
    [timer] = created_by(captured("all"), "time.goFunc")
    assert (timer.stack.frames, timer.parents) == (
        (Frame(SHOP + "stock.Helpers.func2", SOURCE + "stock/stock.go", 80),),
        0,
    )


def test_trap_07_the_parent_is_not_identity() -> None:
    """Three goroutines that three different goroutines created are one bucket."""
    [parents] = created_by(captured("all"), SHOP + "stock.Parents.func1")
    assert (parents.count, parents.parents) == (3, 3)


def test_trap_08_no_created_by_line() -> None:
    """Main and the goroutines that run finalizers and cleanups have none; only the latter can leak."""
    uncreated = [each for each in captured("all").buckets if each.stack.created_by is None]
    assert [(each.reason, each.verdict, each.stack.frames[-1].function) for each in uncreated] == [
        ("chan receive", Verdict.CANDIDATE, "runtime.runFinalizers"),
        ("chan receive", Verdict.CANDIDATE, "runtime.runCleanups"),
        ("running", Verdict.NEVER, "main.main"),
    ]


def test_trap_09_ancestors() -> None:
    """Every generation has frames at return addresses, and a creation line of its own but the main goroutine's."""
    [leaf] = created_by(captured("ancestors"), SHOP + "orders.child")
    file = SOURCE + "orders/orders.go"
    assert leaf.stack.frames == (Frame(SHOP + "orders.child.func1", file, 108),)
    assert leaf.stack.ancestors[:2] == (
        Ancestor((Frame(SHOP + "orders.child", file, 110),), Frame(SHOP + "orders.parent", file, 104)),
        Ancestor((Frame(SHOP + "orders.parent", file, 104),), Frame(SHOP + "orders.Generation", file, 102)),
    )
    assert leaf.stack.ancestors[2].created_by is None


def test_trap_10_wrappers() -> None:
    """`go f(x)` runs in `gowrap1`, which the long form alone shows."""
    text = (DUMPS / "native-system.txt").read_bytes()
    [callback] = [each for each in read(text).buckets if each.locked]
    assert b"main.main.gowrap1()" in text
    assert [frame.function for frame in callback.stack.frames] == ["main.goBlock", "main._Cfunc_callback"]


def test_trap_11_names() -> None:
    """Methods, generics, range bodies, package variables and an escaped dot stand as the dump has them."""
    names = {each.stack.created_by.function for each in captured("all").buckets if each.stack.created_by}
    assert {
        SHOP + "stock.(*Shelf[...]).Fill",
        SHOP + "orders.Each-range1",
        SHOP + "orders.init.func1",
        SHOP + "feed%2ev2.Start",
        "example.com/shop/kit.Watch[...]",
        "example.com/shop/kit.(*Group).Start",
    } <= names


def test_trap_11_panic_and_shapes() -> None:
    """`panic` is runtime.gopanic; a profile has the full shape of a generic function, a text `[...]`."""
    assert [printed_name(each) for each in ("runtime.gopanic", "iter.Pull[go.shape.int].func1", "main.F")] == [
        "panic",
        "iter.Pull[...].func1",
        "main.F",
    ]
    lines = ("main.h()", "\t/x.go:1 +0x1", "panic({0x1, 0x2})", "\t/go/src/runtime/panic.go:860 +0x1", *SENDER)
    assert [frame.function for frame in read(block("running", *lines)).buckets[0].stack.frames] == [
        "main.h",
        "panic",
        "main.f",
    ]


def test_trap_12_files() -> None:
    """Blanks, parentheses and other letters in a path; a //line name without directory and without .go."""
    dump = captured("odd-path")
    [drain] = created_by(dump, SHOP + "orders.Drain")
    [feed] = created_by(dump, SHOP + "feed%2ev2.Start")
    assert drain.stack.frames[0].file == "/srv/with space/café (1)/internal/orders/orders.go"
    assert feed.stack.frames == (Frame(SHOP + "feed%2ev2.consume", "parser.y", 11),)


@pytest.mark.parametrize("file", ["C:/src/x.go", "<autogenerated>", "_cgo_gotypes.go", "a:1 +0x2:3/x", "./x.go"])
def test_trap_12_the_last_colon_before_digits(file: str) -> None:
    """Whatever stands before the last `:` and digits is the file."""
    dump = read(block("chan send", "main.f()", f"\t{file}:12 +0x1d", *SENDER[2:]))
    assert dump.buckets[0].stack.frames == (Frame("main.f", file, 12),)


def test_trap_13_arguments_are_not_identity() -> None:
    """`0x0?` may be stale and pointers differ: the arguments are cut off, whatever they hold."""
    arguments = ["0x1e1d0792f0e0?", "{0x1, 0x2, ...}, _", "...", ""]
    dumps = [block("chan send", f"main.f({each})", *SENDER[1:]) for each in arguments]
    assert [(each.count, each.stack.frames) for each in read(b"\n".join(dumps)).buckets] == [(4, SENDER_FRAMES)]


def test_trap_14_a_writer_behind_a_writer() -> None:
    """RWMutex.Lock behind another writer waits on the inner Mutex and says so; the frames tell."""
    locks = created_by(captured("all"), SHOP + "stock.Locks")
    assert sorted((each.reason, each.stack.frames[-2].function) for each in locks) == [
        ("sync.Mutex.Lock", "sync.(*Mutex).Lock"),
        ("sync.Mutex.Lock", "sync.(*RWMutex).Lock"),
        ("sync.RWMutex.RLock", "sync.(*RWMutex).RLock"),
    ]


def test_trap_15_a_header_in_a_panic_message() -> None:
    """The runtime indents the lines of a message: only what is at column 0 is a goroutine."""
    dump = captured("panic-single")
    assert (dump.cause, dump.total, dump.buckets[0].ids) == ("panic: first", 1, (1,))


@pytest.mark.parametrize("prefix", [b"", b"app[12]: ", b"12:00:01 "])
def test_trap_15_a_header_in_a_panic_message_behind_a_prefix(prefix: bytes) -> None:
    """The tab that the runtime puts before it is not taken for a part of the prefix."""
    message = b"panic: first\n\tgoroutine 999 [chan send]:\n\tmain.evil()\n\t\t/x.go:3 +0x1d\n\n"
    text = message + block("running", *SENDER)
    logged = b"".join(prefix + line + b"\n" for line in text.splitlines())
    assert [each.ids for each in read(logged).buckets] == [(7,)]
    with pytest.raises(NotADumpError):
        read(b"".join(prefix + line + b"\n" for line in message.splitlines()))


def test_trap_15_crlf() -> None:
    """A dump that passed through Windows is the same dump."""
    text = (DUMPS / "all.txt").read_bytes()
    assert read(text.replace(b"\n", b"\r\n")).buckets == read(text).buckets


@pytest.mark.parametrize(
    "prefix",
    [
        b"shop-1  | ",
        b"    ",
        b"> ",
        b"[pod/shop-6c9d/shop] ",
        b"2026-01-02T03:04:05.{n}Z stderr F ",
        b"Jan 02 03:04:{n} host shop[{n}]: ",
    ],
)
@pytest.mark.parametrize("trim", [False, True])
def test_trap_15_behind_log_prefixes(prefix: bytes, trim: bool) -> None:
    """A log driver's prefix, with a running time or not, blanks at line ends trimmed or not, takes nothing away."""
    text = (DUMPS / "labels.txt").read_bytes()
    lines = [
        prefix.replace(b"{n}", str(1000 + number).encode()) + line for number, line in enumerate(text.splitlines())
    ]
    logged = b"\n".join(line.rstrip() if trim else line for line in lines) + b"\n"
    assert read(logged).buckets == read(text).buckets


def test_trap_15_output_that_touches_a_header() -> None:
    """Output of the program that begins like a header is none without `]:` at its end."""
    noise = b"goroutine 0 4432 bytes 49 goroutines 8.9ms\ngoroutine 5 [not closed\n"
    assert read(noise + block("chan send", *SENDER)).total == 1


def test_trap_15_a_stack_right_behind_a_log_line() -> None:
    """net/http logs a panic and the stack without a blank line between them."""
    dump = captured("log")
    assert (dump.total, dump.diagnostics, dump.buckets[0].stack.frames[-1].function) == (1, (), "main.main")


def test_trap_16_a_cut_dump_says_so() -> None:
    """The last record is dropped, the rest is kept, and a diagnostic names the goroutine."""
    text = (DUMPS / "panic.txt").read_bytes()
    last = text[text.rindex(b"\n\ngoroutine ") + 2 :].split()[1].decode()
    dump = read(text[: text.rindex(b"created by") + 20], "cut.txt")
    assert dump.total == 10
    assert [(each.kind, each.message) for each in dump.diagnostics] == [
        ("dump", f"goroutine {last} is left out: it is cut at the end of the input")
    ]


def test_trap_16_the_limit_of_debug_2() -> None:
    """Exactly 64 MiB is where runtime/pprof stops, without a sign."""
    one = block("chan send", *SENDER) + b"\n"
    many = one * ((64 << 20) // len(one)) + b"\n" * ((64 << 20) % len(one))
    dump = read(many)
    assert (dump.total, [each.message for each in dump.diagnostics]) == (
        (64 << 20) // len(one),
        ["it is exactly 64 MiB, where debug=2 stops: there were more goroutines than these"],
    )


def test_trap_16_the_buffer_of_runtime_stack() -> None:
    """Every cut inside the last record is told, and takes that record alone; between lines, if the next is missing."""
    first, last = block("select", *SENDER) + b"\n", block("chan send", *SENDER)
    text = first + last
    for length in range(len(first) + len(b"goroutine 7"), text.rindex(b"+0x2a")):
        dump, cut = read(text[:length]), text[:length].rpartition(b"\n")[2]
        kept = text[:length].endswith((b"+0x1", b"+0x1d", b"+0x1d\n"))  # where an offset seems whole
        assert dump.total == 1 + kept, text[:length]
        assert len(dump.diagnostics) == (0 if kept and not cut else 1), text[:length]
        assert all("goroutine" in each.message for each in dump.diagnostics)


def test_trap_17_registers_runtime_stack_and_g0() -> None:
    """The registers and the `runtime stack:` block are no goroutines; g0 `[idle]` is one, and the runtime's own."""
    assert captured("overflow").diagnostics == ()
    idle = captured("sigquit-idle")
    assert idle.diagnostics == ()
    assert [(each.ids, each.verdict) for each in idle.buckets if each.reason == "idle"] == [((0,), Verdict.NEVER)]


def test_trap_18_a_race_report_is_no_dump() -> None:
    """`Goroutine 8 (running) created at:` is another grammar."""
    with pytest.raises(NotADumpError, match="a report of the race detector"):
        captured("race")


def test_trap_18_a_race_report_is_no_goroutine() -> None:
    """In a test log that holds a dump as well, the report adds none, though it names goroutines."""
    report = b"WARNING: DATA RACE\nWrite at 0x00c0 by goroutine 8:\n  main.f()\n      /x.go:3 +0x1d\n\n"
    report += b"Goroutine 8 (running) created at:\n  main.main()\n      /x.go:9 +0x2a\n==================\n"
    dump = read(report + block("chan send", *SENDER))
    assert (dump.total, dump.diagnostics, dump.buckets[0].ids) == (1, (), (7,))


@pytest.mark.parametrize("blank", [b"    ", b"        ", b""])
def test_tabs_replaced(blank: bytes) -> None:
    """A terminal's copy has blanks for the tabs, some log drivers trim them: nothing is lost."""
    text = (DUMPS / "all.txt").read_bytes()
    assert read(text.replace(b"\n\t", b"\n" + blank)).buckets == read(text).buckets


def test_several_dumps_in_one_file() -> None:
    """They are counted together, and the diagnostic says that there are several."""
    text = (DUMPS / "deadlock.txt").read_bytes()
    dump = read(text * 3)
    assert (dump.total, [each.message for each in dump.diagnostics]) == (
        12,
        ["it holds 3 dumps, whose goroutines are counted together"],
    )


def test_native_frames() -> None:
    """C code without a symboliser, and with one, keeps the goroutine."""
    lines = ("non-Go function at pc=7f00", "c_work", "\tpc=0x7f01", "c_named", "\t/src/c.c:5 pc=0x7f02", *SENDER)
    dump = read(block("syscall", *lines))
    assert (dump.diagnostics, dump.buckets[0].stack.frames) == (
        (),
        (Frame("non-Go function", "", 0), Frame("c_work", "", 0), Frame("c_named", "/src/c.c", 5), *SENDER_FRAMES),
    )


def test_no_stack() -> None:
    """A goroutine that was running on another thread has no frames, and is kept."""
    dump = read(block("running", "\tgoroutine running on other thread; stack unavailable", *SENDER[2:]))
    assert [(each.stack.unavailable, each.stack.frames, each.count) for each in dump.buckets] == [(True, (), 1)]


def test_twins() -> None:
    """Two closures on one line are two buckets, though their files, lines and offsets are the same."""
    assert sorted(each.stack.frames[0].function for each in created_by(captured("all"), SHOP + "orders.Twins")) == [
        SHOP + "orders.Twins.func1",
        SHOP + "orders.Twins.func2",
    ]


def test_twins_below_a_common_frame() -> None:
    """They are told apart as well where they are neither the innermost nor the outermost frame."""

    def stack(middle: str) -> bytes:
        lines = ("main.f(0x1)", "\t/x.go:1 +0x5", f"main.{middle}(0x2)", "\t/x.go:2 +0x5", "main.h()", "\t/x.go:3 +0x5")
        return block("chan send", *lines, *SENDER[2:])

    dump = read(b"\n".join(stack(name) for name in ("a.func1", "a.func2", "a.func1", "a.func10")))
    assert sorted((each.stack.frames[1].function, each.count) for each in dump.buckets) == [
        ("main.a.func1", 2),
        ("main.a.func10", 1),
        ("main.a.func2", 1),
    ]

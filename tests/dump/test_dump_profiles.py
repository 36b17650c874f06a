"""Profiles that count goroutines: debug=1 and protobuf."""

from __future__ import annotations

import contextlib
import gzip
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import Stuck, debug1, many, message, protobuf

from goleaklint.dump.formats import NotADumpError, read, read_text
from goleaklint.dump.goroutines import Bucket, Dump, Frame, Labels, Stack, Verdict
from goleaklint.dump.health import Condition, health
from goleaklint.dump.reasons import reason

LEAKED = Path(__file__).parents[2] / "testdata" / "dumps" / "leaked.txt"
SHARED = Path(__file__).parents[3] / "shared" / "dumps"  # captures, where the project is developed and tested
FOLDERS = sorted({path.parent for path in SHARED.glob("*/goroutine.pb.gz")})

TEXT = b"""goroutine profile: total 6
3 @ 0x48a68e 0x4195bc 0x4191b7 0x6afd5b 0x491de1
# labels: {"tenant":"a \\"b\\"", "x":"\\x01"}
#\t0x6afd5a\tmain.work+0x1a\t\t/src/main.go:27

2 @ 0x48a68e 0x4195bc 0x6afd60 0x6afd70 0x491de1
#\t0x6afd5f\tsync.(*WaitGroup).Wait+0x1a\t/go/src/sync/waitgroup.go:206
#\t0x6afd6f\tmain.g[...]+0x1\t/src/main.go:30

1 @ 0x6afd80 0x491de1
#\t0x6afd7f\tmain.busy+0x1\t/src/main.go:31

"""


# Of a program that has started goroutines which have not run yet: `go g()`, and `go f(x)`, whose wrapper is hidden.
FRESH = b"""goroutine profile: total 3
2 @ 0x4840c1

1 @ 0x4d9f21 0x4840c1
#\t0x4d9f20\tmain.g+0x0\t/src/main.go:12

"""


def profile(kind: str = "goroutine", labels: tuple[tuple[int, bytes], ...] = ()) -> bytes:
    """7 goroutines that send, with a literal at line 9 as their outermost function."""
    names = ["", kind, "count", "runtime.gopark", "runtime.chansend1", "main.F[go.shape.int].func1", "/x.go", "k", "v"]
    names += ["go::goroutine", "go::goroutine_state", "select", "go::goroutine_wait_minutes"]
    functions = [message((1, at), (2, at + 2), (4, 6), (5, begins)) for at, begins in ((1, 400), (2, 160), (3, 9))]
    lines = {1: 462, 2: 161, 3: 10}
    places = [message((1, at), (4, message((1, at), (2, lines[at])))) for at in lines]
    count = 1 if labels else 7
    sample = message((1, b"\1\2\3"), (2, bytes([count])), *(labels or ((3, message((1, 7), (2, 8))),)))
    return message(
        (1, message((1, 1), (2, 2))),
        (2, sample),
        *((5, each) for each in functions),
        *((4, each) for each in places),
        *((6, name.encode()) for name in names),
    )


def test_debug_1() -> None:
    """Counts, labels and visible frames; a reason where the frames tell it, and whether any are hidden."""
    dump = read(TEXT, "x.txt")
    assert (dump.format, dump.total, dump.leaks_only) == ("debug=1", 6, False)
    found = [(each.reason, each.verdict, each.count, each.ids, each.stack.frames[-1]) for each in dump.buckets]
    assert found == [
        ("unknown", Verdict.CANDIDATE, 3, (), Frame("main.work", "/src/main.go", 27)),
        ("sync.WaitGroup.Wait", Verdict.CANDIDATE, 2, (), Frame("main.g[...]", "/src/main.go", 30)),
        ("running", Verdict.POSSIBLE, 1, (), Frame("main.busy", "/src/main.go", 31)),
    ]
    assert dump.buckets[0].labels == (Labels((("tenant", 'a "b"'), ("x", "\x01")), 3),)
    assert [each.message for each in dump.diagnostics] == [
        "a debug=1 profile: it has no wait reasons, minutes, goroutine numbers and creation sites; debug=2 has them;"
        " nothing tells why 3 of them wait"
    ]


def test_debug_1_cut() -> None:
    """The profile says how many it counts: what is missing is told."""
    between, inside = read(TEXT[: TEXT.index(b"1 @")]), read(TEXT[:-30])
    assert (between.total, between.diagnostics[-1].message) == (
        5,
        "the profile counts 6 goroutines, 5 could be read: it is cut",
    )
    assert (inside.total, inside.diagnostics[0].message) == (
        5,
        "1 goroutines are left out: they are cut at the end of the input",
    )


def test_debug_1_in_a_log_of_leaks() -> None:
    """Behind other output, and of goroutineleak: all are leaks."""
    dump = read(b"10:00 dumping\n" + TEXT.replace(b"goroutine profile", b"goroutineleak profile"))
    assert (dump.leaks_only, {each.verdict for each in dump.buckets}) == (True, {Verdict.LEAK})


def test_trap_05_only_counted_profiles_hold_the_leaked_alone() -> None:
    """`goroutineleak?debug=2` prints all goroutines, and marks; debug=1 and protobuf have the leaked ones only."""
    text = read(LEAKED.read_bytes())
    counted = read(b"goroutineleak profile: total 3\n" + FRESH.split(b"\n", 1)[1])
    assert (text.leaks_only, {each.leaked > 0 for each in text.buckets}) == (False, {True, False})
    assert (counted.leaks_only, [each.leaked for each in counted.buckets]) == (True, [2, 1])


def test_trap_19_goroutines_that_have_not_run() -> None:
    """A record with no frames at all is counted; its only address is that of runtime.goexit."""
    dump = read(FRESH)
    assert [(each.count, each.reason, each.verdict, each.stack) for each in dump.buckets] == [
        (2, "running", Verdict.POSSIBLE, Stack(unavailable=True)),
        (1, "running", Verdict.POSSIBLE, Stack(frames=(Frame("main.g", "/src/main.go", 12),))),
    ]
    assert [each.message for each in dump.diagnostics] == [
        "a debug=1 profile: it has no wait reasons, minutes, goroutine numbers and creation sites; debug=2 has them"
    ]


def test_trap_19_a_record_without_its_lines() -> None:
    """One that has more addresses has lost its frames, and is counted as left out."""
    dump = read(FRESH + b"4 @ 0x1 0x2 0x4840c1\n\n")
    assert (dump.total, dump.diagnostics[0].message) == (
        3,
        "4 goroutines are left out: their lines do not belong to a profile",
    )


def test_trap_19_the_same_text_twice_and_runs_of_tabs() -> None:
    """Records that differ in addresses only are one group; columns are padded with any number of tabs."""
    record = b"%d @ 0x%b 0x4840c1\n#\t0x%b\tmain.g+0x0%b/src/main.go:12\n\n"
    data = b"goroutine profile: total 5\n"
    data += record % (3, b"f1", b"f0", b"\t") + record % (2, b"e1", b"e0", b"\t\t\t\t")
    assert [(each.count, each.stack.frames) for each in read(data).buckets] == [
        (5, (Frame("main.g", "/src/main.go", 12),))
    ]


def test_trap_19_no_leaks() -> None:
    """`goroutineleak profile: total 0`, also in a log, is a healthy process."""
    for data in (b"goroutineleak profile: total 0\n", b"10:00 leaks?\ngoroutineleak profile: total 0\n10:01 done\n"):
        dump = read(data, "x")
        assert dump == Dump(path="x", format="debug=1", total=0, buckets=(), leaks_only=True)
        assert (health(dump).condition, health(dump).because) == (
            Condition.HEALTHY,
            "no leaked goroutines: the garbage collector found none",
        )


def test_trap_20_protobuf() -> None:
    """The runtime frames tell the reason and are hidden; the outermost function's beginning is kept."""
    dump = read(profile())
    assert dump.buckets == (
        Bucket(
            reason="chan send",
            verdict=Verdict.CANDIDATE,
            count=7,
            stack=Stack(frames=(Frame("main.F[...].func1", "/x.go", 10),), root=Frame("main.F[...].func1", "/x.go", 9)),
            labels=(Labels((("k", "v"),), 7),),
        ),
    )
    assert (dump.format, dump.total) == ("protobuf", 7)


def test_protobuf_of_leaks() -> None:
    """All samples of a goroutineleak profile are leaks."""
    dump = read(profile("goroutineleak"))
    assert (dump.leaks_only, dump.buckets[0].verdict, dump.buckets[0].leaked) == (True, Verdict.LEAK, 7)


def no_samples(kind: str, *fields: tuple[int, int | bytes]) -> bytes:
    """What Go writes for a profile without goroutines: the period's type, the samples' type, names."""
    names = ["", kind, "count"]
    kinds = message((1, 1), (2, 2))
    return message((11, kinds), (12, 1), (1, kinds), *fields, *((6, each.encode()) for each in names))


def test_trap_20_no_leaks() -> None:
    """An empty goroutineleak profile is one of a healthy process."""
    dump = read(no_samples("goroutineleak"), "x")
    assert dump == Dump(path="x", format="protobuf", total=0, buckets=(), leaks_only=True)


def test_trap_20_no_samples() -> None:
    """An empty goroutine profile is none: a process has goroutines. Samples that cannot be read are counted."""
    with pytest.raises(NotADumpError, match=r"^a pprof profile of goroutines with no samples; capture"):
        read(no_samples("goroutine"))
    with pytest.raises(NotADumpError, match=r"^a pprof profile of goroutines with 1 damaged samples and no others;"):
        read(no_samples("goroutineleak", (2, message((1, b"\7"), (2, b"\1")))))


def test_trap_20_goroutines_that_have_not_run() -> None:
    """A sample without any place is counted."""
    data = no_samples("goroutine", (2, message((2, b"\6"))))
    assert [(each.count, each.reason, each.stack) for each in read(data).buckets] == [
        (6, "running", Stack(unavailable=True))
    ]


def test_protobuf_with_states() -> None:
    """Labels of debug=3 give number, state and minutes."""
    labels = ((3, message((1, 9), (3, 41))), (3, message((1, 10), (2, 11))), (3, message((1, 12), (3, 5))))
    [bucket] = read(profile(labels=labels)).buckets
    assert (bucket.reason, bucket.ids, bucket.minutes, bucket.labels) == ("select", (41,), (5, 5, 1), ())


def test_another_profile() -> None:
    """A profile of something else is named."""
    with pytest.raises(NotADumpError, match="a pprof profile of cpu, not of goroutines"):
        read(profile("cpu"))


def test_a_nil_channel() -> None:
    """chansend parks a nil channel in its first lines."""
    frames = [Frame("runtime.gopark", "", 462), Frame("runtime.chansend", "", 181)]
    assert reason(frames, [445, 176]) == "chan send (nil chan)"
    assert reason([frames[0], frames[1]._replace(line=283)], [445, 176]) == "chan send"


def harmless(data: bytes) -> None:
    with contextlib.suppress(NotADumpError):
        read(data)


def test_every_prefix_of_a_profile() -> None:
    """Every prefix of either form is read, or refused with a message."""
    for data in (profile(), TEXT):
        for length in range(len(data)):
            harmless(data[:length])


@settings(deadline=None)
@given(st.sampled_from([profile(), TEXT]), st.data())
def test_changed_bytes(data: bytes, draw: st.DataObject) -> None:
    """Bytes replaced by others anywhere make no exception."""
    changed = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 5))):
        at = draw.draw(st.integers(0, len(changed) - 1))
        changed[at : at + 1] = draw.draw(st.binary(max_size=4))
    harmless(bytes(changed))


@given(st.binary())
def test_anything_behind_the_first_field(data: bytes) -> None:
    """Bytes that begin like a profile."""
    harmless(b"\x0a\x04\x08\x01\x10\x02" + data)


def counts(dump: Dump, *, reasons: bool) -> dict[object, int]:
    """Goroutines for each stack, but for what two captures one after another show differently."""
    found: dict[object, int] = {}
    for bucket in dump.buckets:
        moving = bucket.reason in ("running", "runnable") or bucket.stack.elided or len(bucket.stack.frames) > 90
        if not moving and bucket.verdict is not Verdict.NEVER:
            key = (bucket.reason, bucket.stack.frames) if reasons else bucket.stack.frames
            found[key] = found.get(key, 0) + bucket.count
    return found


stuck = st.builds(
    Stuck,
    st.integers(1, 9),
    st.sampled_from(["chan send", "chan receive", "select", "running"]),
    st.sampled_from([("main.a",), ("main.b", "main.a"), ("main.c.func1",)]),
    line=st.integers(1, 3),
    begins=st.just(10),
    labels=st.sampled_from([(), (("k", "v"),)]),
)


@given(st.lists(stuck, min_size=1))
def test_the_forms_of_one_moment_agree(found: list[Stuck]) -> None:
    """Totals, and the goroutines of each stack, are those of the text in both forms of profiles; reasons in one."""
    goroutines = [
        block
        for at, each in enumerate(found)
        for block in many(each.number, each.reason, *each.frames, first=10 * at + 10, line=each.line)
    ]
    text, counted, binary = (read(data) for data in ("\n".join(goroutines).encode(), debug1(*found), protobuf(*found)))
    assert text.total == counted.total == binary.total == sum(each.number for each in found)

    def per_stack(dump: Dump, *, reasons: bool) -> Counter[object]:
        counts: Counter[object] = Counter()
        for bucket in dump.buckets:
            counts[(bucket.reason, bucket.stack.frames) if reasons else bucket.stack.frames] += bucket.count
        return counts

    assert per_stack(text, reasons=True) == per_stack(binary, reasons=True)
    assert per_stack(text, reasons=False) == per_stack(counted, reasons=False)


@pytest.mark.skipif(not FOLDERS, reason="no ../shared/dumps beside this checkout")
def test_all_forms_agree() -> None:
    """Totals, stacks and reasons of the three forms, taken one after another from one process."""
    for folder in FOLDERS:
        binary = read(gzip.decompress((folder / "goroutine.pb.gz").read_bytes()))
        for name, reasons in (("debug1", False), ("debug2", True)):
            path = folder / f"goroutine.{name}.txt"
            if not path.exists():
                continue
            text = read_text(io.BytesIO(path.read_bytes()), "-")
            assert text.total == binary.total, path
            if reasons and "cgo" not in folder.name:
                assert counts(text, reasons=True) == counts(binary, reasons=True), path

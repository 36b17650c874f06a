"""What a wait reason says about a leak, names of functions, and the order of buckets."""

from __future__ import annotations

import pytest

from goleaklint.dump.formats import read
from goleaklint.dump.goroutines import Frame, Stack, Verdict
from goleaklint.dump.symbols import split_symbol, visible
from goleaklint.dump.verdict import judge, wait_reasons

WORKER = Stack(frames=(Frame("app/x.f", "/x.go", 3),), created_by=Frame("app/x.g", "/x.go", 9))
MAIN = Stack(frames=(Frame("app/x.f", "/x.go", 3), Frame("main.main", "/m.go", 9)))
INIT = Stack(frames=(Frame("app/x.f", "/x.go", 3), Frame("app/x.init.0", "/m.go", 9)))
RUNTIME = Stack(frames=(Frame("runtime.gopark", "/p.go", 3),), created_by=Frame("runtime.gcenable", "/m.go", 2))
SIGNALS = Stack(
    frames=(Frame("os/signal.signal_recv", "/s.go", 152), Frame("os/signal.loop", "/u.go", 23)),
    created_by=Frame("os/signal.Notify.func1.1", "/s.go", 151),
)

REASONS = {
    Verdict.LEAK: ["chan receive (nil chan)", "chan send (nil chan)", "select (no cases)"],
    Verdict.CANDIDATE: [
        "chan send",
        "chan receive",
        "select",
        "sync.Mutex.Lock",
        "sync.RWMutex.RLock",
        "sync.RWMutex.Lock",
        "sync.WaitGroup.Wait",
        "sync.Cond.Wait",
        "semacquire",
        "coroutine",
    ],
    Verdict.POSSIBLE: ["IO wait", "sleep", "syscall", "running", "runnable", "waiting", "a reason of Go 1.99"],
    Verdict.TEST: ["synctest.Run", "synctest.Wait"],
    Verdict.NEVER: [
        "finalizer wait",
        "cleanup wait",
        "GC worker (idle)",
        "GC sweep wait",
        "force gc (idle)",
        "GOMAXPROCS updater (idle)",
        "trace reader (blocked)",
        "dumping heap",
        "garbage collection scan",
        "wait for GC cycle",
        "preempted",
        "debug call",
        "stopping the world",
        "flushing proc caches",
        "trace proc status",
        "page trace flush",
        "panicwait",
        "idle",
    ],
}


@pytest.mark.parametrize(("verdict", "reason"), [(verdict, each) for verdict in REASONS for each in REASONS[verdict]])
def test_reasons(verdict: Verdict, reason: str) -> None:
    """Every wait reason of the runtime has its verdict."""
    assert judge(reason, WORKER) is verdict


def test_marks() -> None:
    """What the collector marked is a leak whatever its reason; what synctest holds is the test's."""
    assert judge("sync.Mutex.Lock", WORKER, leaked=True) is Verdict.LEAK
    assert judge("chan send", WORKER, durable=True) is Verdict.TEST


@pytest.mark.parametrize("stack", [MAIN, INIT])
@pytest.mark.parametrize("reason", ["select (no cases)", "chan receive"])
def test_main_cannot_leak(stack: Stack, reason: str) -> None:
    """The main goroutine has no creation site and ends with the process."""
    assert judge(reason, stack) is Verdict.POSSIBLE


def test_standing_goroutines() -> None:
    """The runtime's own, and the one that waits for signals, whatever they do at this moment."""
    assert {judge(reason, stack) for reason in ("syscall", "runnable") for stack in (RUNTIME, SIGNALS)} == {
        Verdict.NEVER
    }


def test_wait_reasons_of_other_versions() -> None:
    """The frames tell which primitive `semacquire` stands for, and that a Mutex is an RWMutex's."""
    wait = Stack(frames=(Frame("sync.runtime_Semacquire", "", 0), Frame("sync.(*WaitGroup).Wait", "", 0)))
    writer = Stack(frames=(Frame("sync.(*Mutex).Lock", "", 0), Frame("sync.(*RWMutex).Lock", "", 0)))
    assert wait_reasons("semacquire", wait) == {"semacquire", "sync.WaitGroup.Wait"}
    assert wait_reasons("sync.Mutex.Lock", writer) == {"sync.Mutex.Lock", "sync.RWMutex.Lock"}
    assert wait_reasons("chan send", writer) == {"chan send"}


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        ("main.main", ("main", "main")),
        ("panic", ("", "panic")),
        ("example.com/app/feed%2ev2.(*T[...]).Run.func1", ("example.com/app/feed.v2", "(*T[...]).Run.func1")),
        ("example.com/app.F[...].func1.2", ("example.com/app", "F[...].func1.2")),
        (
            "iter.Pull[go.shape.struct { example.com/x.A int }].func1",
            ("iter", "Pull[go.shape.struct { example.com/x.A int }].func1"),
        ),
        ("a/%c3%a9t%c3%a9.F", ("a/été", "F")),
        ("example.com/x.glob..func1", ("example.com/x", "glob..func1")),
        ("gopkg.in/yaml%2ev3.T.M", ("gopkg.in/yaml.v3", "T.M")),
        ("_cgoexp_3a6c_goBlock", ("", "_cgoexp_3a6c_goBlock")),
    ],
)
def test_split_symbol(function: str, wanted: tuple[str, str]) -> None:
    """Import path and name inside the package, unescaped."""
    assert split_symbol(function) == wanted


def test_visible_frames() -> None:
    """Those that Go's short form prints; all of them when it would print none."""
    names = [
        "runtime.gopark",
        "runtime.chansend1",
        "panic",
        "a.f",
        "a.(*T).m",
        "runtime.GC",
        "a.f.gowrap2",
        "runtime.goexit",
    ]
    frames = [Frame(name, "/x.go", 1) for name in names]
    frames[4] = frames[4]._replace(file="<autogenerated>")
    assert [frame.function for frame in visible(frames)] == ["panic", "a.f", "runtime.GC"]
    assert visible(frames[:2]) == tuple(frames[:2])


def test_order() -> None:
    """Leaks first, then the biggest, then the longest, then the strongest reason."""

    def stack(state: str, function: str) -> bytes:
        text = (
            f"goroutine 1 [{state}]:\nx.{function}()\n\t/x.go:3 +0x1\ncreated by x.h in goroutine 1\n\t/x.go:9 +0x2\n\n"
        )
        return text.encode()

    dump = read(
        b"".join(
            [
                stack("sleep", "e"),
                stack("select", "d"),
                stack("chan send", "c"),
                stack("select, 9 minutes", "b2"),
                stack("chan receive", "b1") * 2,
                stack("GC worker (idle)", "f"),
                stack("select (no cases)", "a"),
            ]
        )
    )
    assert [each.stack.frames[0].function for each in dump.buckets] == [
        "x.a",
        "x.b1",
        "x.b2",
        "x.c",
        "x.d",
        "x.e",
        "x.f",
    ]
